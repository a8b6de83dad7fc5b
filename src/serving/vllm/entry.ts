import { engineOptions } from "../engine-options.js";
import type { RequestSchedulerEntry } from "../request-scheduler.js";
import { parseVllmArgs } from "./args.js";
import { resolveVllm, vllmOptions } from "./options.js";
import { VllmScheduler } from "./scheduler.js";

export const vllm: RequestSchedulerEntry = {
  info: {
    name: "vllm",
    kind: "request",
    summary: "vLLM V1: continuous batching over a paged KV cache, chunked prefill, preemption by recompute.",
    follows:
      "vllm-project/vllm commit 4ff865c38eac (2026-05-29), vllm/v1/core; 40 recorded runs of its own classes",
    simplifies: [
      "one KV-cache group: layers with a sliding window keep all their blocks (as with --disable-hybrid-kv-cache-manager)",
      "requests share the prefixes that their trace tells of; other prompts share nothing",
      "with kv_offloading_size the blocks of one request are read after those of another; only prompts that find blocks there touch them",
      "no speculative decoding, LoRA, multimodal input, structured output, KV connector other than offloading, or pipeline parallelism",
      "synchronous scheduling costs no more time than asynchronous scheduling; only its decisions differ",
    ],
    options: [...vllmOptions, ...engineOptions(true)],
  },
  create: (options, { gpu, maxModelLen, path }) =>
    new VllmScheduler(resolveVllm(options, gpu, maxModelLen, path)),
  parseArgs: parseVllmArgs,
  timePreset: "vllm",
};
