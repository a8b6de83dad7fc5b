import type { RequestBatch } from "./batch.js";

/**
 * How much of each request's content another one of the trace has as well. What nobody else has is the request's own: an
 * engine need not make it findable.
 *
 * Equal addresses stand behind equal tokens, so runs that begin at one address differ in length only, and a request shares
 * its runs up to the first one that reaches further than all others.
 */
export class Sharing {
  /** By first address of a run: the longest and the second longest one, tokens. */
  readonly #longest = new Map<number, { first: number; second: number }>();

  observe(batch: RequestBatch, row: number): void {
    for (let i = batch.runStart(row); i < batch.runEnd[row]!; i++) {
      const tokens = batch.runTokens[i]!;
      const longest = this.#longest.get(batch.runAddress[i]!);
      if (longest === undefined) this.#longest.set(batch.runAddress[i]!, { first: tokens, second: 0 });
      else if (tokens > longest.first) {
        longest.second = longest.first;
        longest.first = tokens;
      } else if (tokens > longest.second) longest.second = tokens;
    }
  }

  /** Takes the content that is a request's own out of rows that were all observed. */
  trim(batch: RequestBatch): void {
    const { runAddress, runTokens, runEnd } = batch;
    let to = 0;
    let from = 0;
    for (let row = 0; row < batch.length; row++) {
      const end = runEnd[row]!;
      for (let more = true; more && from < end; from++) {
        const tokens = runTokens[from]!;
        const { first, second } = this.#longest.get(runAddress[from]!)!;
        const shared = tokens === first ? Math.min(tokens, second) : tokens;
        more = shared === tokens;
        if (shared === 0) continue;
        runAddress[to] = runAddress[from]!;
        runTokens[to++] = shared;
      }
      from = end;
      runEnd[row] = to;
    }
  }
}
