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

  /** Takes the block at the front of the free queue; there must be one. */
  take(): number {
    const block = this.#next[0]!;
    if (block === 0) throw new InvariantError("a KV block was asked of an empty pool");
    this.#unlink(block);
    this.#references[block] = 1;
    return block;
  }

  /** One more owner; a free block leaves the queue. */
  share(block: number): void {
    if (this.#references[block]!++ === 0) this.#unlink(block);
  }

  /** One owner fewer; without any, the block goes to the tail of the free queue. */
  release(block: number): void {
    const left = --this.#references[block]!;
    if (left > 0) return;
    if (left < 0 || block === 0) throw new InvariantError(`KV block ${block} was released twice`);
    const last = this.#previous[0]!;
    this.#next[last] = block;
    this.#previous[block] = last;
    this.#next[block] = 0;
    this.#previous[0] = block;
    this.free++;
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
