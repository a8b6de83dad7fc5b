import { engineOptions } from "../engine-options.js";
import type { RequestSchedulerEntry } from "../request-scheduler.js";
import { type SarathiOptions, SarathiScheduler } from "./scheduler.js";

export const sarathi: RequestSchedulerEntry = {
  info: {
    name: "sarathi",
    kind: "request",
    summary:
      "Stall-free batching: all decodes in every pass, chunks of prompts in what the chunk size leaves.",
    follows: "Agrawal et al., OSDI 2024, and microsoft/sarathi-serve 96f99117 (sarathi_scheduler.py)",
    simplifies: [
      "the chunk size is fixed: no dynamic chunking by stage of the prompt",
      "no pipeline parallelism",
    ],
    options: [
      {
        name: "chunk_size",
        type: "integer",
        minimum: 1,
        default: 512,
        description: "Token budget of a pass; decodes count one each and are never held back by it",
      },
      {
        name: "max_num_seqs",
        type: "integer",
        minimum: 1,
        default: 128,
        description: "Most requests in the engine at once",
      },
      {
        name: "watermark",
        type: "number",
        minimum: 0,
        default: 0.01,
        description: "Share of the KV blocks that a newcomer's prompt must leave free",
      },
      ...engineOptions(false),
    ],
  },
  create: (options) => new SarathiScheduler(options as unknown as SarathiOptions),
};
