import { Row, row } from "./arrays";
import { clearBit, hasBit, lastBit, nextBit, setBit } from "./bits";
import * as runs from "./runs";

/** Runs of the set that nothing was taken of yet. */
let begins = row<i32>(0);
let ends = row<i32>(0);
/** The lengths of runs; by length: the first run of it; by run: the next of its length, -1 at the end. */
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
  // The first of a length is noted last.
  for (let run = found - 1; run >= 0; run--) {
    const size = ends[run] - begins[run];
    nextOf[run] = hasBit(sizes, 0, size) ? firstOf[size] : -1;
    firstOf[size] = run;
    setBit(sizes, 0, size);
  }
  let left = count;
  for (let size = longest(); size < left; size = longest()) {
    const run = firstOf[size];
    runs.push(begins[run], ends[run]);
    left -= size;
    firstOf[size] = nextOf[run];
    if (nextOf[run] < 0) clearBit(sizes, 0, size);
  }
  if (left > 0) {
    const from = begins[firstOf[nextBit(sizes, 0, sizes.length, left)]];
    runs.push(from, from + left);
  }
  sizes.clear();
}

function longest(): i32 {
  return lastBit(sizes, 0, (sizes.length << 6) - 1);
}
