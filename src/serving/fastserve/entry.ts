import { engineOptions } from "../engine-options.js";
import type { RequestSchedulerEntry } from "../request-scheduler.js";
import { type FastserveOptions, FastserveScheduler } from "./scheduler.js";

export const fastserve: RequestSchedulerEntry = {
  info: {
    name: "fastserve",
    kind: "request",
    summary:
      "Skip-join multi-level feedback queue: short answers overtake long ones, whose KV waits in host memory.",
    follows:
      "Wu et al., Fast Distributed Inference Serving for Large Language Models, 2023, and LLMServe/FastServe 187a2742",
    simplifies: [
      "blocks move when they are needed: no proactive offloading, and the pass waits for the transfer",
      "every pass is taken by itself: quanta run out at times that no number of passes tells",
      "the profiled prefill times are those of the iteration-time model",
      "max_batch_size, max_tokens_per_batch and swap_space have defaults of our own",
    ],
    options: [
      {
        name: "quantum",
        type: "duration",
        default: "10ms",
        description: "Quantum of the first level; each next one has twice as much",
      },
      {
        name: "skip_join",
        type: "boolean",
        default: true,
        description: "Join the first level whose quantum covers the prefill, instead of the first of all",
      },
      {
        name: "max_batch_size",
        type: "integer",
        minimum: 1,
        default: 256,
        description: "Most requests in a pass",
      },
      {
        name: "max_tokens_per_batch",
        type: "integer",
        minimum: 1,
        default: 8192,
        description: "Most prompt tokens in a pass",
      },
      {
        name: "starvation_threshold",
        type: "duration",
        default: "3s",
        description: "Who has not run for so long comes to the front of the first level",
      },
      {
        name: "starvation_period",
        type: "integer",
        minimum: 1,
        default: 1000,
        description: "Passes between two looks for starving requests",
      },
      {
        name: "swap_space",
        type: "number",
        minimum: 0,
        default: 32,
        description: "GiB of host memory per GPU for KV blocks",
      },
      ...engineOptions(false),
    ],
  },
  create: (options, setup) => new FastserveScheduler(options as unknown as FastserveOptions, setup),
};
