import { Row, row } from "./arrays";
import { slots } from "./clock";

/**
 * On how many nodes a job of a given length could begin in each slot of time: those that running jobs have left by
 * then, and that no plan takes too soon. No job can start before enough nodes are counted, whatever else Slurm asks
 * of its place; many are found to have none at all. Kept for a few lengths, as differences from slot to slot.
 */
export let classes: i32 = 0;
/** By class: slots that a job takes at least. */
let lengths = row<i32>(0);
/** By class and slot: by how many nodes more than in the slot before. */
let steps = row<i32>(0);
/** By class and 32 slots: the sum of their steps; and how much more than before them it is at most in one of them. */
let sums = row<i32>(0);
let peaks = row<i32>(0);
const unknown: i32 = 1 << 30;
let stride: i32 = 0;
let blocks: i32 = 0;
/** By class and number of nodes: the first slot found last in this pass, before which there is none. */
let known = row<i32>(0);
let knownIn = row<i32>(0);
let pass: i32 = 0;
/** Of the plan that is being made: nodes that were free for good, and come back with its end. */
let returning: i32 = 0;
let nodes: i32 = 0;

export function allocate(most: i32, mostClasses: i32, count: i32): void {
  nodes = count;
  lengths = row<i32>(mostClasses);
  steps = row<i32>(mostClasses * (most + 2));
  sums = row<i32>(mostClasses * ((most >> 5) + 1));
  peaks = row<i32>(sums.length);
  known = row<i32>(mostClasses * (count + 1));
  knownIn = row<i32>(mostClasses * (count + 1));
}

/** Where the lengths of a pass are put. */
export function lengthsAt(): usize {
  return lengths.at;
}

/** `released`: nodes that come free in each slot, for good as far as running jobs go; the first is free now. */
export function reset(count: i32, released: Row<i32>): void {
  classes = count;
  stride = slots + 2;
  blocks = (slots >> 5) + 1;
  pass++;
  for (let slot = 0, block = 0; block < blocks; block++) {
    let sum = 0;
    for (const end = min(slot + 32, slots + 1); slot < end; slot++) sum += released[slot];
    sums[block] = sum;
  }
  for (let k = 0; k < classes * blocks; k++) peaks[k] = unknown;
  const from = released.at;
  for (let i = 0; i < classes; i++) {
    memory.copy(steps.at + 4 * i * stride, from, 4 * stride);
    if (i > 0) memory.copy(sums.at + 4 * i * blocks, sums.at, 4 * blocks);
  }
}

/** So many nodes, free from `begin` until a plan at `end` (-1: for good), are held in `[from, to)`. */
export function hold(from: i32, to: i32, count: i32, begin: i32, end: i32): void {
  if (end < 0) returning += count;
  for (let i = 0; i < classes; i++) {
    const length = lengths[i];
    const last = end < 0 ? slots : end - length;
    if (last < begin) continue;
    // What was [begin, last] is now [begin, from - length] and [to, last].
    lower(i, max(begin, from - length + 1), count);
    if (end >= 0) raise(i, min(to, last + 1), count);
  }
}

/** All nodes of a plan up to a slot were held. */
export function plan(to: i32): void {
  if (returning > 0) for (let i = 0; i < classes; i++) raise(i, to, returning);
  returning = 0;
}

/** The first slot from `from` on in which a job of this class could begin on so many nodes; -1 when there is none. */
export function first(i: i32, count: i32, from: i32): i32 {
  if (count > nodes) return -1;
  const key = i * (nodes + 1) + count;
  const since = knownIn[key] === pass ? known[key] : 0;
  if (since < 0) return -1;
  if (from > since) return search(i, count, from);
  const slot = search(i, count, since);
  known[key] = slot;
  knownIn[key] = pass;
  return slot;
}

/** Could a job of this class begin in a slot on so many nodes? */
export function isEnough(i: i32, count: i32, slot: i32): bool {
  return slot > slots || countAt(i, slot) >= count;
}

function countAt(i: i32, slot: i32): i32 {
  const step = steps.from(i * stride);
  const sum = sums.from(i * blocks);
  let count = 0;
  for (let block = 0; block < slot >> 5; block++) count += sum[block];
  for (let at = slot & ~31; at <= slot; at++) count += step[at];
  return count;
}

function search(i: i32, wanted: i32, from: i32): i32 {
  const step = steps.from(i * stride);
  const sum = sums.from(i * blocks);
  const peak = peaks.from(i * blocks);
  let block = from >> 5;
  let count = 0;
  for (let before = 0; before < block; before++) count += sum[before];
  let slot = block << 5;
  if (slot < from) {
    while (slot < from) count += step[slot++];
    for (const end = min(++block << 5, slots + 1); slot < end; slot++) {
      count += step[slot];
      if (count >= wanted) return slot;
    }
  }
  for (; block < blocks; block++) {
    if (count + peak[block] < wanted) {
      count += sum[block];
      continue;
    }
    const begin = count;
    let most = 0;
    slot = block << 5;
    for (const end = min(slot + 32, slots + 1); slot < end; slot++) {
      count += step[slot];
      if (count >= wanted) return slot;
      most = max(most, count - begin);
    }
    peak[block] = most;
  }
  return -1;
}

function lower(i: i32, slot: i32, count: i32): void {
  steps[i * stride + slot] -= count;
  sums[i * blocks + (slot >> 5)] -= count;
}

function raise(i: i32, slot: i32, count: i32): void {
  const k = i * blocks + (slot >> 5);
  steps[i * stride + slot] += count;
  sums[k] += count;
  // What it was at most it may still be, and more where nodes have been added.
  peaks[k] += count;
}
