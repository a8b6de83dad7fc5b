/**
 * A set of small integers that finds its next member in O(log32 n): level 0 holds a bit per member, each level above
 * a bit per non-empty word below. 24,515 nodes need three levels.
 */
export class BitSet {
  readonly #levels: Int32Array[] = [];

  constructor(readonly capacity: number) {
    for (let size = capacity; ; size = (size + 31) >>> 5) {
      const words = Math.max(1, (size + 31) >>> 5);
      this.#levels.push(new Int32Array(words));
      if (words === 1) break;
    }
  }

  has(i: number): boolean {
    return ((this.#levels[0]![i >>> 5]! >>> (i & 31)) & 1) === 1;
  }

  add(i: number): void {
    const levels = this.#levels;
    for (let level = 0; level < levels.length; level++) {
      const words = levels[level]!;
      const word = words[i >>> 5]!;
      words[i >>> 5] = word | (1 << (i & 31));
      if (word !== 0) return;
      i >>>= 5;
    }
  }

  delete(i: number): void {
    const levels = this.#levels;
    for (let level = 0; level < levels.length; level++) {
      const words = levels[level]!;
      const word = words[i >>> 5]! & ~(1 << (i & 31));
      words[i >>> 5] = word;
      if (word !== 0) return;
      i >>>= 5;
    }
  }

  /** Becomes equal to a set of the same capacity. */
  copyFrom(other: BitSet): void {
    for (let level = 0; level < this.#levels.length; level++) this.#levels[level]!.set(other.#levels[level]!);
  }

  /** The smallest member >= `from`, or -1. */
  next(from: number): number {
    if (from >= this.capacity) return -1;
    const levels = this.#levels;
    let at = from;
    for (let level = 0; level < levels.length; level++) {
      const words = levels[level]!;
      const index = at >>> 5;
      if (index >= words.length) return -1;
      const rest = words[index]! & (-1 << (at & 31));
      if (rest !== 0) {
        at = (index << 5) + lowestBit(rest);
        // Walk back down: the bit found names a non-empty word of the level below.
        for (let below = level - 1; below >= 0; below--) at = (at << 5) + lowestBit(levels[below]![at]!);
        return at;
      }
      at = index + 1;
    }
    return -1;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
