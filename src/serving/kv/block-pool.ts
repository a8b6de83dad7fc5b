import { InvariantError } from "../../core/errors.js";

/**
 * The KV cache's physical blocks. Block 0 is the null block, taken for good; the others start in the free queue in
 * ascending order, leave it at the front and return to its tail, as in vLLM (v1/core/block_pool.py). All O(1).
 */
export class BlockPool {
  /** Blocks that nobody references. */
  free: number;
  readonly #references: Int32Array;
  /** The free queue, linked through the blocks; entry 0 (the null block) is its sentinel. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;

  /** @param size physical blocks, the null block included */
  constructor(readonly size: number) {
    this.free = size - 1;
    this.#references = new Int32Array(size);
    this.#next = new Int32Array(size);
    this.#previous = new Int32Array(size);
    for (let block = 0; block < size; block++) {
      this.#next[block] = block + 1 === size ? 0 : block + 1;
      this.#previous[block] = block === 0 ? size - 1 : block - 1;
    }
  }

  /** Blocks that can be handed out at all. */
  get usable(): number {
    return this.size - 1;
  }

  get used(): number {
    return this.size - 1 - this.free;
  }

  references(block: number): number {
    return this.#references[block]!;
  }

  /** Takes blocks from the front of the free queue into the entries `from` to `to` (not included) of a row; there must be so many. */
  take(row: Int32Array, from: number, to: number): void {
    const next = this.#next;
    const references = this.#references;
    let block = next[0]!;
    for (let i = from; i < to; i++) {
      if (block === 0) throw new InvariantError("a KV block was asked of an empty pool");
      row[i] = block;
      references[block] = 1;
      block = next[block]!;
    }
    next[0] = block;
    this.#previous[block] = 0;
    this.free -= to - from;
  }

  /** One owner fewer of the first `count` blocks of a row, the last one first; without any, a block goes to the tail of the free queue. */
  release(row: Int32Array, count: number): void {
    const next = this.#next;
    const previous = this.#previous;
    const references = this.#references;
    let last = previous[0]!;
    for (let i = count - 1; i >= 0; i--) {
      const block = row[i]!;
      const left = --references[block]!;
      if (left > 0) continue;
      if (left < 0 || block === 0) throw new InvariantError(`KV block ${block} was released twice`);
      next[last] = block;
      previous[block] = last;
      last = block;
      this.free++;
    }
    next[last] = 0;
    previous[0] = last;
  }

  /** One more owner; a free block leaves the queue. */
  share(block: number): void {
    if (this.#references[block]!++ === 0) this.#unlink(block);
  }

  /** The first `most` blocks of the free queue, those taken next first. */
  freeQueue(most: number): number[] {
    const blocks: number[] = [];
    for (let b = this.#next[0]!; b !== 0 && blocks.length < most; b = this.#next[b]!) blocks.push(b);
    return blocks;
  }

  #unlink(block: number): void {
    const before = this.#previous[block]!;
    const after = this.#next[block]!;
    this.#next[before] = after;
    this.#previous[after] = before;
    this.free--;
  }
}
