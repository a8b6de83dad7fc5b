import type { GpuType } from "../fleet/catalogue.js";
import type { PoolSpec } from "../fleet/fleet.js";
import type { MetricOptions } from "../metrics/options.js";
import type { JobRecipe, RequestRecipe } from "../workload/generate/recipe.js";
import type { JobReadOptions, RequestOptions } from "../workload/read.js";

/**
 * A scenario as the simulation takes it: defaults filled in, times in µs, sizes in bytes. `load.ts` makes it from what
 * a user wrote; docs/scenario.md describes the keys.
 */
export interface Scenario {
  name: string;
  description?: string;
  seed: string;
  /** End of the run, µs; Infinity when it lasts until the work is done. */
  until: number;
  /** The run ends when so many have ended. */
  stop: { jobs?: number; requests?: number };
  fleet: {
    pools: readonly PoolSpec[];
    /** The user's own types; `findGpu` takes them. */
    gpuTypes: readonly GpuType[];
  };
  scheduler: PolicySpec;
  jobs: readonly JobSource[];
  services: readonly ServiceSpec[];
  measure: Pick<MetricOptions, "window" | "tau" | "groupBy"> &
    Partial<Pick<MetricOptions, "exactSamples">> & {
      /** The window begins where MSER-5 finds the end of the warm-up. */
      warmUp?: "MSER-5";
    };
}

export interface PolicySpec {
  /** Name of a policy, or path of a user's module. */
  policy: string;
  /** As given. Those of a policy of ours have been checked; `resolveOptions` fills in defaults. */
  options: Readonly<Record<string, unknown>>;
}

/** What happens to a job that runs longer than its estimate. */
export type Overrun = "kill" | "tolerate";

/** A trace file. The path is as the scenario gives it, relative to its folder; `-` is standard input. */
export interface JobTraceSource extends JobReadOptions {
  trace: string;
  strict: boolean;
  overrun: Overrun;
}

export interface RequestTraceSource extends RequestOptions {
  trace: string;
  strict: boolean;
}

export type JobSource = JobTraceSource | { generate: JobRecipe; overrun: Overrun };
export type RequestSource = RequestTraceSource | { generate: RequestRecipe };

export interface ServiceSpec {
  name: string;
  /** Name in the model catalogue, or path of a Hugging Face `config.json`. */
  model: string;
  /** GPU type by name; undefined for any. */
  gpu?: string;
  /** GPUs of one replica; undefined: as `engine.args` say, else 1. */
  tensorParallel?: number;
  engine: EngineSpec;
  replicas: number;
  router: PolicySpec;
  /** From the moment a replica has its GPUs until it serves, µs. */
  startup: number;
  requests: readonly RequestSource[];
  /** Targets, µs. */
  slo: { ttft?: number; tpot?: number; e2e?: number };
}

export interface EngineSpec {
  /** `policy` decides which requests enter the next pass; its options are the engine's, under its own names. */
  scheduler: PolicySpec;
  /** The engine's command line, such as `--max-num-seqs 256`. */
  args: string;
  /** KV blocks of one replica; undefined: computed as the engine does. */
  numGpuBlocks?: number;
  /** The iteration-time model: `alpha · t + beta` (beta in µs) on the constants of a preset. */
  time: { preset?: string; alpha: number; beta: number };
}
