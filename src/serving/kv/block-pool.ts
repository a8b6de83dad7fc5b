import { InvariantError } from "../../core/errors.js";

/**
 * The KV cache's physical blocks. Block 0 is the null block, taken for good; the others start in the free queue in
 * ascending order, leave it at the front and return to its tail, as in vLLM (v1/core/block_pool.py).
 *
 * The queue is a ring, not a linked list: of blocks that are handed out in no order, each link would be a miss that the
 * next one waits for. A block that leaves from the middle leaves a gap behind, which is closed when the front gets there,
 * or all at once when the ring is full. All O(1), the last one amortised. `bench/mooncake.bench.js` measures it.
 */
export class BlockPool {
  /** Blocks that nobody references. */
  free: number;
  readonly #references: Int32Array;
  /** Blocks, or 0 for a gap. */
  readonly #ring: Int32Array;
  readonly #mask: number;
  /** Places of the ring: the front, and the one behind the tail. */
  #front = 0;
  #tail: number;
  /** Where in the ring a free block stands. */
  readonly #placeOf: Int32Array;

  /** @param size physical blocks, the null block included */
  constructor(readonly size: number) {
    this.free = size - 1;
    this.#references = new Int32Array(size);
    const places = 2 ** Math.ceil(Math.log2(2 * size));
    this.#ring = new Int32Array(places);
    this.#mask = places - 1;
    this.#placeOf = new Int32Array(size);
    for (let block = 1; block < size; block++) {
      this.#ring[block - 1] = block;
      this.#placeOf[block] = block - 1;
    }
    this.#tail = size - 1;
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
    if (to - from > this.free) throw new InvariantError("a KV block was asked of an empty pool");
    const ring = this.#ring;
    const mask = this.#mask;
    const references = this.#references;
    let front = this.#front;
    for (let i = from; i < to; i++) {
      let block = ring[front]!;
      while (block === 0) {
        front = (front + 1) & mask;
        block = ring[front]!;
      }
      ring[front] = 0;
      front = (front + 1) & mask;
      row[i] = block;
      references[block] = 1;
    }
    this.#front = front;
    this.free -= to - from;
  }

  /** One owner fewer of the first `count` blocks of a row, the last one first; without any, a block goes to the tail of the free queue. */
  release(row: Int32Array, count: number): void {
    if (((this.#tail - this.#front) & this.#mask) + count > this.#mask) this.#close();
    const ring = this.#ring;
    const mask = this.#mask;
    const references = this.#references;
    const placeOf = this.#placeOf;
    let tail = this.#tail;
    let freed = 0;
    for (let i = count - 1; i >= 0; i--) {
      const block = row[i]!;
      const left = references[block]! - 1;
      references[block] = left;
      if (left > 0) continue;
      if (left < 0 || block === 0) throw new InvariantError(`KV block ${block} was released twice`);
      ring[tail] = block;
      placeOf[block] = tail;
      tail = (tail + 1) & mask;
      freed++;
    }
    this.#tail = tail;
    this.free += freed;
  }

  /** One more owner; a free block leaves the queue. */
  share(block: number): void {
    if (this.#references[block]!++ > 0) return;
    this.#ring[this.#placeOf[block]!] = 0;
    this.free--;
  }

  /** The first `most` blocks of the free queue, those taken next first. */
  freeQueue(most: number): number[] {
    const blocks: number[] = [];
    for (let at = this.#front; at !== this.#tail && blocks.length < most; at = (at + 1) & this.#mask)
      if (this.#ring[at]! > 0) blocks.push(this.#ring[at]!);
    return blocks;
  }

  /** Moves the blocks of the queue together at its front. */
  #close(): void {
    const ring = this.#ring;
    let to = this.#front;
    for (let at = this.#front; at !== this.#tail; at = (at + 1) & this.#mask) {
      const block = ring[at]!;
      ring[at] = 0;
      if (block === 0) continue;
      ring[to] = block;
      this.#placeOf[block] = to;
      to = (to + 1) & this.#mask;
    }
    this.#tail = to;
  }
}
