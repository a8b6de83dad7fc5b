import { grown } from "../../core/column.js";
import type { Batch } from "../batch.js";
import type { Leap } from "../leap.js";
import type { KvCache } from "./kv-cache.js";

/**
 * The blocks that a decoding batch takes in many rounds, in the order in which single rounds would take them. A request
 * needs a block, or fills one that others may find, once in `blockSize` rounds: each round visits only those whose turn
 * it is, found by their place within a block. When a request fills blocks that nobody else may find makes no difference.
 */
export class DecodeGrowth {
  readonly #blockSize: number;
  /** By round modulo the block size: the first batch entry that needs a block, and the first that fills one. */
  readonly #needs: Int32Array;
  readonly #fills: Int32Array;
  /** By batch entry: the next one of the same round. */
  #nextNeed: Int32Array = new Int32Array(64);
  #nextFill: Int32Array = new Int32Array(64);

  constructor(readonly kv: KvCache) {
    this.#blockSize = kv.blockSize;
    this.#needs = new Int32Array(kv.blockSize);
    this.#fills = new Int32Array(kv.blockSize);
  }

  /**
   * Rounds as in `grow(request, computed + k, min(computed + k, known + k))` of every entry, for k from 1. The counters
   * of the requests stay as they are.
   *
   * @param lookedUp the waiting request that is looked up in vain after each round; -1 for none
   */
  run({ request, count }: Batch, { rounds, used }: Leap, lookedUp: number): void {
    const { kv } = this;
    const { computed } = kv.requests;
    this.#sort(request, count);
    for (let k = 1; k <= rounds; k++) {
      const place = k % this.#blockSize;
      for (let i = this.#needs[place]!; i >= 0; i = this.#nextNeed[i]!)
        kv.reserve(request[i]!, computed[request[i]!]! + k);
      for (let i = this.#fills[place]!; i >= 0; i = this.#nextFill[i]!)
        kv.cache(request[i]!, this.#findable(request[i]!) + k);
      if (lookedUp >= 0) kv.lookup(lookedUp);
      used[k - 1] = kv.pool.used;
    }
    for (let i = 0; i < count; i++) kv.cache(request[i]!, this.#findable(request[i]!) + rounds);
  }

  /** Tokens of a request that are both computed and known. */
  #findable(request: number): number {
    const { requests } = this.kv;
    return Math.min(requests.computed[request]!, requests.known(request));
  }

  #sort(request: Int32Array, count: number): void {
    const size = this.#blockSize;
    if (count > this.#nextNeed.length) {
      this.#nextNeed = grown(this.#nextNeed, count * 2);
      this.#nextFill = grown(this.#nextFill, count * 2);
    }
    const { computed } = this.kv.requests;
    this.#needs.fill(-1);
    this.#fills.fill(-1);
    // From the last, so that each list is in batch order.
    for (let i = count - 1; i >= 0; i--) {
      const r = request[i]!;
      const need = (1 + size - (computed[r]! % size)) % size;
      this.#nextNeed[i] = this.#needs[need]!;
      this.#needs[need] = i;
      if (!this.kv.fillsShared(r)) continue;
      const fill = (size - (this.#findable(r) % size)) % size;
      this.#nextFill[i] = this.#fills[fill]!;
      this.#fills[fill] = i;
    }
  }
}
