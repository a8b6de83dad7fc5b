import type { OptionInfo } from "../../core/policy-info.js";

/** Knobs of the loop, under the names of LightLLM and S-LoRA. */
export function reservingOptions(maxWaitTokens: number): readonly OptionInfo[] {
  return [
    {
      name: "running_max_req_size",
      type: "integer",
      minimum: 1,
      default: 1000,
      description: "Most requests in the engine at once",
    },
    {
      name: "batch_max_tokens",
      type: "integer",
      minimum: 1,
      description:
        "Most prompt tokens of one pass; by default a sixth of the KV cache, and at least max_model_len",
    },
    {
      name: "max_wait_tokens",
      type: "integer",
      minimum: 0,
      default: maxWaitTokens,
      description: "Decode passes after somebody was let in before the queue is looked at again",
    },
  ];
}
