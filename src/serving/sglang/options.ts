import { InputError, type Problem } from "../../core/errors.js";
import type { OptionInfo } from "../../core/policy-info.js";
import type { GpuType } from "../../fleet/catalogue.js";
import type { EngineOptions } from "../engine-options.js";
import { type EvictionPolicy, evictionPolicies } from "./eviction.js";

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
  /** Requests set it; matters without a radix cache. */
  ignore_eos: boolean;
}

const number = (
  type: "integer" | "number",
  name: string,
  minimum: number,
  description: string,
  value?: number,
): OptionInfo => ({ name, type, minimum, description, ...(value === undefined ? {} : { default: value }) });
const flag = (name: string, description: string): OptionInfo => ({
  name,
  type: "boolean",
  default: false,
  description,
});
const choice = (
  name: string,
  values: readonly string[],
  description: string,
  value?: string,
): OptionInfo => ({
  name,
  type: "enum",
  values,
  description,
  ...(value === undefined ? {} : { default: value }),
});

/** SGLang's server arguments that we model, in the order of its documentation. */
export const sglangOptions: readonly OptionInfo[] = [
  number("integer", "context_length", 1, "Longest prompt and answer, in tokens; by default the model's"),
  choice(
    "quantization",
    ["fp8"],
    "Quantize the linear layers while loading; what a checkpoint is quantized with is read from its config.json",
  ),
  choice(
    "kv_cache_dtype",
    ["auto", "fp8_e5m2", "fp8_e4m3", "bf16", "bfloat16"],
    "How keys and values are stored; auto: as the checkpoint says",
    "auto",
  ),
  number(
    "number",
    "mem_fraction_static",
    0,
    "Share of each GPU's memory for weights and KV cache; by default what chunked_prefill_size, cuda_graph_max_bs and tp_size leave of it",
  ),
  number(
    "integer",
    "max_running_requests",
    1,
    "Most requests that run at once; by default 2048, or 512 for each context_length that the KV cache holds up to 4096, and at most one for two of its tokens",
  ),
  number("integer", "max_total_tokens", 1, "Tokens of the KV cache, if memory has room for so many"),
  number(
    "integer",
    "chunked_prefill_size",
    -1,
    "Tokens of prompts in one pass, and of one prompt at a time; -1: prompts are not cut. By default 2048 on GPUs with less than 35 GiB, 4096 below 60, 8192 below 160, else 16384",
  ),
  number("integer", "prefill_max_requests", 1, "Most prompts in one pass; no limit when absent"),
  number(
    "integer",
    "max_prefill_tokens",
    1,
    "Tokens of prompts in one pass, by which the last one may exceed it",
    16_384,
  ),
  choice(
    "schedule_policy",
    ["fcfs", "lpm", "dfs-weight", "lof", "random"],
    "Who is tried first: first come; longest prefix match (only while at most 128 wait); depth first along the radix tree; longest output; anybody. By priority: enable_priority_scheduling",
    "fcfs",
  ),
  flag("enable_priority_scheduling", "The most urgent first, and less urgent running requests give way"),
  flag("schedule_low_priority_values_first", "Small priorities are urgent; large ones are when absent"),
  number(
    "integer",
    "priority_scheduling_preemption_threshold",
    0,
    "Difference of priorities above which a running request gives way",
    10,
  ),
  number(
    "number",
    "schedule_conservativeness",
    0,
    "Multiplies the share of max_new_tokens (0.7, sinking to 0.098) for which running requests keep memory promised",
    1,
  ),
  number("integer", "page_size", 1, "Tokens per page of the KV cache", 1),
  choice("radix_eviction_policy", evictionPolicies, "Which unused leaf of the radix tree goes first", "lru"),
  number("integer", "tp_size", 1, "GPUs of one replica, each with a slice of every layer", 1),
  flag("disable_radix_cache", "Nothing is shared, and what a request computed goes with it"),
  number(
    "integer",
    "cuda_graph_max_bs",
    1,
    "Largest batch with a CUDA graph; counts only for the default of mem_fraction_static",
  ),
  flag("disable_overlap_schedule", "A pass is formed only when the tokens of the one before are known"),
  flag("enable_mixed_chunk", "Running requests decode along in passes of chunked prompts"),
  flag(
    "ignore_eos",
    "Requests set it, as those of sglang.bench_serving do: with disable_radix_cache their memory is planned to the last token; not a server argument",
  ),
];

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** Defaults that depend on the GPU (`_handle_gpu_memory_settings` in server_args.py). */
export function byGpu({ memory }: GpuType, tpSize: number): { chunk: number; graphs: number } {
  const few = tpSize < 4;
  if (memory < 20 * GiB) return { chunk: 2048, graphs: 8 };
  if (memory < 35 * GiB) return { chunk: 2048, graphs: few ? 24 : 80 };
  if (memory < 60 * GiB) return { chunk: 4096, graphs: few ? 32 : 160 };
  if (memory < 160 * GiB) return { chunk: 8192, graphs: few ? 256 : 512 };
  return { chunk: 16_384, graphs: 512 };
}

/** The share of memory that SGLang gives to weights and KV cache when the user does not say. */
export function memFractionStatic(
  given: Readonly<Record<string, unknown>>,
  gpu: GpuType,
  tpSize: number,
): number {
  const { chunk, graphs } = byGpu(gpu, tpSize);
  const { chunked_prefill_size = chunk, max_prefill_tokens, cuda_graph_max_bs = graphs } = given;
  const size = chunked_prefill_size as number;
  const activations = Math.max(size > 0 ? size : (max_prefill_tokens as number), 2048) * 1.5;
  const total = gpu.memory / MiB;
  let reserved = 512 + activations + (cuda_graph_max_bs as number) * 2 + (tpSize / 8) * 1024;
  if (total > 60 * 1024) reserved = Math.max(reserved, 10 * 1024);
  return Math.round(((total - reserved) / total) * 1000) / 1000;
}

/** What all engines share, from SGLang's own arguments. */
export function sharedOptions(
  given: Readonly<Record<string, unknown>>,
  gpu: GpuType,
  gpus: number | undefined,
): Partial<EngineOptions> {
  const tpSize = gpus ?? (given.tp_size as number);
  const pageSize = given.page_size as number;
  const most = given.max_total_tokens as number | undefined;
  return {
    tensor_parallel_size: tpSize,
    block_size: pageSize,
    gpu_memory_utilization:
      (given.mem_fraction_static as number | undefined) ?? memFractionStatic(given, gpu, tpSize),
    kv_cache_dtype: given.kv_cache_dtype as string,
    cuts_to_cache: true,
    ...(given.context_length === undefined ? {} : { max_model_len: given.context_length as number }),
    ...(given.quantization === undefined ? {} : { quantization: given.quantization as string }),
    ...(most === undefined ? {} : { most_gpu_blocks: Math.floor(most / pageSize) + 1 }),
  };
}

/**
 * SGLang's defaults by GPU, and its consistency rules (server_args.py, commit 9864059e).
 *
 * @param given the options that the user set, and defaults
 * @throws InputError when they contradict each other
 */
export function resolveSglang(
  given: Readonly<Record<string, unknown>>,
  gpu: GpuType,
  path: readonly (string | number)[] = [],
): SglangOptions {
  const options = {
    ...given,
    max_running_requests: given.max_running_requests,
    chunked_prefill_size: given.chunked_prefill_size ?? byGpu(gpu, given.tp_size as number).chunk,
    prefill_max_requests: given.prefill_max_requests ?? Number.POSITIVE_INFINITY,
  } as unknown as SglangOptions & { page_size: number };

  const problems: Problem[] = [];
  const wrong = (key: string, message: string, hint: string) =>
    problems.push({ code: "serving/contradictory-options", message, path: [...path, key], hint });
  const { chunked_prefill_size: chunk, page_size } = options;
  if (chunk > 0 && chunk % page_size !== 0)
    wrong(
      "chunked_prefill_size",
      `chunked_prefill_size (${chunk}) is not a multiple of page_size (${page_size})`,
      `set it to ${Math.max(1, Math.floor(chunk / page_size)) * page_size}`,
    );
  if (options.enable_priority_scheduling && !["fcfs", "lof"].includes(options.schedule_policy))
    wrong(
      "enable_priority_scheduling",
      `enable_priority_scheduling with schedule_policy ${options.schedule_policy}: SGLang knows it only with fcfs and lof`,
      "leave one of them out",
    );
  if (options.enable_mixed_chunk && chunk <= 0)
    wrong(
      "enable_mixed_chunk",
      "enable_mixed_chunk without chunked prefill: there are no chunks to mix with",
      "leave it out, or set chunked_prefill_size",
    );
  if (problems.length > 0) throw new InputError(problems);
  return options;
}
