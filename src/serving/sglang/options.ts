import type { EvictionPolicy } from "./eviction.js";

/** The server arguments that decide, under SGLang's names. */
export interface SglangOptions {
  /** By the size of the KV memory when undefined. */
  max_running_requests: number | undefined;
  max_prefill_tokens: number;
  /** Not above 0: prompts are computed whole. */
  chunked_prefill_size: number;
  /** Infinity for any number. */
  prefill_max_requests: number;
  schedule_policy: "fcfs" | "lpm" | "dfs-weight" | "lof" | "random";
  schedule_conservativeness: number;
  disable_radix_cache: boolean;
  radix_eviction_policy: EvictionPolicy;
  enable_mixed_chunk: boolean;
  enable_priority_scheduling: boolean;
  schedule_low_priority_values_first: boolean;
  priority_scheduling_preemption_threshold: number;
  disable_overlap_schedule: boolean;
}
