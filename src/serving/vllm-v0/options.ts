import { InputError, type Problem } from "../../core/errors.js";
import type { OptionInfo } from "../../core/policy-info.js";
import type { SchedulerSetup } from "../request-scheduler.js";

export interface VllmV0Options {
  max_num_batched_tokens: number;
  max_num_seqs: number;
  enable_chunked_prefill: boolean;
  /** Others may find what is cached: pieces of prompts end at blocks. */
  enable_prefix_caching: boolean;
  policy: "fcfs" | "priority";
  scheduler_delay_factor: number;
  preemption_mode?: "recompute" | "swap";
}

export const vllmV0Options: readonly OptionInfo[] = [
  {
    name: "max_num_batched_tokens",
    type: "integer",
    minimum: 1,
    description:
      "Most tokens of one pass: of prompts, or with chunked prefill of all; by default 2048, and without chunked prefill at least max_model_len",
  },
  {
    name: "enable_chunked_prefill",
    type: "boolean",
    description:
      "Prompts are computed in pieces that fit beside those who decode; by default where max_model_len is above 32768",
  },
  {
    name: "max_num_seqs",
    type: "integer",
    minimum: 1,
    default: 256,
    description: "Most requests in the engine at once",
  },
  {
    name: "policy",
    type: "enum",
    values: ["fcfs", "priority"],
    default: "fcfs",
    description: "Who is let in first; by priority a more urgent one may drive running ones out",
  },
  {
    name: "scheduler_delay_factor",
    type: "number",
    minimum: 0,
    default: 0,
    description:
      "Prompts wait, while others decode, until the oldest has waited so many times the last prompt pass",
  },
  {
    name: "preemption_mode",
    type: "enum",
    values: ["recompute", "swap"],
    description:
      "What happens to a request that must give way; by default it starts over, as V0 does with a single sequence",
  },
  {
    name: "swap_space",
    type: "number",
    minimum: 0,
    default: 4,
    description: "Host memory per GPU for swapped blocks, GiB",
  },
];

const DEFAULT_TOKENS = 2048;

/**
 * The defaults of V0 and its consistency rules (vllm/config.py of 0.10).
 *
 * @throws InputError when the options contradict each other
 */
export function resolveVllmV0(
  given: Readonly<Record<string, unknown>>,
  { maxModelLen, path }: SchedulerSetup,
): VllmV0Options {
  const chunked = (given.enable_chunked_prefill as boolean | undefined) ?? maxModelLen > 32_768;
  const options = {
    ...given,
    enable_chunked_prefill: chunked,
    max_num_batched_tokens:
      given.max_num_batched_tokens ?? (chunked ? DEFAULT_TOKENS : Math.max(maxModelLen, DEFAULT_TOKENS)),
  } as VllmV0Options & { swap_space: number };
  const { max_num_batched_tokens: batched, max_num_seqs: seqs, preemption_mode, policy } = options;
  const problems: Problem[] = [];
  const wrong = (key: string, message: string, hint: string) =>
    problems.push({ code: "serving/contradictory-options", message, path: [...path, key], hint });
  if (batched < maxModelLen && !chunked)
    wrong(
      "max_num_batched_tokens",
      `max_num_batched_tokens (${batched}) is smaller than max_model_len (${maxModelLen})`,
      "prompts are computed in one piece: raise it, lower max_model_len, or set enable_chunked_prefill: true",
    );
  if (batched < seqs)
    wrong(
      "max_num_batched_tokens",
      `max_num_batched_tokens (${batched}) is smaller than max_num_seqs (${seqs})`,
      "a pass must have room for one token of every running request",
    );
  if (preemption_mode === "swap" && options.swap_space === 0)
    wrong(
      "swap_space",
      "preemption_mode is swap, but swap_space is 0",
      "give it host memory, such as swap_space: 4, or set preemption_mode: recompute",
    );
  if (preemption_mode === "swap" && policy === "priority")
    wrong(
      "preemption_mode",
      "preemption_mode swap loses the requests that policy priority drives out",
      "set preemption_mode: recompute",
    );
  if (chunked && policy === "priority")
    wrong(
      "policy",
      "policy priority has no effect with chunked prefill in V0",
      "set enable_chunked_prefill: false, or policy: fcfs",
    );
  if (problems.length > 0) throw new InputError(problems);
  return options;
}
