import type { RequestSchedulerEntry } from "../request-scheduler.js";
import { parseSglangArgs } from "./args.js";
import { resolveSglang, sglangOptions, sharedOptions } from "./options.js";
import { SglangScheduler } from "./scheduler.js";

export const sglang: RequestSchedulerEntry = {
  info: {
    name: "sglang",
    kind: "request",
    summary: "SGLang: a radix tree of cached prefixes; passes of prompts pause those that decode.",
    follows:
      "sgl-project/sglang commit 9864059e2b26 (2026-06-15), python/sglang/srt/managers and mem_cache; 37 recorded runs of its own classes",
    simplifies: [
      "requests share the prefixes that their trace tells of; other prompts share nothing",
      "all layers keep all their tokens: no hybrid memory for sliding windows, no Mamba states",
      "no hierarchical cache, speculative decoding, LoRA, disaggregation, data-parallel attention, pipeline parallelism, prefill delayer, max_queued_requests or routing keys",
      "a chunk that finds no memory waits, where the real engine ends itself",
      "no overlap scheduling costs no more time than overlap scheduling; only its decisions differ",
    ],
    options: sglangOptions,
  },
  create: (options, { gpu, maxModelLen, random, path }) =>
    new SglangScheduler(resolveSglang(options, gpu, path), maxModelLen, random, path),
  parseArgs: parseSglangArgs,
  ownNames: {
    read: sharedOptions,
    names: {
      tensor_parallel_size: "tp_size",
      max_model_len: "context_length",
      gpu_memory_utilization: "mem_fraction_static",
    },
  },
  timePreset: "sglang",
};
