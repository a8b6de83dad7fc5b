/**
 * Which blocks hold which content: a content key (a non-negative safe integer) to its blocks in order of insertion.
 * Buckets are linked through the blocks. The keys of a prompt's blocks lie one `stride` apart, and sixteen neighbours share
 * a cache line of buckets: a prompt is found, kept and forgotten along memory instead of across it.
 */
export class PrefixIndex {
  /** Blocks that hold something. */
  size = 0;
  readonly #mask: number;
  /** Of each bucket the first block, -1 none. */
  readonly #first: Int32Array;
  /** Of each block: its key, its bucket (-1 when it holds nothing), and its neighbours there. */
  readonly #keyOf: Float64Array;
  readonly #bucketOf: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  #lastKey = -1;
  #lastBucket = 15;

  constructor(
    blocks: number,
    readonly stride = 1,
  ) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(blocks, 16) * 2));
    this.#mask = size - 1;
    this.#first = new Int32Array(size).fill(-1);
    this.#keyOf = new Float64Array(blocks);
    this.#bucketOf = new Int32Array(blocks).fill(-1);
    this.#next = new Int32Array(blocks);
    this.#previous = new Int32Array(blocks);
  }

  holds(block: number): boolean {
    return this.#bucketOf[block]! >= 0;
  }

  /** The block that got this content first, or -1. */
  find(key: number): number {
    let block = this.#first[this.#bucket(key)]!;
    while (block >= 0 && this.#keyOf[block] !== key) block = this.#next[block]!;
    return block;
  }

  /** The block must hold nothing. */
  insert(key: number, block: number): void {
    const bucket = this.#bucket(key);
    this.size++;
    this.#keyOf[block] = key;
    this.#bucketOf[block] = bucket;
    this.#next[block] = -1;
    let last = this.#first[bucket]!;
    if (last < 0) {
      this.#first[bucket] = block;
      this.#previous[block] = -1;
      return;
    }
    while (this.#next[last]! >= 0) last = this.#next[last]!;
    this.#next[last] = block;
    this.#previous[block] = last;
  }

  /** Forgets what a block holds; nothing happens when it holds nothing. */
  evict(block: number): void {
    const bucket = this.#bucketOf[block]!;
    if (bucket < 0) return;
    this.size--;
    this.#bucketOf[block] = -1;
    const before = this.#previous[block]!;
    const after = this.#next[block]!;
    if (after >= 0) this.#previous[after] = before;
    if (before >= 0) this.#next[before] = after;
    else this.#first[bucket] = after;
  }

  /** The key after the one asked for last mostly has the bucket after that one's. */
  #bucket(key: number): number {
    const last = this.#lastBucket;
    const follows = key === this.#lastKey + this.stride && (last & 15) !== 15;
    this.#lastKey = key;
    this.#lastBucket = follows ? last + 1 : this.#hash(key);
    return this.#lastBucket;
  }

  #hash(key: number): number {
    const place = Math.floor(key / this.stride);
    const line = Math.floor(place / 16);
    const high = Math.floor(line / 2 ** 32);
    let hash = Math.imul((line - high * 2 ** 32) | 0, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d) >>> 12;
    return ((hash << 4) | (place - line * 16)) & this.#mask;
  }
}
