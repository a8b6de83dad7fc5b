import { BitVector } from "../../../../core/bit-vector.js";
import { Runs, twiceAsLong } from "../../../../core/runs.js";

/** Runs of the set that nothing was taken of yet; reused from call to call. */
const found = new Runs();
const taken = new Runs();
/** One more than the first run of each length, 0 when there is none; and the next of the same length, -1 at the end. */
let firstOf = new Int32Array(64);
let nextOf = new Int32Array(64);

/**
 * So many members of a set, as consecutive best fit takes equal whole nodes: the shortest run that suffices, else the
 * longest, again until it is enough; of a run the lowest. The set must have as many.
 */
export function takeTightest(set: BitVector, count: number): BitVector {
  takeTightestRuns(set.words, count, taken);
  const chosen = new BitVector(set.capacity);
  for (let i = 0; i < taken.length; i++) chosen.addRange(taken.begin[i]!, taken.end[i]!);
  return chosen;
}

/** The same of a set's words, as runs in the order in which they are taken. */
export function takeTightestRuns(words: Int32Array, count: number, into: Runs): void {
  into.clear();
  found.clear();
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let begin = nextRun(words, 0); begin >= 0; ) {
    const end = endOfRun(words, begin);
    const size = end - begin;
    if (size >= count && size < least) {
      best = begin;
      least = size;
      // Nothing is tighter, and the first of its length is taken.
      if (size === count) break;
    } else if (best < 0) found.push(begin, end);
    begin = nextRun(words, end);
  }
  if (best >= 0) into.push(best, best + count);
  else takeSeveral(count, into);
}

/** No run suffices: the longest are taken until one does. */
function takeSeveral(count: number, into: Runs): void {
  const { begin, end, length } = found;
  let longest = 0;
  for (let run = length - 1; run >= 0; run--) {
    const size = end[run]! - begin[run]!;
    while (size >= firstOf.length) firstOf = twiceAsLong(firstOf);
    if (run >= nextOf.length) nextOf = new Int32Array(2 * length);
    nextOf[run] = firstOf[size]! - 1;
    firstOf[size] = run + 1;
    longest = Math.max(longest, size);
  }
  let left = count;
  let size = longest;
  while (size < left) {
    const run = firstOf[size]! - 1;
    into.push(begin[run]!, end[run]!);
    left -= size;
    firstOf[size] = nextOf[run]! + 1;
    while (size > 0 && firstOf[size] === 0) size--;
  }
  if (left > 0) {
    let best = left;
    while (firstOf[best] === 0) best++;
    const from = begin[firstOf[best]! - 1]!;
    into.push(from, from + left);
  }
  firstOf.fill(0, 0, longest + 1);
}

/** The first member at or after a place; -1 when there is none. */
function nextRun(words: Int32Array, from: number): number {
  let i = from >>> 5;
  if (i >= words.length) return -1;
  let word = words[i]! & (-1 << (from & 31));
  while (word === 0) {
    if (++i === words.length) return -1;
    word = words[i]!;
  }
  return (i << 5) + 31 - Math.clz32(word & -word);
}

/** The first place after a member that is none. */
function endOfRun(words: Int32Array, begin: number): number {
  let i = begin >>> 5;
  let gaps = ~words[i]! & (-1 << (begin & 31));
  while (gaps === 0) {
    if (++i === words.length) return i << 5;
    gaps = ~words[i]!;
  }
  return (i << 5) + 31 - Math.clz32(gaps & -gaps);
}
