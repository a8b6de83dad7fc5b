import { longer, Row, row } from "./arrays";
import * as told from "./told";

/**
 * The running jobs by the end of their time and what they hold. From one look to the next few jobs come and go: the
 * words of the others are moved along.
 */
export let jobs: i32 = 0;
/** When each reaches its limit, and when it is expected to be gone, in seconds from the present on. */
export let ends = row<i32>(256);
export let expected = row<i32>(256);
/** Nodes of each, and of all together. */
export let sizes = row<i32>(256);
export let held: i32 = 0;
/** Where the words of each begin (one more than there are jobs): which word of a set of nodes, and its nodes in it. */
export let first = row<i32>(257);
export let word = row<i32>(1024);
export let mask = row<u64>(1024);

/** The same before an update. */
let endsBefore = row<i32>(256);
let sizesBefore = row<i32>(256);
let firstBefore = row<i32>(257);
let wordBefore = row<i32>(1024);
let maskBefore = row<u64>(1024);

/**
 * What is told of the jobs before an update: the place of each before, -1 for those that come; and of these their end
 * and how many of the nodes in `told` are theirs. `expected` is told of those whose time is over.
 */
let placeBefore = row<i32>(256);
let endsTold = row<i32>(256);
let counts = row<i32>(256);

/** Makes room to tell of so many jobs. */
export function reserve(jobCount: i32): void {
  while (ends.length < jobCount) {
    ends = longer(ends);
    expected = longer(expected);
    sizes = longer(sizes);
    placeBefore = longer(placeBefore);
    endsTold = longer(endsTold);
    counts = longer(counts);
  }
  while (first.length <= jobCount) first = longer(first);
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
export function countsAt(): usize {
  return counts.at;
}

/** The jobs as they were told, so many seconds after the last time. */
export function update(count: i32, passed: i32): void {
  keepBefore();
  let at = 0;
  let given = 0;
  held = 0;
  for (let i = 0; i < count; ) {
    const before = placeBefore[i];
    let last = i + 1;
    if (before < 0) {
      first[i] = at;
      sizes[i] = counts[i];
      ends[i] = endsTold[i];
      at = enter(given, counts[i], at);
      given += counts[i];
    } else {
      // Neighbours that stay are moved together.
      while (last < count && placeBefore[last] === before + last - i) last++;
      at = stay(before, i, last - i, at, passed);
    }
    for (; i < last; i++) {
      held += sizes[i];
      if (ends[i] > 0) expected[i] = ends[i];
    }
  }
  first[count] = at;
  jobs = count;
}

/** A job comes to this place, with so many of the nodes in `told` until `end`, while nothing else changes. */
export function insert(place: i32, count: i32, end: i32): void {
  const at = first[place];
  const last = first[jobs];
  // Its words are made behind all others, and change places with those that follow it.
  const words = enter(0, count, last) - last;
  wordBefore = copied(word.from(last), wordBefore, words);
  maskBefore = copied(mask.from(last), maskBefore, words);
  move(word, at, at + words, last - at);
  move(mask, at, at + words, last - at);
  memory.copy(word.from(at).at, wordBefore.at, 4 * words);
  memory.copy(mask.from(at).at, maskBefore.at, 8 * words);
  move(ends, place, place + 1, jobs - place);
  move(expected, place, place + 1, jobs - place);
  move(sizes, place, place + 1, jobs - place);
  for (let i = ++jobs; i > place; i--) first[i] = first[i - 1] + words;
  ends[place] = end;
  if (end > 0) expected[place] = end;
  sizes[place] = count;
  held += count;
}

/** Moves so many of an array from one place to another. */
function move<T>(array: Row<T>, from: i32, to: i32, count: i32): void {
  memory.copy(array.from(to).at, array.from(from).at, (count as usize) << alignof<T>());
}

function keepBefore(): void {
  endsBefore = copied(ends, endsBefore, jobs);
  sizesBefore = copied(sizes, sizesBefore, jobs);
  firstBefore = copied(first, firstBefore, jobs + 1);
  wordBefore = copied(word, wordBefore, first[jobs]);
  maskBefore = copied(mask, maskBefore, first[jobs]);
}

/** Copies so many into the other, or into a longer one when it is too short. */
function copied<T>(from: Row<T>, into: Row<T>, count: i32): Row<T> {
  const to = into.length < count ? row<T>(2 * count) : into;
  memory.copy(to.at, from.at, (count as usize) << alignof<T>());
  return to;
}

function makeRoom(length: i32): void {
  while (word.length < length) {
    word = longer(word);
    mask = longer(mask);
  }
}

/** So many jobs that stood from one place on are at another, with their words from `at` on. Answers where these end. */
function stay(before: i32, place: i32, count: i32, at: i32, passed: i32): i32 {
  const from = firstBefore[before];
  const words = firstBefore[before + count] - from;
  makeRoom(at + words);
  memory.copy(word.from(at).at, wordBefore.from(from).at, 4 * words);
  memory.copy(mask.from(at).at, maskBefore.from(from).at, 8 * words);
  memory.copy(sizes.from(place).at, sizesBefore.from(before).at, 4 * count);
  for (let i = 0; i < count; i++) {
    first[place + i] = firstBefore[before + i] + at - from;
    ends[place + i] = endsBefore[before + i] - passed;
  }
  return at + words;
}

/** The words of a job that comes, from the nodes that were told. */
function enter(given: i32, count: i32, from: i32): i32 {
  const last = given + count;
  let at = from;
  for (let i = given; i < last; at++) {
    makeRoom(at + 1);
    const row = told.nodes[i] >> 6;
    let bits: u64 = 0;
    for (; i < last && told.nodes[i] >> 6 === row; i++) bits |= (1 as u64) << ((told.nodes[i] & 63) as u64);
    word[at] = row;
    mask[at] = bits;
  }
  return at;
}
