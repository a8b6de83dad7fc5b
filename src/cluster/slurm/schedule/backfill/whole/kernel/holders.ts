import { copyWords, Row, row } from "./arrays";
import { clearBit, countShared, hasBit, lastBit, nextBit, setBit } from "./bits";
import * as blocks from "./blocks";
import { words } from "./cluster";
import * as pieces from "./pieces";
import * as running from "./running";
import * as runs from "./runs";
import * as stretches from "./stretches";

/**
 * Who holds the free nodes of each span: number 0 stands for nobody, number i for the running job at place i - 1, so that
 * the numbers are in the order in which nodes come free.
 */

/** So many numbers are summed together, as a power of two. */
const group: i32 = 4;
/** Numbers and groups of a span, and words of a set of numbers. */
let stride: i32 = 0;
let groups: i32 = 0;
let numberWords: i32 = 0;
/** By span and number: nodes of the span; the same summed over a group; and who has any. */
let counts = row<i32>(0);
let sums = row<i32>(0);
let some = row<u64>(0);

/** Makes room for so many spans, as jobs run now and a few more. */
export function reset(spans: i32): void {
  numberWords = (running.jobs >> 6) + 2;
  stride = numberWords << 6;
  groups = stride >> group;
  if (counts.length >= spans * stride) return;
  counts = row<i32>(2 * spans * stride);
  sums = row<i32>(2 * spans * groups);
  some = row<u64>(2 * spans * numberWords);
}

/** May another job come? */
export function hasRoom(): bool {
  return running.jobs < stride;
}

/** Counts the nodes `free` of a span. */
export function count(span: i32, free: Row<u64>): void {
  memory.fill(counts.at + 4 * span * stride, 0, 4 * stride);
  memory.fill(sums.at + 4 * span * groups, 0, 4 * groups);
  memory.fill(some.at + 8 * span * numberWords, 0, 8 * numberWords);
  const at = span * words;
  change(span, 0, countShared(free, at, blocks.sets, 0, words));
  for (let job = 0; job < running.jobs; job++) {
    const end = running.first[job + 1];
    let held: u64 = 0;
    for (let i = running.first[job]; i < end; i++)
      held += popcnt(free[at + running.word[i]] & running.mask[i]);
    change(span, job + 1, held as i32);
  }
}

/** Makes a span like another. */
export function copy(span: i32, into: i32): void {
  memory.copy(counts.at + 4 * into * stride, counts.at + 4 * span * stride, 4 * stride);
  memory.copy(sums.at + 4 * into * groups, sums.at + 4 * span * groups, 4 * groups);
  copyWords(some, span * numberWords, some, into * numberWords, numberWords);
}

/** Takes the nodes of a plan out of those that are `free` in a span. Answers how many were. */
export function takeOut(span: i32, free: Row<u64>, plan: i32): i32 {
  const counted = counts.from(span * stride);
  const summed = sums.from(span * groups);
  const word = pieces.word;
  const mask = pieces.mask;
  const holder = pieces.holder;
  const last = pieces.first[plan + 1];
  let taken = 0;
  for (let piece = pieces.first[plan]; piece < last; piece++) {
    const bits = free[word[piece]] & mask[piece];
    if (bits === 0) continue;
    free[word[piece]] ^= bits;
    const nodes = popcnt(bits) as i32;
    const number = holder[piece];
    const left = counted[number] - nodes;
    counted[number] = left;
    summed[number >> group] -= nodes;
    if (left === 0) clearBit(some, span * numberWords, number);
    taken += nodes;
  }
  return taken;
}

/** The nodes of `runs`, with which stretches begin and end and which nobody held, are those of a job that has come. */
export function enter(span: i32, free: Row<u64>, place: i32): void {
  let nodes = 0;
  for (let run = 0; run < runs.length; run++)
    for (let node = runs.begin[run]; node < runs.end[run]; node = stretches.end[node])
      if (hasBit(free, span * words, node)) nodes += stretches.end[node] - node;
  makePlace(span, place + 1);
  if (nodes === 0) return;
  change(span, 0, -nodes);
  change(span, place + 1, nodes);
}

/** Moves numbers up from this one on. */
function makePlace(span: i32, number: i32): void {
  const at = counts.at + 4 * (span * stride + number);
  memory.copy(at + 4, at, 4 * (stride - 1 - number));
  store<i32>(at, 0);
  for (let i = number >> group, from = number; i < groups; i++, from = i << group) {
    const behind = (i + 1) << group;
    const gone = behind < stride ? counts[span * stride + behind] : 0;
    sums[span * groups + i] += (from === number ? 0 : counts[span * stride + from]) - gone;
  }
  const low = ((1 as u64) << ((number & 63) as u64)) - 1;
  let word = span * numberWords + (number >> 6);
  let carry = some[word] >> 63;
  some[word] = (some[word] & low) | ((some[word] & ~low) << 1);
  for (const end = (span + 1) * numberWords; ++word < end; ) {
    const bits = some[word];
    some[word] = (bits << 1) | carry;
    carry = bits >> 63;
  }
}

function change(span: i32, number: i32, nodes: i32): void {
  const at = span * stride + number;
  counts[at] += nodes;
  sums[span * groups + (number >> group)] += nodes;
  if (counts[at] === 0) clearBit(some, span * numberWords, number);
  else setBit(some, span * numberWords, number);
}

/** The first holder with which so many nodes have come free; -1 when there is none. */
export function enough(span: i32, wanted: i32): i32 {
  const summed = span * groups;
  let left = wanted;
  let i = 0;
  while (sums[summed + i] < left) {
    left -= sums[summed + i];
    if (++i === groups) return -1;
  }
  const counted = span * stride;
  let number = i << group;
  while (counts[counted + number] < left) left -= counts[counted + number++];
  return number;
}

export function has(span: i32, number: i32): bool {
  return counts[span * stride + number] > 0;
}

/** The last job up to this number that has some; 0 when there is none. */
export function last(span: i32, number: i32): i32 {
  return lastBit(some, span * numberWords, number);
}

/** The first job from this number on that has some; -1 when there is none. */
export function next(span: i32, number: i32): i32 {
  return nextBit(some, span * numberWords, numberWords, number);
}
