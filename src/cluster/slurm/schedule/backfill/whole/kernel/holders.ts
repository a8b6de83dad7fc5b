import { Row, row } from "./arrays";
import { countShared, hasBit } from "./bits";
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

/** Numbers of a span, so many that they can be summed by 64. */
let stride: i32 = 0;
/** By span and number: nodes of the span. */
let counts = row<u16>(0);

/** Makes room for so many spans, as jobs run now and a few more. */
export function reset(spans: i32): void {
  stride = ((running.jobs >> 6) + 2) << 6;
  if (counts.length < spans * stride) counts = row<u16>(2 * spans * stride);
}

/** May another job come? */
export function hasRoom(): bool {
  return running.jobs < stride;
}

/** Counts the nodes `free` of a span. */
export function count(span: i32, free: Row<u64>): void {
  const counted = rowOf(span);
  counted.clear(stride);
  const at = span * words;
  counted[0] = countShared(free, at, blocks.sets, 0, words) as u16;
  for (let job = 0; job < running.jobs; job++) {
    const end = running.first[job + 1];
    let held: u64 = 0;
    for (let i = running.first[job]; i < end; i++)
      held += popcnt(free[at + running.word[i]] & running.mask[i]);
    counted[job + 1] = held as u16;
  }
}

/** Makes a span like another. */
export function copy(span: i32, into: i32): void {
  memory.copy(rowOf(into).at, rowOf(span).at, 2 * stride);
}

/** Takes the nodes of a plan out of those that are `free` in a span. Answers how many were. */
export function takeOut(span: i32, free: Row<u64>, plan: i32): i32 {
  const counted = rowOf(span);
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
    counted[holder[piece]] = (counted[holder[piece]] - nodes) as u16;
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
  // Numbers move up from its own on.
  const counted = rowOf(span);
  const number = place + 1;
  memory.copy(counted.from(number + 1).at, counted.from(number).at, 2 * (stride - 1 - number));
  counted[number] = nodes as u16;
  counted[0] = (counted[0] - nodes) as u16;
}

/** The first holder with which so many nodes have come free; -1 when there is none. */
export function enough(span: i32, wanted: i32): i32 {
  const counted = rowOf(span);
  let left = wanted;
  let number = 0;
  for (; ; number += 64) {
    if (number === stride) return -1;
    const sum = total(i32x4.add(half(counted, number), half(counted, number + 32)));
    if (sum >= left) break;
    left -= sum;
  }
  for (; ; number += 8) {
    const sum = total(eight(counted, number));
    if (sum >= left) break;
    left -= sum;
  }
  while ((counted[number] as i32) < left) left -= counted[number++];
  return number;
}

/** The sum of four. */
function total(four: v128): i32 {
  const two = i32x4.add(four, v128.shuffle<i32>(four, four, 2, 3, 2, 3));
  return i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1);
}

/** 32 counts, summed up to four. */
function half(counted: Row<u16>, from: i32): v128 {
  return i32x4.add(
    i32x4.add(eight(counted, from), eight(counted, from + 8)),
    i32x4.add(eight(counted, from + 16), eight(counted, from + 24)),
  );
}

/** Eight counts, summed up to four. */
function eight(counted: Row<u16>, from: i32): v128 {
  return i32x4.extadd_pairwise_i16x8_u(v128.load(counted.from(from).at));
}

export function has(span: i32, number: i32): bool {
  return rowOf(span)[number] > 0;
}

/** The last job up to this number that has some; 0 when there is none. */
export function last(span: i32, number: i32): i32 {
  const counted = rowOf(span);
  let at = number;
  while (at > 0 && counted[at] === 0) at--;
  return at;
}

/** The first job from this number on that has some; -1 when there is none. */
export function next(span: i32, number: i32): i32 {
  const counted = rowOf(span);
  let at = number;
  for (; (at & 7) !== 0; at++) if (counted[at] > 0) return at;
  // Jobs that end soon have most often given their nodes away: eight at a time.
  while (at < stride && !v128.any_true(v128.load(counted.from(at).at))) at += 8;
  if (at === stride) return -1;
  while (counted[at] === 0) at++;
  return at;
}

function rowOf(span: i32): Row<u16> {
  return counts.from(span * stride);
}
