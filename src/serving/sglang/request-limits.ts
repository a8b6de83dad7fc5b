import type { EngineLimits } from "../refusal.js";
import type { RequestTable } from "../request-table.js";

/** Requests that may run at once: the user's number, else by how many of full length the memory could hold. */
export function maxRunningRequests(given: number | undefined, total: number, contextLength: number): number {
  const half = Math.floor(total / 2);
  if (given !== undefined) return Math.min(given, half);
  const byLength = Math.floor((total / contextLength) * 512);
  return Math.min(Math.max(Math.min(byLength, 4096), 2048), half);
}

/** Tokens of prompt and answer end here (max_req_len). */
function longestRequest(total: number, contextLength: number): number {
  return Math.min(contextLength, total) - 1;
}

/** Tokens that a prompt must stay below (max_req_input_len). */
export function promptLimit(total: number, contextLength: number): number {
  return longestRequest(total, contextLength) - 5;
}

/** Tokens that the engine lets a request generate at most, whatever its max_new_tokens. */
export function maxNewTokens(input: number, total: number, pageSize: number, contextLength: number): number {
  const byLength = longestRequest(total, contextLength) - input - 1;
  const byMemory = total - Math.ceil(input / pageSize) * pageSize - pageSize - 1;
  return Math.max(0, Math.min(byLength, byMemory));
}

/**
 * Why SGLang answers a request with an error (tokenizer_manager.py and `validate_input_length`), or undefined. One whose
 * prompt leaves no room for a token would wait for ever there, so it is refused as well.
 */
export function refuses(
  requests: RequestTable,
  request: number,
  contextLength: number,
  { usableBlocks, blockSize }: EngineLimits,
): string | undefined {
  const input = requests.input[request]!;
  const total = usableBlocks * blockSize;
  if (input < 1) return "empty prompt";
  if (requests.output[request]! < 1) return "no output tokens wanted";
  if (input >= contextLength) return "prompt as long as context_length or longer";
  if (input >= promptLimit(Number.POSITIVE_INFINITY, contextLength))
    return "prompt within 6 tokens of context_length";
  if (input >= promptLimit(total, contextLength)) return "longer than the whole KV cache";
  return maxNewTokens(input, total, blockSize, contextLength) < 1
    ? "longer than the whole KV cache"
    : undefined;
}
