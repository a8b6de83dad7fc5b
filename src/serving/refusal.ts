import type { RequestTable } from "./request-table.js";

/** What one engine can hold at most; the same for all replicas of a service. */
export interface EngineLimits {
  /** Prompt and answer of one request, in tokens. */
  maxModelLen: number;
  /** KV blocks that can be handed out, and tokens per block. */
  usableBlocks: number;
  blockSize: number;
}

/**
 * Why an engine would refuse a request as it comes in, or undefined. vLLM answers the first three with an error
 * (v1/engine/processor.py); a request longer than the whole cache would wait there for ever, so it is refused as well.
 *
 * @param reserved tokens for which the scheduler wants room at once; what it will at least have to hold by default
 */
export function refusal(
  requests: RequestTable,
  request: number,
  limits: EngineLimits,
  reserved = requests.input[request]! + requests.output[request]! - 1,
): string | undefined {
  if (requests.input[request]! < 1) return "empty prompt";
  if (requests.output[request]! < 1) return "no output tokens wanted";
  if (requests.input[request]! >= limits.maxModelLen) return "prompt as long as max_model_len or longer";
  const tokens = Math.min(reserved, limits.maxModelLen);
  if (Math.ceil(tokens / limits.blockSize) > limits.usableBlocks) return "longer than the whole KV cache";
  return undefined;
}
