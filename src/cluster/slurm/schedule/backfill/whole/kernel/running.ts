import { longer, move, row } from "./arrays";
import { slotOf, timeOf } from "./clock";
import * as told from "./told";

/** The running jobs by the end of their time and what they hold. */
export let jobs: i32 = 0;
/** When each reaches its limit, and when it is expected to be gone, in seconds from the present on. */
export let ends = row<i32>(256);
/** Is told of those whose time is over. */
export let expected = row<i32>(256);
/** The slot in which each reaches its limit, or the first one; as of the last `findSlots`. */
export let leaves = row<i32>(256);
/** Nodes of each, and of all together. */
export let sizes = row<i32>(256);
export let held: i32 = 0;
/** Where the words of each begin (one more than there are jobs): which word of a set of nodes, and its nodes in it. */
export let first = row<i32>(257);
export let word = row<i32>(1024);
export let mask = row<u64>(1024);

export function expectedAt(): usize {
  return expected.at;
}

/** A job comes to this place, with so many of the nodes in `told` until `end`. */
export function insert(place: i32, count: i32, end: i32): void {
  const words = wordsOf(count);
  makeRoom(words);
  const at = first[place];
  const behind = first[jobs] - at;
  move(word, at, at + words, behind);
  move(mask, at, at + words, behind);
  write(count, at);
  move(ends, place, place + 1, jobs - place);
  move(expected, place, place + 1, jobs - place);
  move(leaves, place, place + 1, jobs - place);
  move(sizes, place, place + 1, jobs - place);
  for (let i = ++jobs; i > place; i--) first[i] = first[i - 1] + words;
  ends[place] = end;
  expected[place] = end;
  leaves[place] = slotOf(max(0, end));
  sizes[place] = count;
  held += count;
}

/** The job at this place leaves. */
export function remove(place: i32): void {
  const at = first[place];
  const words = first[place + 1] - at;
  const behind = first[jobs] - at - words;
  move(word, at + words, at, behind);
  move(mask, at + words, at, behind);
  held -= sizes[place];
  jobs--;
  move(ends, place + 1, place, jobs - place);
  move(expected, place + 1, place, jobs - place);
  move(leaves, place + 1, place, jobs - place);
  move(sizes, place + 1, place, jobs - place);
  for (let i = place; i <= jobs; i++) first[i] = first[i + 1] - words;
}

/** So many seconds have passed. */
export function advance(passed: i32): void {
  for (let i = 0; i < jobs; i++) {
    ends[i] -= passed;
    expected[i] = ends[i];
  }
}

/** Works out in which slots the jobs leave. */
export function findSlots(): void {
  let slot = 0;
  let behind = timeOf(1);
  for (let i = 0; i < jobs; i++) {
    if (ends[i] >= behind) {
      slot = slotOf(ends[i]);
      behind = timeOf(slot + 1);
    }
    leaves[i] = slot;
  }
}

/** Makes room for another job, with so many words. */
function makeRoom(words: i32): void {
  if (jobs === ends.length) {
    ends = longer(ends);
    expected = longer(expected);
    leaves = longer(leaves);
    sizes = longer(sizes);
  }
  if (jobs + 1 === first.length) first = longer(first);
  while (word.length < first[jobs] + words) {
    word = longer(word);
    mask = longer(mask);
  }
}

/** In how many words of a set these nodes lie. */
function wordsOf(count: i32): i32 {
  let words = 0;
  for (let i = 0, last = -1; i < count; i++) {
    const k = told.nodes[i] >> 6;
    if (k !== last) words++;
    last = k;
  }
  return words;
}

/** Writes the words of the nodes that were told. */
function write(count: i32, from: i32): void {
  let at = from;
  for (let i = 0; i < count; at++) {
    const k = told.nodes[i] >> 6;
    let bits: u64 = 0;
    for (; i < count && told.nodes[i] >> 6 === k; i++) bits |= (1 as u64) << ((told.nodes[i] & 63) as u64);
    word[at] = k;
    mask[at] = bits;
  }
}
