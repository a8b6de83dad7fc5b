import { InputError } from "../core/errors.js";
import type { OptionInfo, PolicyInfo } from "../core/policy-info.js";
import { parseDuration } from "../core/units.js";
import type { GpuType } from "../fleet/catalogue.js";

/** What every engine can be told besides its scheduler's knobs, under vLLM's names. */
export interface EngineOptions {
  tensor_parallel_size: number;
  /** Tokens; -1 for the longest that fits the KV cache. The model's own when absent. */
  max_model_len?: number;
  block_size: number;
  gpu_memory_utilization: number;
  num_gpu_blocks_override?: number;
  /** At most so many KV blocks of those that memory has room for. */
  most_gpu_blocks?: number;
  /** Requests are cut to what the KV cache holds, which need not be max_model_len. */
  cuts_to_cache?: boolean;
  kv_cache_dtype: string;
  quantization?: string;
  enable_prefix_caching: boolean;
  /** GiB of one replica in all, of engines that offload; and bytes/s of its disk. */
  kv_offloading_size?: number;
  kv_offloading_disk_size?: number;
  kv_offloading_disk_bandwidth?: number;
  /** GiB of host memory per GPU for swapped blocks, of engines that swap. */
  swap_space?: number;
}

/** How an engine says it that has names of its own for what all engines share. */
export interface OwnNames {
  /**
   * The shared settings that its options amount to.
   *
   * @param gpus of one replica, when the service says so beside the options
   */
  read(
    options: Readonly<Record<string, unknown>>,
    gpu: GpuType,
    gpus: number | undefined,
  ): Partial<EngineOptions>;
  /** Its name for a shared setting, for complaints. */
  names: Partial<Record<keyof EngineOptions, string>>;
}

/** The knobs that all engines share; `prefixCaching` is the engine's default. */
export function engineOptions(prefixCaching: boolean): readonly OptionInfo[] {
  return [
    {
      name: "tensor_parallel_size",
      type: "integer",
      minimum: 1,
      default: 1,
      description: "GPUs of one replica, each with a slice of every layer",
    },
    {
      name: "max_model_len",
      type: "integer",
      minimum: -1,
      description:
        "Longest prompt and answer of one request, in tokens; by default the model's, -1 for the longest that fits the KV cache",
    },
    {
      name: "gpu_memory_utilization",
      type: "number",
      minimum: 0,
      default: 0.92,
      description: "Share of each GPU's memory that the engine uses",
    },
    { name: "block_size", type: "integer", minimum: 1, default: 16, description: "Tokens per KV block" },
    {
      name: "num_gpu_blocks_override",
      type: "integer",
      minimum: 2,
      description:
        "KV blocks of one replica (one of them is the null block), instead of computing them from the GPU's memory",
    },
    {
      name: "kv_cache_dtype",
      type: "enum",
      values: ["auto", "bfloat16", "float16", "fp8", "fp8_e4m3", "fp8_e5m2"],
      default: "auto",
      description: "How keys and values are stored; auto: as the checkpoint says",
    },
    {
      name: "quantization",
      type: "enum",
      values: ["fp8"],
      description:
        "Quantize the linear layers while loading; what a checkpoint is quantized with is read from its config.json",
    },
    {
      name: "enable_prefix_caching",
      type: "boolean",
      default: prefixCaching,
      description: "Freed KV blocks stay findable by their content until they are taken again",
    },
  ];
}

/**
 * A policy's options with its defaults filled in and durations in µs; `given` has been checked against `info`, or holds
 * what a command line said.
 */
export function fillOptions(
  info: PolicyInfo,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const filled: Record<string, unknown> = { ...given };
  for (const option of info.options) {
    const value = filled[option.name] ?? option.default;
    if (value === undefined) delete filled[option.name];
    else
      filled[option.name] =
        option.type === "duration" && typeof value === "string" ? parseDuration(value) : value;
  }
  return filled;
}

/** A contradiction between settings. */
export function contradiction(message: string, path: readonly (string | number)[], hint: string): InputError {
  return new InputError({ code: "serving/contradictory-options", message, path, hint });
}
