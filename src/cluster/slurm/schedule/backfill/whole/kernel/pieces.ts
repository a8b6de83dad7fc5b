import { longer, row } from "./arrays";
import * as cluster from "./cluster";
import * as running from "./running";
import * as stretches from "./stretches";

/** The nodes of each plan in pieces: those of one word of a set that have one holder. */

/** Where the pieces of each plan begin; one more than there are plans. */
export let first = row<i32>(65);
let plans: i32 = 0;
/** By piece: the word, its nodes in it, and the number of their holder. */
export let word = row<i32>(256);
export let mask = row<u64>(256);
export let holder = row<i32>(256);
/** The nodes of a job that has come. */
let coming = row<u64>(0);

export function allocate(): void {
  coming = row<u64>(cluster.words);
}

export function reset(): void {
  plans = 0;
}

/** A plan, of the stretches that are added from here on. */
export function addPlan(): void {
  if (plans + 1 === first.length) first = longer(first);
  first[plans + 1] = first[plans];
  plans++;
}

/** The plan holds the stretch that begins with this node. */
export function add(begin: i32): void {
  const end = stretches.end[begin];
  const number = stretches.holder[begin];
  for (let node = begin; node < end; ) {
    const k = node >> 6;
    const stop = min(end, (k + 1) << 6);
    const bits = (u64.MAX_VALUE >> ((64 - (stop - node)) as u64)) << ((node & 63) as u64);
    const at = first[plans] - 1;
    if (at >= first[plans - 1] && word[at] === k && holder[at] === number) mask[at] |= bits;
    else {
      makeRoom(at + 2);
      put(first[plans]++, k, bits, number);
    }
    node = stop;
  }
}

/** Nodes that nobody held are those of the job that has come to run at this place. */
export function enter(place: i32): void {
  coming.clear();
  for (let i = running.first[place]; i < running.first[place + 1]; i++)
    coming[running.word[i]] = running.mask[i];
  let more = 0;
  for (let piece = 0; piece < first[plans]; piece++) {
    if (holder[piece] > place) holder[piece]++;
    const bits = taken(piece);
    if (bits === mask[piece]) holder[piece] = place + 1;
    else if (bits !== 0) more++;
  }
  if (more > 0) cut(place + 1, more);
}

/** Cuts so many pieces in two, from the last on. */
function cut(number: i32, more: i32): void {
  let piece = first[plans];
  let at = piece + more;
  makeRoom(at);
  for (let plan = plans; plan > 0; plan--) {
    first[plan] = at;
    for (const begin = first[plan - 1]; piece > begin; ) {
      const bits = taken(--piece);
      if (bits !== 0) put(--at, word[piece], bits, number);
      put(--at, word[piece], mask[piece] ^ bits, holder[piece]);
    }
  }
}

/** Nodes of a piece that nobody held and that are the coming job's. */
function taken(piece: i32): u64 {
  return holder[piece] === 0 ? mask[piece] & coming[word[piece]] : 0;
}

function put(at: i32, k: i32, bits: u64, number: i32): void {
  word[at] = k;
  mask[at] = bits;
  holder[at] = number;
}

function makeRoom(length: i32): void {
  while (word.length < length) {
    word = longer(word);
    mask = longer(mask);
    holder = longer(holder);
  }
}
