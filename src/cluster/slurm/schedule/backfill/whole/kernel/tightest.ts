import { longer, Row, row } from "./arrays";
import * as runs from "./runs";

/** Runs of the set that nothing was taken of yet. */
let begins = row<i32>(64);
let ends = row<i32>(64);
let found: i32 = 0;
/** By length: one more than the first run of it, 0 when there is none; by run: the next of its length, -1 at the end. */
let firstOf = row<i32>(0);
let nextOf = row<i32>(64);

export function allocate(nodes: i32): void {
  firstOf = row<i32>(nodes + 65);
}

/**
 * Puts so many members of a set into `runs`, as consecutive best fit takes equal whole nodes: the shortest run that
 * suffices, else the longest, again until it is enough; of a run the lowest. The set must have as many.
 */
export function takeTightest(set: Row<u64>, words: i32, count: i32): void {
  runs.clear();
  found = 0;
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
    } else if (best < 0) note(begin, end);
    if (i >= words) break;
  }
  if (best >= 0) runs.push(best, best + count);
  else takeSeveral(count);
}

function note(begin: i32, end: i32): void {
  if (found === begins.length) {
    begins = longer(begins);
    ends = longer(ends);
    nextOf = longer(nextOf);
  }
  begins[found] = begin;
  ends[found++] = end;
}

/** No run suffices: the longest are taken until one does. */
function takeSeveral(count: i32): void {
  let longest = 0;
  for (let run = found - 1; run >= 0; run--) {
    const size = ends[run] - begins[run];
    nextOf[run] = firstOf[size] - 1;
    firstOf[size] = run + 1;
    longest = max(longest, size);
  }
  let left = count;
  for (let size = longest; size < left; ) {
    const run = firstOf[size] - 1;
    runs.push(begins[run], ends[run]);
    left -= size;
    firstOf[size] = nextOf[run] + 1;
    while (size > 0 && firstOf[size] === 0) size--;
  }
  if (left > 0) {
    let best = left;
    while (firstOf[best] === 0) best++;
    const from = begins[firstOf[best] - 1];
    runs.push(from, from + left);
  }
  firstOf.clear(longest + 1);
}
