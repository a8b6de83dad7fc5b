import { InputError, type Problem } from "../../core/errors.js";
import type { OptionInfo } from "../../core/policy-info.js";
import type { GpuType } from "../../fleet/catalogue.js";

/** The engine's settings that decide, under vLLM's names. */
export interface VllmOptions {
  max_num_batched_tokens: number;
  max_num_scheduled_tokens: number;
  max_num_seqs: number;
  enable_chunked_prefill: boolean;
  long_prefill_token_threshold: number;
  scheduler_reserve_full_isl: boolean;
  policy: "fcfs" | "priority";
  async_scheduling: boolean;
}

const integer = (name: string, minimum: number, description: string, value?: number): OptionInfo => ({
  name,
  type: "integer",
  minimum,
  description,
  ...(value === undefined ? {} : { default: value }),
});
const flag = (name: string, value: boolean, description: string): OptionInfo => ({
  name,
  type: "boolean",
  default: value,
  description,
});

/** Knobs of the scheduler, in the order of vLLM's documentation. */
export const vllmOptions: readonly OptionInfo[] = [
  integer(
    "max_num_batched_tokens",
    1,
    "Token budget of one forward pass; by default 8192 on GPUs with 70 GiB or more except A100, else 2048 (16384 and 8192 with usage_context llm_class)",
  ),
  integer(
    "max_num_seqs",
    1,
    "Most requests in the engine at once; by default 1024 on GPUs with 70 GiB or more except A100, else 256",
  ),
  integer(
    "max_num_scheduled_tokens",
    1,
    "Token budget that the scheduler uses; max_num_batched_tokens when absent",
  ),
  flag("enable_chunked_prefill", true, "Prompts may be computed in pieces that fit the budget"),
  integer("long_prefill_token_threshold", 0, "Longest piece of one prompt per pass; 0 for no limit", 0),
  integer(
    "max_num_partial_prefills",
    1,
    "More than 1 sets long_prefill_token_threshold to 4 % of max_model_len when that is 0; no other effect in V1",
    1,
  ),
  integer("max_long_partial_prefills", 1, "Accepted as in vLLM; its V1 scheduler does not read it", 1),
  flag(
    "scheduler_reserve_full_isl",
    true,
    "A request is let in only when its whole prompt would fit, not just its first piece (false before 2026-03-24)",
  ),
  {
    name: "policy",
    type: "enum",
    values: ["fcfs", "priority"],
    default: "fcfs",
    description: "Who is let in first and who is preempted",
  },
  flag(
    "async_scheduling",
    true,
    "The next pass is formed while the present one runs, before its tokens are known",
  ),
  {
    name: "kv_offloading_size",
    type: "number",
    minimum: 0,
    default: 0,
    description: "GiB of host memory, for all GPUs of a replica together, that keep copies of full KV blocks",
  },
  {
    name: "kv_offloading_disk_size",
    type: "number",
    minimum: 0,
    default: 0,
    description:
      "GiB of disk for blocks that leave that host memory; not a knob of vLLM's own (LMCache has one)",
  },
  {
    name: "kv_offloading_disk_bandwidth",
    type: "number",
    minimum: 0.001,
    default: 7,
    description: "GB/s at which a replica reads that disk (one NVMe drive)",
  },
  {
    name: "performance_mode",
    type: "enum",
    values: ["balanced", "interactivity", "throughput"],
    default: "balanced",
    description:
      "throughput doubles the defaults of max_num_batched_tokens and max_num_seqs; interactivity changes kernels, which is not modelled",
  },
  {
    name: "usage_context",
    type: "enum",
    values: ["api_server", "llm_class"],
    default: "api_server",
    description: "Which defaults hold: those of `vllm serve` or of the offline LLM class",
  },
];

/**
 * vLLM's defaults by GPU and usage context, and its consistency rules (vllm/engine/arg_utils.py, commit 4ff865c3).
 *
 * @param given the options that the user set
 * @throws InputError when they contradict each other
 */
export function resolveVllm(
  given: Readonly<Record<string, unknown>>,
  gpu: GpuType,
  maxModelLen: number,
  path: readonly (string | number)[] = [],
): VllmOptions {
  const large = gpu.memory >= 70 * 2 ** 30 && !gpu.name.startsWith("A100");
  const offline = given.usage_context === "llm_class";
  const chunked = (given.enable_chunked_prefill as boolean | undefined) ?? true;
  const factor = given.performance_mode === "throughput" ? 2 : 1;
  let seqs = (given.max_num_seqs as number | undefined) ?? factor * (large ? 1024 : 256);
  let batched = given.max_num_batched_tokens as number | undefined;
  if (batched === undefined) {
    batched = factor * (large ? (offline ? 16_384 : 8192) : offline ? 8192 : 2048);
    if (!chunked) batched = Math.max(batched, maxModelLen);
    batched = Math.min(batched, seqs * maxModelLen);
  }
  if (given.max_num_seqs === undefined) seqs = Math.min(seqs, batched);
  const partial = (given.max_num_partial_prefills as number | undefined) ?? 1;
  let threshold = (given.long_prefill_token_threshold as number | undefined) ?? 0;
  if (partial > 1 && threshold === 0) threshold = Math.floor(0.04 * maxModelLen);

  const problems: Problem[] = [];
  const wrong = (key: string, message: string, hint: string) =>
    problems.push({ code: "serving/contradictory-options", message, path: [...path, key], hint });
  if (batched < seqs)
    wrong(
      "max_num_batched_tokens",
      `max_num_batched_tokens (${batched}) is smaller than max_num_seqs (${seqs})`,
      "a pass must have room for one token of every running request",
    );
  if (!chunked && batched < maxModelLen)
    wrong(
      "max_num_batched_tokens",
      `max_num_batched_tokens (${batched}) is smaller than max_model_len (${maxModelLen}) without chunked prefill`,
      "raise it, lower max_model_len, or set enable_chunked_prefill: true",
    );
  const scheduled = (given.max_num_scheduled_tokens as number | undefined) ?? batched;
  if (!chunked && batched >= maxModelLen && scheduled < maxModelLen)
    wrong(
      "max_num_scheduled_tokens",
      `max_num_scheduled_tokens (${scheduled}) is smaller than max_model_len (${maxModelLen}) without chunked prefill`,
      "a longer prompt would wait for ever: raise it, or set enable_chunked_prefill: true",
    );
  if (threshold > maxModelLen)
    wrong(
      "long_prefill_token_threshold",
      `long_prefill_token_threshold (${threshold}) is larger than max_model_len (${maxModelLen})`,
      "a threshold that no prompt reaches has no effect",
    );
  const long = (given.max_long_partial_prefills as number | undefined) ?? 1;
  if (partial > 1 && !chunked)
    wrong(
      "max_num_partial_prefills",
      `max_num_partial_prefills (${partial}) needs chunked prefill`,
      "set enable_chunked_prefill: true, or leave it out",
    );
  if (long > partial)
    wrong(
      "max_long_partial_prefills",
      `max_long_partial_prefills (${long}) is larger than max_num_partial_prefills (${partial})`,
      "of so many partial prompts no more can be long",
    );
  if (problems.length > 0) throw new InputError(problems);

  return {
    max_num_batched_tokens: batched,
    max_num_scheduled_tokens: scheduled,
    max_num_seqs: seqs,
    enable_chunked_prefill: chunked,
    long_prefill_token_threshold: threshold,
    scheduler_reserve_full_isl: (given.scheduler_reserve_full_isl as boolean | undefined) ?? true,
    policy: (given.policy as "fcfs" | "priority" | undefined) ?? "fcfs",
    async_scheduling: (given.async_scheduling as boolean | undefined) ?? true,
  };
}
