/**
 * A set of small integers as runs `[begin, end)` of consecutive members, in the order in which they were added; its
 * arrays are reused.
 */
export class Runs {
  length = 0;
  begin = new Int32Array(16);
  end = new Int32Array(16);

  clear(): void {
    this.length = 0;
  }

  push(begin: number, end: number): void {
    if (this.length === this.begin.length) {
      this.begin = twiceAsLong(this.begin);
      this.end = twiceAsLong(this.end);
    }
    this.begin[this.length] = begin;
    this.end[this.length++] = end;
  }

  /** The runs of ascending integers. */
  copyFromMembers(members: ArrayLike<number>): void {
    this.clear();
    const { length } = members;
    for (let i = 0; i < length; ) {
      const begin = members[i]!;
      let end = begin + 1;
      while (++i < length && members[i] === end) end++;
      this.push(begin, end);
    }
  }
}

/** A copy with room for as much again. */
export function twiceAsLong(array: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * array.length);
  longer.set(array);
  return longer;
}

/** Clears the bits `begin` to `end - 1`. */
export function clearBits(words: Int32Array, begin: number, end: number): void {
  const first = begin >>> 5;
  const last = (end - 1) >>> 5;
  const low = -1 << (begin & 31);
  const high = -1 >>> (31 - ((end - 1) & 31));
  if (first === last) {
    words[first]! &= ~(low & high);
    return;
  }
  words[first]! &= ~low;
  for (let i = first + 1; i < last; i++) words[i] = 0;
  words[last]! &= ~high;
}
