import type { RequestTable } from "./request-table.js";

/**
 * One forward pass: which requests take part, with how many tokens each, in batch order. Reused from pass to pass. Next
 * to the entries it keeps the sums that the iteration-time model needs, all exact integers.
 */
export class Batch {
  count = 0;
  request = new Int32Array(64);
  /** New tokens of each entry. */
  tokens = new Int32Array(64);
  /** Tokens of each entry computed before this pass. */
  computed = new Int32Array(64);
  /** 1 where the pass reaches the end of what is known of the request, so that it yields a token. */
  samples = new Uint8Array(64);
  /** The table's serial of each entry: a request that ended while the pass ran may have left its slot to another. */
  serial = new Float64Array(64);

  /** Sum of tokens. */
  totalTokens = 0;
  /** Entries that yield a token. */
  sampled = 0;
  /** Tokens in the cache after the pass, summed over the entries: what attention reads. */
  context = 0;
  /** Pairs of a new token and one it attends to. */
  pairs = 0;
  /** The part of `pairs` in entries of one token. */
  decodePairs = 0;

  /** µs for which the pass waits until KV blocks have been moved to or from the GPU. */
  transfer = 0;

  /** Why nobody else was let in; -1 when nobody waits. A number of the engine's `reasons`. */
  blockedBy = -1;
  /** µs; when the scheduler wants to be asked again although nothing has happened. Infinity for never, now for at once. Of passes in a leap only those formed before it are leapt over. */
  wakeAt = Number.POSITIVE_INFINITY;

  constructor(readonly requests: RequestTable) {}

  clear(): void {
    this.count = 0;
    this.totalTokens = 0;
    this.sampled = 0;
    this.context = 0;
    this.pairs = 0;
    this.decodePairs = 0;
    this.transfer = 0;
    this.blockedBy = -1;
    this.wakeAt = Number.POSITIVE_INFINITY;
  }

  /** Lets a request take part with its next `tokens` tokens. */
  add(request: number, tokens: number): void {
    const i = this.count++;
    if (i === this.request.length) this.#grow();
    const computed = this.requests.computed[request]!;
    this.request[i] = request;
    this.tokens[i] = tokens;
    this.computed[i] = computed;
    this.samples[i] = 0;
    this.serial[i] = this.requests.serial[request]!;
    this.totalTokens += tokens;
    this.context += computed + tokens;
    if (tokens === 1) {
      this.pairs += computed + 1;
      this.decodePairs += computed + 1;
    } else this.pairs += tokens * computed + (tokens * (tokens + 1)) / 2;
  }

  /** Takes a request out again; its tokens, or 0 when it does not take part. */
  remove(request: number): number {
    let i = 0;
    while (i < this.count && this.request[i] !== request) i++;
    if (i === this.count) return 0;
    const tokens = this.tokens[i]!;
    const computed = this.computed[i]!;
    for (const column of [this.request, this.tokens, this.computed, this.samples, this.serial])
      column.copyWithin(i, i + 1, this.count);
    this.count--;
    this.totalTokens -= tokens;
    this.context -= computed + tokens;
    this.pairs -= tokens * computed + (tokens * (tokens + 1)) / 2;
    if (tokens === 1) this.decodePairs -= computed + 1;
    return tokens;
  }

  /** Says that the `i`-th entry yields a token. */
  sample(i: number): void {
    this.samples[i] = 1;
    this.sampled++;
  }

  /** Every entry computes one token and yields one. */
  get isDecode(): boolean {
    return this.totalTokens === this.count && this.sampled === this.count;
  }

  /** The same requests in the same order as in the pass before, each one token further. */
  continues(before: Batch): boolean {
    if (!this.isDecode || !before.isDecode || this.count !== before.count || this.transfer > 0) return false;
    for (let i = 0; i < this.count; i++)
      if (
        this.request[i] !== before.request[i] ||
        this.serial[i] !== before.serial[i] ||
        this.computed[i] !== before.computed[i]! + 1
      )
        return false;
    return true;
  }

  /** The same requests, each `passes` tokens further. */
  shift(passes: number): void {
    for (let i = 0; i < this.count; i++) this.computed[i]! += passes;
    const more = passes * this.count;
    this.context += more;
    this.pairs += more;
    this.decodePairs += more;
  }

  #grow(): void {
    const size = this.request.length * 2;
    this.request = longer(this.request, new Int32Array(size));
    this.tokens = longer(this.tokens, new Int32Array(size));
    this.computed = longer(this.computed, new Int32Array(size));
    this.samples = longer(this.samples, new Uint8Array(size));
    this.serial = longer(this.serial, new Float64Array(size));
  }
}

function longer<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
