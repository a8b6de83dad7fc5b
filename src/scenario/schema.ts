import * as z from "zod/mini";
import { GROUP_KEYS } from "../metrics/options.js";
import {
  byteRate,
  bytes,
  count,
  duration,
  durationOr,
  flag,
  number,
  oneOf,
  positiveDuration,
  text,
} from "./fields.js";
import { jobSource, requestSource } from "./schema-sources.js";

/** Every key that a scenario may have. Unknown ones are errors: a misspelt key must not silently do nothing. */

const precision = { above: 0 };

const gpuType = z.strictObject({
  like: z.optional(text("A GPU type whose figures hold for all keys that are left out")),
  tflops: z.optional(
    z
      .strictObject({
        bf16: z.optional(number("BF16 or FP16", precision)),
        fp8: z.optional(number("FP8", precision)),
        fp4: z.optional(number("FP4", precision)),
        int8: z.optional(number("INT8", precision)),
      })
      .check(z.meta({ description: "Dense peak TFLOP/s by precision; bf16 is needed" })),
  ),
  memory: z.optional(bytes("Device memory, such as 80GiB")),
  bandwidth: z.optional(byteRate("Bandwidth of the device memory, such as 3.35TB/s")),
  link: z.optional(
    byteRate("Bandwidth to another GPU of the same domain, per direction. Default 32GB/s (PCIe 4)"),
  ),
  domain: z.optional(count("GPUs that reach each other over the link. Default: those of one node")),
  gpusPerNode: z.optional(count("GPUs of a node of this type. Default 8", 1, 31)),
});

const pool = z.strictObject({
  name: text("Name of the pool; its nodes are called name-0, name-1, …"),
  nodes: count("Number of nodes"),
  gpu: z.optional(
    text("GPU type of its nodes; left out for nodes without GPUs", { examples: ["H100-SXM", "A100-80GB"] }),
  ),
  gpusPerNode: z.optional(count("GPUs of a node. Default: as usual for the GPU type", 1, 31)),
  cpus: z.optional(
    count("Cores of a node. Default 1, and 0 for nodes with GPUs: their jobs must not ask for cores", 0),
  ),
  memory: z.optional(bytes("Memory of a node, such as 2TiB. Default: memory is not counted")),
  nodesPerRack: z.optional(count("Nodes in a rack. Default: the whole pool is one rack")),
  nodesPerDomain: z.optional(count("Nodes that share an NVLink domain. Default: as usual for the GPU type")),
});

const scheduler = z
  .looseObject({
    policy: text(
      "Name of a cluster policy (see `whowaits policies`), or path of your own module (./my-policy.js)",
    ),
  })
  .check(
    z.meta({ description: "Which job runs next, and where. The policy's options stand beside its name" }),
  );

const slo = z
  .strictObject({
    ttft: z.optional(positiveDuration("Time to first token", "ms")),
    tpot: z.optional(positiveDuration("Time per output token after the first", "ms")),
    e2e: z.optional(positiveDuration("From arrival to the last token", "ms")),
  })
  .check(z.meta({ description: "Targets of each request, for attainment and goodput" }));

const engine = z
  .strictObject({
    scheduler: z.prefault(text("Name of a request scheduler, or path of your own module"), "vllm"),
    args: z.prefault(
      z.string().check(z.meta({ description: "The engine's own command line, such as --max-num-seqs 256" })),
      "",
    ),
    options: z.prefault(
      z.record(z.string(), z.unknown()).check(
        z.meta({
          description:
            "The engine's options under its own names, such as max_num_seqs: 256; they win over args",
        }),
      ),
      {},
    ),
    num_gpu_blocks: z.optional(
      count("KV blocks of one replica. Default: computed from the GPU's memory as the engine does"),
    ),
    time: z.prefault(
      z
        .strictObject({
          preset: z.optional(
            text("Constants of the iteration-time model. Default: those fitted to this engine"),
          ),
          alpha: z.prefault(number("Factor on the modelled iteration time", { above: 0 }), 1),
          beta: z.prefault(duration("Added to each iteration"), "0s"),
        })
        .check(z.meta({ description: "Correction of the iteration-time model" })),
      {},
    ),
  })
  .check(z.meta({ description: "What runs inside a replica" }));

const service = z.strictObject({
  name: text("Name of the service"),
  model: text("A model of the catalogue, or path of a Hugging Face config.json", {
    examples: ["llama-3.1-8b"],
  }),
  gpu: z.optional(text("GPU type that a replica needs. Default: that of the first pool with GPUs")),
  tensorParallel: z.optional(count("GPUs of one replica. Default: as in engine.args, else 1", 1, 31)),
  engine: z.prefault(engine, {}),
  replicas: z.prefault(count("Number of replicas"), 1),
  router: z.prefault(text("Which replica a request goes to"), "round_robin"),
  startup: z.prefault(duration("From the moment a replica has its GPUs until it serves"), "0s"),
  requests: z
    .union([z.array(requestSource), requestSource])
    .check(z.meta({ description: "Its requests: a trace, a recipe, or a list of such" })),
  slo: z.prefault(slo, {}),
});

const threshold = text("A metric, an operator and a bound, such as wait.p95{queue=prod} < 2h", {
  examples: ["wait.p95 < 2h", "jain{over=user} > 0.85", "ttft.p99 < baseline + 5%"],
});

const thresholdMapping = z.strictObject({
  expect: threshold,
  allowEmpty: z.prefault(flag("A metric without samples passes"), false),
  level: z.prefault(oneOf(["error", "warn"], "Whether not meeting it fails the check"), "error"),
  significance: z.optional(
    number(
      "For a baseline: the probability of a false alarm that is accepted. Default: as the command says",
      {
        above: 0,
        most: 0.5,
      },
    ),
  ),
});

export const scenarioSchema = z
  .strictObject({
    extends: z.optional(
      text("Path of a scenario that this one is built on: what is given here is laid over it"),
    ),
    name: z.optional(text("Name of the scenario. Default: the file's")),
    description: z.optional(text("What the scenario is about, for people")),
    seed: z.prefault(text("Seed of all random draws", { type: ["integer", "string"] }), "1"),
    load: z.prefault(
      number(
        "All work arrives so many times as densely: rates of recipes and speedups of traces times this; durations stay",
        { above: 0 },
      ),
      1,
    ),
    until: z.optional(
      positiveDuration("The run ends at this time, counted from its start. Default: when the work is done"),
    ),
    stop: z.prefault(
      z
        .strictObject({
          jobs: z.optional(count("The run ends when so many jobs have ended")),
          requests: z.optional(count("The run ends when so many requests have ended")),
        })
        .check(z.meta({ description: "An earlier end of the run" })),
      {},
    ),
    measure: z.prefault(
      z
        .strictObject({
          from: z.prefault(
            durationOr(
              ["auto"],
              "Start of the measured window; auto: where the warm-up ends by MSER-5, for which all runs twice",
            ),
            "0s",
          ),
          to: z.optional(positiveDuration("End of the measured window. Default: the end of the run")),
          tau: z.prefault(
            positiveDuration("Bound of the bounded slowdown: shorter jobs count as this long"),
            "10s",
          ),
          exactSamples: z.optional(
            count("Samples kept per distribution before a sketch takes over. Default 4194304"),
          ),
          groupBy: z.prefault(
            z
              .array(oneOf(GROUP_KEYS, "user, account and queue group jobs, tenant groups requests"))
              .check(z.meta({ description: "Distributions are reported for each of these groups too" })),
            [],
          ),
        })
        .check(z.meta({ description: "What is measured: only work that arrives in the window counts" })),
      {},
    ),
    fleet: z.optional(
      z
        .strictObject({
          conf: z.optional(
            text(
              "Path of a slurm.conf whose NodeName lines are the pools, for schedulers that do not read it",
            ),
          ),
          pools: z.optional(
            z.array(pool).check(z.minLength(1), z.meta({ description: "Groups of equal nodes" })),
          ),
          gpuTypes: z.prefault(
            z.record(z.string(), gpuType).check(z.meta({ description: "Your own GPU types by name" })),
            {},
          ),
        })
        .check(
          z.meta({
            description: "What there is. Left out when the scheduler's own configuration names the nodes",
          }),
        ),
    ),
    scheduler: z.prefault(scheduler, { policy: "fifo" }),
    jobs: z.optional(
      z
        .union([z.array(jobSource), jobSource])
        .check(z.meta({ description: "Jobs: a trace, a recipe, or a list of such" })),
    ),
    services: z.prefault(z.array(service).check(z.meta({ description: "Models that are served" })), []),
    thresholds: z.prefault(
      z
        .array(z.union([thresholdMapping, threshold]))
        .check(z.meta({ description: "What `whowaits check` holds the results against" })),
      [],
    ),
    prices: z.prefault(
      z
        .record(z.string(), number("Price of one GPU for an hour, in any currency", { least: 0 }))
        .check(
          z.meta({ description: "What a GPU-hour costs you, by GPU type: what `whowaits plan` adds up" }),
        ),
      {},
    ),
    variants: z.prefault(
      z
        .record(z.string(), z.looseObject({}))
        .check(
          z.meta({ description: "Other values for keys of this scenario by the variant's name, to compare" }),
        ),
      {},
    ),
  })
  .check(
    z.meta({
      title: "whowaits scenario",
      description: "One simulation: a fleet, its scheduler, and the work",
    }),
  );

/** A scenario as the schema leaves it: numbers for quantities, defaults filled in, not yet looked at as a whole. */
export type ParsedScenario = z.output<typeof scenarioSchema>;
export type ParsedThreshold = ParsedScenario["thresholds"][number];
export type ParsedPool = z.output<typeof pool>;
export type ParsedGpuType = z.output<typeof gpuType>;
export type ParsedService = z.output<typeof service>;
