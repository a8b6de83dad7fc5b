import { row } from "./arrays";
import { clearBit, hasBit, lastBit, nextBit, setBit } from "./bits";
import { slots } from "./clock";

/**
 * The borders of the segments of Slurm's map of the time to come, as a set of slots. A search goes from one border at
 * which nodes come free to the next; which borders there are also follows from the order in which plans were made, for
 * each joins one pair of segments that have become alike at most.
 *
 * `node_space_map_t` of src/plugins/sched/backfill/backfill.c, 22.05.
 */

/** Slots at which a segment begins. Of those: nodes come free there; and nodes come free or are taken there. */
let borders = row<u64>(0);
let returns = row<u64>(0);
let changes = row<u64>(0);
let words: i32 = 0;
/** By slot: nodes whose plans end there without another that begins, and those whose plans begin after nothing. */
let ending = row<i32>(0);
let beginning = row<i32>(0);
/** Segments ever made: those joined again count against bf_node_space_size. */
export let records: i32 = 1;
/** By slots that a job takes: where its search ends, as of a version of the borders. */
let reachOf = row<i32>(0);
let reachAt = row<i32>(0);
let version: i32 = 0;

export function allocate(most: i32): void {
  const size = (most >> 6) + 1;
  borders = row<u64>(size);
  returns = row<u64>(size);
  changes = row<u64>(size);
  ending = row<i32>(most + 1);
  beginning = row<i32>(most + 1);
  reachOf = row<i32>(most + 1);
  reachAt = row<i32>(most + 1);
}

/** One segment over the window. */
export function reset(): void {
  words = (slots >> 6) + 1;
  borders.clear();
  returns.clear();
  changes.clear();
  ending.clear();
  beginning.clear();
  records = 1;
  version++;
}

/** So many nodes are held in `[from, to)`, right behind a plan that ends at `before` and before one from `after`. */
export function hold(from: i32, to: i32, nodes: i32, before: i32, after: i32): void {
  if (before === from) ending[from] -= nodes;
  else beginning[from] += nodes;
  if (to >= slots) return;
  if (after === to) beginning[to] -= nodes;
  else ending[to] += nodes;
}

/** A plan in `[from, to)` was held: cuts segments there, and joins the first pair of like neighbours around. */
export function plan(from: i32, to: i32): void {
  version++;
  note(from);
  if (to < slots) note(to);
  cut(from);
  if (to < slots) cut(to);
  const first = max(1, from === 0 ? 0 : lastBit(borders, 0, from - 1));
  const last = min(to, slots - 1);
  for (let word = first >> 6; word <= last >> 6; word++) {
    let dull = borders[word] & ~changes[word];
    if (word === first >> 6) dull &= u64.MAX_VALUE << ((first & 63) as u64);
    if (dull === 0) continue;
    const slot = (word << 6) + (ctz(dull) as i32);
    if (slot <= last) clearBit(borders, 0, slot);
    return;
  }
}

/**
 * The next slot after `slot` at which nodes come free, as far as a search looks that is about the time up to `last`: to
 * the end of the first segment that begins behind it. -1 when there is none.
 */
export function next(slot: i32, last: i32): i32 {
  const found = nextBit(returns, 0, words, slot + 1);
  if (found < 0 || found <= last) return found;
  const behind = nextBit(borders, 0, words, last + 1);
  if (found <= behind) return found;
  return found <= nextBit(borders, 0, words, behind + 1) ? found : -1;
}

/** The last slot up to this one at which nodes come free; 0 when there is none. */
export function lastReturn(slot: i32): i32 {
  return lastBit(returns, 0, slot);
}

/**
 * Where a search from the present on ends that goes from one slot at which nodes come free to the next, for a job that
 * takes so many slots, in the present one until `last`.
 */
export function reach(length: i32, last: i32): i32 {
  if (reachAt[length] === version) return reachOf[length];
  let slot = 0;
  for (let after = next(0, last); after >= 0; after = next(slot, min(slots, slot + length))) slot = after;
  reachAt[length] = version;
  reachOf[length] = slot;
  return slot;
}

function note(slot: i32): void {
  if (ending[slot] > 0) {
    setBit(returns, 0, slot);
    setBit(changes, 0, slot);
    return;
  }
  clearBit(returns, 0, slot);
  if (beginning[slot] > 0) setBit(changes, 0, slot);
  else clearBit(changes, 0, slot);
}

function cut(slot: i32): void {
  if (hasBit(borders, 0, slot)) return;
  setBit(borders, 0, slot);
  records++;
}
