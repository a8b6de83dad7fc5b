import { BitVector } from "../../../../core/bit-vector.js";

/** Nodes `[begin, end)`. */
interface Run {
  readonly begin: number;
  readonly end: number;
}

/**
 * So many members of a set, as consecutive best fit takes equal whole nodes: the shortest run that suffices, else the
 * longest, again until it is enough; of a run the lowest. The set must have as many.
 */
export function takeTightest(set: BitVector, count: number): BitVector {
  const chosen = new BitVector(set.capacity);
  const runs: Run[] = [];
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let begin = set.next(0); begin >= 0; ) {
    const end = set.nextAbsent(begin);
    const size = end - begin;
    if (size >= count && size < least) {
      best = begin;
      least = size;
      // Nothing is tighter, and the first of its length is taken.
      if (size === count) break;
    } else if (best < 0) runs.push({ begin, end });
    begin = set.next(end);
  }
  if (best >= 0) chosen.addRange(best, best + count);
  else takeSeveral(runs, count, chosen);
  return chosen;
}

/** No run suffices: the longest are taken until one does. */
function takeSeveral(runs: Run[], count: number, chosen: BitVector): void {
  runs.sort((a, b) => sizeOf(b) - sizeOf(a) || a.begin - b.begin);
  let left = count;
  let longest = 0;
  for (; sizeOf(runs[longest]!) < left; longest++) {
    const { begin, end } = runs[longest]!;
    chosen.addRange(begin, end);
    left -= end - begin;
  }
  let tightest = runs[longest]!;
  for (let i = longest + 1; i < runs.length && sizeOf(runs[i]!) >= left; i++)
    if (sizeOf(runs[i]!) < sizeOf(tightest)) tightest = runs[i]!;
  chosen.addRange(tightest.begin, tightest.begin + left);
}

function sizeOf({ begin, end }: Run): number {
  return end - begin;
}
