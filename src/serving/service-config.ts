import type { GpuType } from "../fleet/catalogue.js";
import type { RequestStream } from "../workload/stream.js";
import type { ModelSpec } from "./model/model-spec.js";
import type { RequestSchedulerEntry } from "./request-scheduler.js";
import type { RouterEntry } from "./router.js";
import type { TimeModel } from "./time-model.js";

/** How long passes take: the roofline with a preset's constants and the user's correction, or a model of one's own. */
export type TimeConfig = { preset?: string; alpha?: number; beta?: number } | { model: TimeModel };

/** A service as plain values: one model under one name, served by equal replicas behind a router. */
export interface ServiceConfig {
  name: string;
  model: ModelSpec;
  /** What the replicas run on. */
  gpu: GpuType;
  /** The replicas may sit on any type of GPU although they are modelled on `gpu` (a fleet of one type). */
  anyGpu?: boolean;
  /** GPUs of one node, for replicas that span several; the type's own when absent. */
  gpusPerNode?: number;
  scheduler: RequestSchedulerEntry;
  /** The engine's options as the user gave them, checked against `scheduler.info`; they win over `args`. */
  options?: Readonly<Record<string, unknown>>;
  /** The engine's own command line. */
  args?: string;
  /** GPUs of one replica; wins over the engine's options. */
  tensorParallel?: number;
  /** KV blocks of one replica; wins over the engine's options. */
  numGpuBlocks?: number;
  time?: TimeConfig;
  replicas: number;
  router: RouterEntry;
  routerOptions?: Readonly<Record<string, unknown>>;
  /** From the moment a replica has its GPUs until it serves, µs. */
  startup?: number;
  /** Whose jobs the replicas are in the cluster's queue; the service's name when absent. */
  tenant?: string;
  /** The callers' max_tokens: answers then end by themselves before it. Without it they end at it. */
  maxTokens?: number;
  requests: readonly RequestStream[];
  /** Targets in µs. */
  slo?: { ttft?: number; tpot?: number; e2e?: number };
  /** Keys from the scenario's root to the service, for complaints. */
  path?: readonly (string | number)[];
}
