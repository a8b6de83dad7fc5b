import type { Batch } from "./batch.js";
import type { Engine } from "./engine.js";

/** How often in a row a decoding batch can repeat before one of its requests ends. */
export function roundsUntilEnd({ requests, maxModelLen }: Engine, batch: Batch): number {
  const { input, output, tokens } = requests;
  let rounds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < batch.count; i++) {
    const r = batch.request[i]!;
    const longest = Math.min(output[r]!, maxModelLen - input[r]!);
    rounds = Math.min(rounds, longest - tokens[r]! - 1);
  }
  return rounds;
}
