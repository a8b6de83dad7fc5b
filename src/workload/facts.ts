import type { JobBatch, RequestBatch } from "./batch.js";

/** What callers want to know of all rows before the first one is replayed, gathered during the first pass. */

/**
 * Looks at a row when it is read: the batch, its index there, the line (generated: the row number), and what gives the
 * line itself, for files.
 */
export type Observer<Batch> = (batch: Batch, row: number, line: number, text?: () => string) => void;

export function shapesUsed(): {
  shapesUsed: Map<number, { count: number; firstLine: number }>;
  observe: Observer<JobBatch>;
} {
  const shapesUsed = new Map<number, { count: number; firstLine: number }>();
  return {
    shapesUsed,
    observe(batch, row, line) {
      const used = shapesUsed.get(batch.shape[row]!);
      if (used !== undefined) used.count++;
      else shapesUsed.set(batch.shape[row]!, { count: 1, firstLine: line });
    },
  };
}

export function longestRequest(): {
  longest: { inputTokens: number; outputTokens: number; line: number };
  observe: Observer<RequestBatch>;
} {
  const longest = { inputTokens: 0, outputTokens: 0, line: 0 };
  return {
    longest,
    observe(batch, row, line) {
      const input = batch.inputTokens[row]!;
      const output = batch.outputTokens[row]!;
      if (input + output <= longest.inputTokens + longest.outputTokens) return;
      longest.inputTokens = input;
      longest.outputTokens = output;
      longest.line = line;
    },
  };
}
