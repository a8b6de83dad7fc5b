import { parseCommandLine } from "../command-line.js";
import { engineOptions } from "../engine-options.js";
import type { RequestSchedulerEntry } from "../request-scheduler.js";
import { vllmServe } from "../vllm/args.js";
import { resolveVllmV0, vllmV0Options } from "./options.js";
import { VllmV0Scheduler } from "./scheduler.js";

/** V0 left the GPU a little more air than V1 does. */
const shared = engineOptions(false).map((option) =>
  option.name === "gpu_memory_utilization" ? { ...option, default: 0.9 } : option,
);
const options = [...vllmV0Options, ...shared];
const commandLine = vllmServe(options);

export const vllmV0: RequestSchedulerEntry = {
  info: {
    name: "vllm-v0",
    kind: "request",
    summary: "vLLM before V1: a pass computes new prompts or decodes, preemption by recompute or swap.",
    follows:
      "vllm-project/vllm 0.10, parent of commit c99db8c8 (2025-09-20, which removed V0), vllm/core/{scheduler,block_manager}.py",
    simplifies: [
      "one sequence per request; with chunked prefill one unfinished prompt at a time (max_num_partial_prefills 1)",
      "without room in host memory a request starts over, where V0 stops with an error",
      "under priority the waiting queue is always in order, where V0 sorts it in passes without prompts",
      "blocks are found by others from the pass on that fills them, and are evicted by when they were freed",
    ],
    options,
  },
  create: (given, setup) => new VllmV0Scheduler(resolveVllmV0(given, setup)),
  parseArgs: (args, path) => parseCommandLine(commandLine, args, path),
  timePreset: "vllm",
};
