import type { BitVector } from "../../../../core/bit-vector.js";

/**
 * So many members of a set, as consecutive best fit takes equal whole nodes: the shortest run that suffices, else the
 * longest, again until it is enough; of a run the lowest.
 */
export class Tightest {
  /** How many runs there are of each length that does not suffice. */
  readonly #runs: Int32Array;

  /** For sets of numbers below the capacity. */
  constructor(capacity: number) {
    this.#runs = new Int32Array(capacity);
  }

  /** In ascending order. The set must have as many. */
  take(set: BitVector, count: number): Int32Array {
    const runs = this.#runs;
    runs.fill(0, 0, count);
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let begin = set.next(0); begin >= 0; ) {
      const end = set.nextAbsent(begin);
      const size = end - begin;
      if (size < count) runs[size]!++;
      else if (size < least) {
        best = begin;
        least = size;
        // Nothing is tighter, and the first of its length is taken.
        if (size === count) break;
      }
      begin = set.next(end);
    }
    const chosen = new Int32Array(count);
    if (best >= 0) putRun(chosen, 0, best, count);
    else this.#takeSeveral(set, count, chosen);
    return chosen;
  }

  /** No run suffices: the longest are taken until one does. */
  #takeSeveral(set: BitVector, count: number, chosen: Int32Array): void {
    const runs = this.#runs;
    let left = count;
    let shortest = count - 1;
    let taken = 0;
    for (; ; shortest--) {
      taken = Math.min(runs[shortest]!, Math.ceil(left / shortest) - 1);
      left -= taken * shortest;
      // One more would suffice.
      if (taken < runs[shortest]!) break;
    }
    let tightest = left;
    while (tightest < shortest && runs[tightest] === 0) tightest++;
    for (let begin = set.next(0), at = 0; at < count; ) {
      const end = set.nextAbsent(begin);
      const size = end - begin;
      if (size > shortest || (size === shortest && taken-- > 0)) at = putRun(chosen, at, begin, size);
      else if (size === tightest && left > 0) {
        at = putRun(chosen, at, begin, left);
        left = 0;
      }
      begin = set.next(end);
    }
  }
}

/** Answers where the next run goes. */
function putRun(column: Int32Array, at: number, begin: number, size: number): number {
  for (let i = 0; i < size; i++) column[at + i] = begin + i;
  return at + size;
}
