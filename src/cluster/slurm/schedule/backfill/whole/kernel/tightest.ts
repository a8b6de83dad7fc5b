import { Row, row } from "./arrays";
import { lastBit, nextBit, setBit } from "./bits";
import * as runs from "./runs";

/** Runs of the set that nothing was taken of yet. */
let begins = row<i32>(0);
let ends = row<i32>(0);
/**
 * The lengths of runs; by length: one more than the first run of it that is left, 0 when there is none; by run: the next of
 * its length, -1 at the end.
 */
let sizes = row<u64>(0);
let firstOf = row<i32>(0);
let nextOf = row<i32>(0);

export function allocate(nodes: i32): void {
  const most = (nodes >> 1) + 33;
  begins = row<i32>(most);
  ends = row<i32>(most);
  nextOf = row<i32>(most);
  sizes = row<u64>((nodes >> 6) + 2);
  firstOf = row<i32>(nodes + 65);
}

/**
 * Puts so many members of a set into `runs`, as consecutive best fit takes equal whole nodes: the shortest run that
 * suffices, else the longest, again until it is enough; of a run the lowest. The set must have as many.
 */
export function takeTightest(set: Row<u64>, words: i32, count: i32): void {
  runs.clear();
  const beginOf = begins;
  const endOf = ends;
  let found = 0;
  let best = -1;
  let least = i32.MAX_VALUE;
  let i = 0;
  let bits = set[0];
  for (;;) {
    while (bits === 0 && ++i < words) bits = set[i];
    if (bits === 0) break;
    const begin = (i << 6) + (ctz(bits) as i32);
    let gaps = ~(bits | (bits - 1));
    while (gaps === 0 && ++i < words) {
      bits = set[i];
      gaps = ~bits;
    }
    let end = words << 6;
    if (gaps === 0) bits = 0;
    else {
      const gap = ctz(gaps);
      end = (i << 6) + (gap as i32);
      bits &= u64.MAX_VALUE << gap;
    }
    const size = end - begin;
    if (size >= count && size < least) {
      best = begin;
      least = size;
      // Nothing is tighter, and the first of its length is taken.
      if (size === count) break;
    } else if (best < 0) {
      beginOf[found] = begin;
      endOf[found++] = end;
    }
    if (i >= words) break;
  }
  if (best >= 0) runs.push(best, best + count);
  else takeSeveral(found, count);
}

/** No run suffices: the longest are taken until one does. */
function takeSeveral(found: i32, count: i32): void {
  const beginOf = begins;
  const endOf = ends;
  const next = nextOf;
  const first = firstOf;
  let longest = 0;
  // The first of a length is noted last.
  for (let run = found - 1; run >= 0; run--) {
    const size = endOf[run] - beginOf[run];
    next[run] = first[size] - 1;
    first[size] = run + 1;
    setBit(sizes, 0, size);
    longest = max(longest, size);
  }
  let left = count;
  for (let size = longest; size < left; ) {
    const run = first[size] - 1;
    runs.push(beginOf[run], endOf[run]);
    left -= size;
    first[size] = next[run] + 1;
    if (next[run] < 0) size = lastBit(sizes, 0, size - 1);
  }
  if (left > 0) {
    let size = left;
    while (first[size] === 0) size = nextBit(sizes, 0, sizes.length, size + 1);
    const from = beginOf[first[size] - 1];
    runs.push(from, from + left);
  }
  for (let size = longest; size > 0; size = lastBit(sizes, 0, size - 1)) first[size] = 0;
  sizes.clear((longest >> 6) + 1);
}
