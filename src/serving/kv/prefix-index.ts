/**
 * Which blocks hold which content: a content key (a non-negative safe integer) to its blocks in order of insertion.
 * An open-addressed table of the keys, since a Map costs several times as much at one insertion and deletion per block;
 * blocks of one content (there is no de-duplication in vLLM) are linked through the blocks.
 */
export class PrefixIndex {
  /** Blocks that hold something. */
  size = 0;
  readonly #mask: number;
  /** Of each table entry: the key (-1 empty) and the first block that holds it. */
  readonly #keys: Float64Array;
  readonly #first: Int32Array;
  /** Of each block: its key (-1 none), its neighbours of the same key, and of a first block the last one. */
  readonly #keyOf: Float64Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #last: Int32Array;

  constructor(blocks: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(blocks, 4) * 2));
    this.#mask = size - 1;
    this.#keys = new Float64Array(size).fill(-1);
    this.#first = new Int32Array(size);
    this.#keyOf = new Float64Array(blocks).fill(-1);
    this.#next = new Int32Array(blocks);
    this.#previous = new Int32Array(blocks);
    this.#last = new Int32Array(blocks);
  }

  holds(block: number): boolean {
    return this.#keyOf[block]! >= 0;
  }

  /** The block that got this content first, or -1. */
  find(key: number): number {
    const at = this.#locate(key);
    return this.#keys[at] === key ? this.#first[at]! : -1;
  }

  insert(key: number, block: number): void {
    const at = this.#locate(key);
    this.size++;
    this.#keyOf[block] = key;
    this.#next[block] = -1;
    if (this.#keys[at] !== key) {
      this.#keys[at] = key;
      this.#first[at] = block;
      this.#previous[block] = -1;
      this.#last[block] = block;
      return;
    }
    const first = this.#first[at]!;
    const last = this.#last[first]!;
    this.#next[last] = block;
    this.#previous[block] = last;
    this.#last[first] = block;
  }

  /** Forgets what a block holds; nothing happens when it holds nothing. */
  evict(block: number): void {
    const key = this.#keyOf[block]!;
    if (key < 0) return;
    this.size--;
    this.#keyOf[block] = -1;
    const before = this.#previous[block]!;
    const after = this.#next[block]!;
    if (after >= 0) this.#previous[after] = before;
    if (before >= 0) {
      this.#next[before] = after;
      if (after < 0) this.#last[this.#first[this.#locate(key)]!] = before;
      return;
    }
    const at = this.#locate(key);
    if (after < 0) {
      this.#delete(at);
      return;
    }
    this.#first[at] = after;
    this.#last[after] = this.#last[block]!;
  }

  /** The entry of a key, or the empty one where it would go. */
  #locate(key: number): number {
    let at = hash(key) & this.#mask;
    while (this.#keys[at] !== key && this.#keys[at] !== -1) at = (at + 1) & this.#mask;
    return at;
  }

  /** Empties an entry and moves up those behind it that would no longer be found. */
  #delete(from: number): void {
    let hole = from;
    for (let at = (hole + 1) & this.#mask; this.#keys[at] !== -1; at = (at + 1) & this.#mask) {
      const home = hash(this.#keys[at]!) & this.#mask;
      if (((at - home) & this.#mask) >= ((at - hole) & this.#mask)) {
        this.#keys[hole] = this.#keys[at]!;
        this.#first[hole] = this.#first[at]!;
        hole = at;
      }
    }
    this.#keys[hole] = -1;
  }
}

function hash(key: number): number {
  const high = Math.floor(key / 2 ** 32);
  let h = Math.imul((key - high * 2 ** 32) | 0, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
  h ^= h >>> 15;
  return Math.imul(h, 0x2c1b3c6d) >>> 8;
}
