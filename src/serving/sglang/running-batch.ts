import { grown } from "../../core/column.js";
import type { RequestTable } from "../request-table.js";

/** The estimate of what a request may still generate ends here (SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION). */
export const CLIP_MAX_NEW_TOKENS = 4096;

/**
 * The requests that decode, in SGLang's order (`running_batch` in managers/schedule_batch.py). One that has ended stays in
 * the list, and counts, until somebody filters it.
 */
export class RunningBatch {
  count = 0;
  request = new Int32Array(64);
  #serial = new Float64Array(64);
  /** What those that have ended were still allowed to generate. */
  #left = new Int32Array(64);

  constructor(readonly requests: RequestTable) {}

  push(request: number): void {
    if (this.count === this.request.length) {
      this.request = grown(this.request, 2 * this.count);
      this.#serial = grown(this.#serial, 2 * this.count);
      this.#left = grown(this.#left, 2 * this.count);
    }
    this.request[this.count] = request;
    this.#serial[this.count] = this.requests.serial[request]!;
    this.#left[this.count++] = 0;
  }

  clear(): void {
    this.count = 0;
  }

  /** The request at a place still runs. */
  lives(at: number): boolean {
    return this.requests.serial[this.request[at]!] === this.#serial[at];
  }

  /** A request is about to end, with some of its max_new_tokens to spare: it counts with them while it is listed. */
  ends(request: number, left: number): void {
    // One that ended before may still be listed under the same number, further up.
    const at = this.count === 0 ? -1 : this.request.lastIndexOf(request, this.count - 1);
    if (at >= 0 && this.lives(at)) this.#left[at] = left;
  }

  /** Takes out the request at a place; those behind it move up. */
  removeAt(at: number): void {
    for (const column of [this.request, this.#serial, this.#left]) column.copyWithin(at, at + 1, this.count);
    this.count--;
  }

  /** Takes out those that have ended. */
  filter(): void {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (!this.lives(i)) continue;
      this.request[kept] = this.request[i]!;
      this.#serial[kept] = this.#serial[i]!;
      this.#left[kept++] = 0;
    }
    this.count = kept;
  }

  /** Tokens that the request at a place may still generate, as far as they are reckoned with. */
  left(at: number): number {
    if (!this.lives(at)) return Math.min(this.#left[at]!, CLIP_MAX_NEW_TOKENS);
    const { maxTokens, tokens } = this.requests;
    const r = this.request[at]!;
    return Math.min(maxTokens[r]! - tokens[r]!, CLIP_MAX_NEW_TOKENS);
  }

  /** A sum of rounded products in list order, as the engine adds them up: a request fits or not by its last bit. */
  expected(ratio: number): number {
    let sum = 0;
    for (let i = 0; i < this.count; i++) sum += this.left(i) * ratio;
    return sum;
  }

  /** The most output first, of equals the shortest prompt: the order in which the last ones are retracted. */
  sortForRetraction(): void {
    const { tokens, input } = this.requests;
    const order = Array.from(this.request.subarray(0, this.count)).sort(
      (a, b) => tokens[b]! - tokens[a]! || input[a]! - input[b]!,
    );
    this.clear();
    for (const request of order) this.push(request);
  }

  /** The last one, which leaves the list. */
  pop(): number {
    return this.request[--this.count]!;
  }
}
