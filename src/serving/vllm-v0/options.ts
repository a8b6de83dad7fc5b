import { InputError, type Problem } from "../../core/errors.js";
import type { OptionInfo } from "../../core/policy-info.js";
import type { SchedulerSetup } from "../request-scheduler.js";

export interface VllmV0Options {
  max_num_batched_tokens: number;
  max_num_seqs: number;
  policy: "fcfs" | "priority";
  scheduler_delay_factor: number;
  preemption_mode?: "recompute" | "swap";
}

export const vllmV0Options: readonly OptionInfo[] = [
  {
    name: "max_num_batched_tokens",
    type: "integer",
    minimum: 1,
    description: "Most prompt tokens of one pass; by default max_model_len, but at least 2048",
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

/**
 * The defaults of V0 and its consistency rules (vllm/config.py of 0.10).
 *
 * @throws InputError when the options contradict each other
 */
export function resolveVllmV0(
  given: Readonly<Record<string, unknown>>,
  { maxModelLen, path }: SchedulerSetup,
): VllmV0Options {
  const options = {
    ...given,
    max_num_batched_tokens: given.max_num_batched_tokens ?? Math.max(maxModelLen, 2048),
  } as VllmV0Options & { swap_space: number };
  const { max_num_batched_tokens: batched, max_num_seqs: seqs, preemption_mode, policy } = options;
  const problems: Problem[] = [];
  const wrong = (key: string, message: string, hint: string) =>
    problems.push({ code: "serving/contradictory-options", message, path: [...path, key], hint });
  if (batched < maxModelLen)
    wrong(
      "max_num_batched_tokens",
      `max_num_batched_tokens (${batched}) is smaller than max_model_len (${maxModelLen})`,
      "prompts are computed in one piece: raise it, or lower max_model_len",
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
  if (problems.length > 0) throw new InputError(problems);
  return options;
}
