import { engineOptions } from "../engine-options.js";
import type { RequestSchedulerEntry } from "../request-scheduler.js";
import { type TrtllmOptions, TrtllmScheduler } from "./scheduler.js";

export const trtllm: RequestSchedulerEntry = {
  info: {
    name: "trtllm",
    kind: "request",
    summary:
      "TensorRT-LLM's in-flight batching: a capacity scheduler, then generating requests before contexts.",
    follows: "NVIDIA/TensorRT-LLM commit 02a10fed, cpp/tensorrt_llm/batch_manager/capacityScheduler.cpp",
    simplifies: [
      "the micro batch scheduler is first come, first served; EQUAL_PROGRESS and PREFILL_FIRST are not there",
      "a first chunk does not wait for another request's pass that is about to make its prefix",
      "defaults of max_batch_size and max_num_tokens are those of trtllm-serve, not read in that commit",
    ],
    options: [
      {
        name: "capacity_scheduler_policy",
        type: "enum",
        values: ["GUARANTEED_NO_EVICT", "MAX_UTILIZATION", "STATIC_BATCH"],
        default: "GUARANTEED_NO_EVICT",
        description:
          "Room for the longest answer before a request runs; or only for its next step, pausing others when there is none; or whole batches",
      },
      {
        name: "max_batch_size",
        type: "integer",
        minimum: 1,
        default: 2048,
        description: "Most requests in the engine at once",
      },
      {
        name: "max_num_tokens",
        type: "integer",
        minimum: 1,
        default: 8192,
        description: "Token budget of a pass; generating requests come first",
      },
      {
        name: "enable_chunked_context",
        type: "boolean",
        default: false,
        description: "Prompts may be computed in pieces of whole blocks that fit the budget",
      },
      ...engineOptions(false),
    ],
  },
  timePreset: "trtllm",
  create: (options) => new TrtllmScheduler(options as unknown as TrtllmOptions),
};
