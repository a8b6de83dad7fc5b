import { longer, row } from "./arrays";
import * as told from "./told";

/**
 * The running jobs by the end of their time and what they hold. From one look to the next few jobs come and go: the
 * words of the others are moved along.
 */
export let jobs: i32 = 0;
/** When each reaches its limit, and when it is expected to be gone, in seconds from the present on. */
export let ends = row<i32>(256);
export let expected = row<i32>(256);
/** Where the words of each begin (one more than there are jobs): which word of a set of nodes, and its nodes in it. */
export let first = row<i32>(257);
export let word = row<i32>(1024);
export let mask = row<u64>(1024);
/** By node: the slot, counted from the run's start, in which its job reaches its limit; -1 without a job. */
export let leaves = row<i32>(0);
/** By node: what tells its job from others; 0 without a job. */
export let holder = row<i32>(0);
/** Nodes of all jobs together. */
export let held: i32 = 0;

let endsBefore = row<i32>(256);
let firstBefore = row<i32>(257);
let wordBefore = row<i32>(1024);
let maskBefore = row<u64>(1024);
let entries = row<i32>(256);
let entriesBefore = row<i32>(256);
let entered: i32 = 0;

/**
 * What is told of the jobs before an update: the place of each before, -1 for those that come; and of these their end,
 * the slot of it and how many of the nodes in `told` are theirs. `expected` is told of those whose time is over.
 */
let placeBefore = row<i32>(256);
let endsTold = row<i32>(256);
let leaving = row<i32>(256);
let counts = row<i32>(256);

export function allocate(count: i32): void {
  leaves = row<i32>(count);
  leaves.fill(-1);
  holder = row<i32>(count);
}

/** Makes room to tell of so many jobs. */
export function reserve(jobCount: i32): void {
  while (ends.length < jobCount) {
    ends = longer(ends);
    endsBefore = longer(endsBefore);
    expected = longer(expected);
    entries = longer(entries);
    entriesBefore = longer(entriesBefore);
    placeBefore = longer(placeBefore);
    endsTold = longer(endsTold);
    leaving = longer(leaving);
    counts = longer(counts);
  }
  while (first.length <= jobCount) {
    first = longer(first);
    firstBefore = longer(firstBefore);
  }
}

export function endsToldAt(): usize {
  return endsTold.at;
}
export function expectedAt(): usize {
  return expected.at;
}
export function placeBeforeAt(): usize {
  return placeBefore.at;
}
export function leavingAt(): usize {
  return leaving.at;
}
export function countsAt(): usize {
  return counts.at;
}

/** The jobs as they were told, so many seconds after the last time. */
export function update(count: i32, passed: i32): void {
  swap();
  let at = 0;
  let old = 0;
  let given = 0;
  for (let i = 0; i < count; i++) {
    first[i] = at;
    const before = placeBefore[i];
    if (before < 0) {
      at = enter(i, given, at);
      given += counts[i];
      ends[i] = endsTold[i];
    } else {
      while (old < before) leave(old++);
      old++;
      at = keep(before, at);
      ends[i] = endsBefore[before] - passed;
      entries[i] = entriesBefore[before];
    }
    if (ends[i] > 0) expected[i] = ends[i];
  }
  while (old < jobs) leave(old++);
  first[count] = at;
  jobs = count;
}

function swap(): void {
  const n = ends;
  ends = endsBefore;
  endsBefore = n;
  const f = first;
  first = firstBefore;
  firstBefore = f;
  const w = word;
  word = wordBefore;
  wordBefore = w;
  const m = mask;
  mask = maskBefore;
  maskBefore = m;
  const e = entries;
  entries = entriesBefore;
  entriesBefore = e;
}

function makeRoom(length: i32): void {
  while (word.length < length) {
    word = longer(word);
    mask = longer(mask);
  }
}

function keep(before: i32, at: i32): i32 {
  const from = firstBefore[before];
  const words = firstBefore[before + 1] - from;
  makeRoom(at + words);
  for (let i = 0; i < words; i++) {
    word[at + i] = wordBefore[from + i];
    mask[at + i] = maskBefore[from + i];
  }
  return at + words;
}

function enter(place: i32, given: i32, from: i32): i32 {
  const entry = ++entered;
  entries[place] = entry;
  const last = given + counts[place];
  let at = from;
  for (let i = given; i < last; at++) {
    makeRoom(at + 1);
    const row = told.nodes[i] >> 6;
    let bits: u64 = 0;
    for (; i < last && told.nodes[i] >> 6 === row; i++) {
      const node = told.nodes[i];
      bits |= (1 as u64) << ((node & 63) as u64);
      leaves[node] = leaving[place];
      holder[node] = entry;
    }
    word[at] = row;
    mask[at] = bits;
  }
  held += counts[place];
  return at;
}

function leave(old: i32): void {
  for (let i = firstBefore[old]; i < firstBefore[old + 1]; i++)
    for (let bits = maskBefore[i]; bits !== 0; bits &= bits - 1) {
      const node = (wordBefore[i] << 6) + (ctz(bits) as i32);
      held--;
      // Another may hold it by now.
      if (holder[node] !== entriesBefore[old]) continue;
      leaves[node] = -1;
      holder[node] = 0;
    }
}
