import { Row, row } from "./arrays";
import { clearBit, hasBit, lastBit, nextBit, setBit } from "./bits";
import * as runs from "./runs";

/** Where runs of the set begin and end, in turn. */
let edges = row<i32>(0);
/** The lengths of runs; by length: the first run of it; by run: the next of its length, -1 at the end. */
let sizes = row<u64>(0);
let firstOf = row<i32>(0);
let nextOf = row<i32>(0);

export function allocate(nodes: i32): void {
  edges = row<i32>(nodes + 128);
  sizes = row<u64>((nodes >> 6) + 2);
  firstOf = row<i32>(nodes + 65);
  nextOf = row<i32>(nodes + 128);
}

/**
 * Puts so many members of a set into `runs`, as consecutive best fit takes equal whole nodes: the shortest run that
 * suffices, else the longest, again until it is enough; of a run the lowest. The set must have as many.
 */
export function takeTightest(set: Row<u64>, words: i32, count: i32): void {
  runs.clear();
  const found = findEdges(set, words);
  let best = -1;
  let least = i32.MAX_VALUE;
  for (let run = 0; run < found; run += 2) {
    const size = edges[run + 1] - edges[run];
    const better = i32(size >= count) & i32(size < least);
    best = select(run, best, better);
    least = select(size, least, better);
  }
  if (best >= 0) runs.push(edges[best], edges[best] + count);
  else takeSeveral(count, found);
}

/** Answers how many. Most words have two edges at most: those are noted without a look, which would often be mistaken. */
function findEdges(set: Row<u64>, words: i32): i32 {
  let found = 0;
  let before: u64 = 0;
  for (let i = 0; i < words; i++) {
    const bits = set[i];
    let edge = bits ^ ((bits << 1) | before);
    before = bits >> 63;
    const base = i << 6;
    const last = found + (popcnt(edge) as i32);
    edges[found] = base + (ctz(edge) as i32);
    edge &= edge - 1;
    edges[found + 1] = base + (ctz(edge) as i32);
    for (let at = found + 2; at < last; at++) {
      edge &= edge - 1;
      edges[at] = base + (ctz(edge) as i32);
    }
    found = last;
  }
  if (before !== 0) edges[found++] = words << 6;
  return found;
}

/** No run suffices: the longest are taken until one does. */
function takeSeveral(count: i32, found: i32): void {
  // The first of a length is noted last.
  for (let run = found - 2; run >= 0; run -= 2) {
    const size = edges[run + 1] - edges[run];
    if (hasBit(sizes, 0, size)) nextOf[run] = firstOf[size];
    else {
      setBit(sizes, 0, size);
      nextOf[run] = -1;
    }
    firstOf[size] = run;
  }
  let left = count;
  for (let size = longest(); size < left; size = longest()) {
    const run = firstOf[size];
    runs.push(edges[run], edges[run + 1]);
    left -= size;
    firstOf[size] = nextOf[run];
    if (nextOf[run] < 0) clearBit(sizes, 0, size);
  }
  if (left > 0) {
    const from = edges[firstOf[nextBit(sizes, 0, sizes.length, left)]];
    runs.push(from, from + left);
  }
  sizes.clear();
}

function longest(): i32 {
  return lastBit(sizes, 0, (sizes.length << 6) - 1);
}
