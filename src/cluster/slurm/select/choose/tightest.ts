import { BitVector } from "../../../../core/bit-vector.js";

/** Runs of the set, where one begins and how long it is; reused from call to call. */
let begins = new Int32Array(64);
let lengths = new Int32Array(64);

/**
 * So many members of a set, as consecutive best fit takes equal whole nodes: the shortest run that suffices, else the
 * longest, again until it is enough; of a run the lowest. The set must have as many.
 */
export function takeTightest(set: BitVector, count: number): BitVector {
  const runs = findRuns(set);
  const chosen = new BitVector(set.capacity);
  for (let left = count; left > 0; ) {
    let best = -1;
    for (let run = 0; run < runs; run++) {
      const length = lengths[run]!;
      if (length === 0) continue;
      if (best < 0) best = run;
      else if (length >= left ? lengths[best]! < left || length < lengths[best]! : length > lengths[best]!)
        best = run;
    }
    const take = Math.min(left, lengths[best]!);
    chosen.addRange(begins[best]!, begins[best]! + take);
    lengths[best] = 0;
    left -= take;
  }
  return chosen;
}

function findRuns(set: BitVector): number {
  let runs = 0;
  for (let begin = set.next(0); begin >= 0; ) {
    const end = set.nextAbsent(begin + 1);
    if (runs === begins.length) grow();
    begins[runs] = begin;
    lengths[runs++] = end - begin;
    begin = set.next(end);
  }
  return runs;
}

function grow(): void {
  const longer = new Int32Array(2 * begins.length);
  longer.set(begins);
  begins = longer;
  const more = new Int32Array(2 * lengths.length);
  more.set(lengths);
  lengths = more;
}
