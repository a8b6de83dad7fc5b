import { copyWords, longer, row } from "./arrays";
import { clearBits, countBits } from "./bits";
import { avail, nodes, words } from "./cluster";
import * as runs from "./runs";

/**
 * Which nodes plans leave free from one slot to another. Jobs of few limits look at the same times again and again, and
 * few plans are made between: what was answered is kept, and brought up to date when it is asked for again.
 */

/** Plans in the order in which they were made: their slots, and where the runs of each begin; one more than there are. */
let from = row<i32>(64);
let to = row<i32>(64);
let first = row<i32>(65);
let begin = row<i32>(256);
let end = row<i32>(256);
let plans: i32 = 0;

/** Spans that are kept; when there are as many, they are made anew. */
const most: i32 = 256;
/** By span: the words of its free nodes, their number, and the plans that have been taken out. */
export let free = row<u64>(0);
const counts = row<i32>(most);
const known = row<i32>(most);
/** And a running job before which none holds any of them. */
export const firstHolder = row<i32>(most);
let spans: i32 = 0;
/** A table of spans by the slots of begin and end: one more than the span, as of a version of the table. */
const tableSize: i32 = 1024;
const keys = row<i32>(tableSize);
const spanOf = row<i32>(tableSize);
const versionOf = row<i32>(tableSize);
let version: i32 = 0;

export function allocate(): void {
  free = row<u64>(most * words);
}

export function reset(): void {
  plans = 0;
  forget();
}

function forget(): void {
  spans = 0;
  version++;
}

/** A plan for the nodes of `runs` in slots `[start, stop)`. */
export function add(start: i32, stop: i32): void {
  if (plans + 1 === first.length) first = longer(first);
  if (plans === from.length) {
    from = longer(from);
    to = longer(to);
  }
  from[plans] = start;
  to[plans] = stop;
  let at = first[plans];
  for (let run = 0; run < runs.length; run++, at++) {
    if (at === begin.length) {
      begin = longer(begin);
      end = longer(end);
    }
    begin[at] = runs.begin[run];
    end[at] = runs.end[run];
  }
  first[++plans] = at;
}

/**
 * The span of what no plan holds in any slot from `start` to `stop`, the latter included; -1 when that is less than `least`
 * nodes. Valid until the next question.
 */
export function freeIn(start: i32, stop: i32, least: i32): i32 {
  const span = find(start, stop);
  if (counts[span] >= least && known[span] < plans) takeOut(span, start, stop);
  return counts[span] < least ? -1 : span;
}

/** The running jobs from this place on have moved by one. */
export function insertJob(place: i32): void {
  for (let span = 0; span < spans; span++) firstHolder[span] = min(firstHolder[span], place);
}

function find(start: i32, stop: i32): i32 {
  const key = (start << 16) | stop;
  let slot = ((key * -1640531527) >>> 22) & (tableSize - 1);
  for (; versionOf[slot] === version; slot = (slot + 1) & (tableSize - 1))
    if (keys[slot] === key) return spanOf[slot];
  if (spans === most) {
    forget();
    return find(start, stop);
  }
  const span = spans++;
  keys[slot] = key;
  spanOf[slot] = span;
  versionOf[slot] = version;
  copyWords(avail, 0, free, span * words, words);
  known[span] = 0;
  counts[span] = nodes;
  firstHolder[span] = 0;
  takeOut(span, start, stop);
  return span;
}

/** Takes out of a span what plans hold that it does not know yet. */
function takeOut(span: i32, start: i32, stop: i32): void {
  const at = span * words;
  for (let plan = known[span]; plan < plans; plan++) {
    if (from[plan] > stop || to[plan] <= start) continue;
    const last = first[plan + 1];
    for (let run = first[plan]; run < last; run++) clearBits(free, at, begin[run], end[run]);
  }
  known[span] = plans;
  counts[span] = countBits(free, at, words);
}
