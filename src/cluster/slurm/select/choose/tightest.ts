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

  /** Fills `chosen`. The set must have as many. */
  take(set: BitVector, count: number, chosen: BitVector): void {
    chosen.clear();
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
    if (best >= 0) chosen.addRange(best, best + count);
    else this.#takeSeveral(set, count, chosen);
  }

  /** No run suffices: the longest are taken until one does. */
  #takeSeveral(set: BitVector, count: number, chosen: BitVector): void {
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
    for (let begin = set.next(0); begin >= 0; ) {
      const end = set.nextAbsent(begin);
      const size = end - begin;
      if (size > shortest || (size === shortest && taken-- > 0)) chosen.addRange(begin, end);
      else if (size === tightest && left > 0) {
        chosen.addRange(begin, begin + left);
        left = 0;
      }
      begin = set.next(end);
    }
  }
}
