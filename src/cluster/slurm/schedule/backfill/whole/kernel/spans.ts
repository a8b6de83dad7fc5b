import { copyWords, longer, row } from "./arrays";
import { countBits } from "./bits";
import { avail, words } from "./cluster";
import * as holders from "./holders";
import * as pieces from "./pieces";

/**
 * Which nodes plans leave free from one slot to another. Jobs of few limits look at the same times again and again, and
 * few plans are made between: what was answered is kept, and brought up to date when it is asked for again.
 */

/** The slots of plans, in the order in which they were made. */
let from = row<i32>(64);
let to = row<i32>(64);
let plans: i32 = 0;

/** Spans that are kept; when there are as many, they are made anew. The first is what there is without any plan. */
const most: i32 = 256;
/** By span: the words of its free nodes, their number, and up to which plan it knows them all. */
export let free = row<u64>(0);
const counts = row<i32>(most);
const known = row<i32>(most);
/** By span: its first and last slot, and how many plans are taken out. */
const starts = row<i32>(most);
const stops = row<i32>(most);
const taken = row<i32>(most);
let spans: i32 = 0;
/** A table of spans by their slots, as of a version of it. */
const tableSize: i32 = 1024;
const keys = row<i32>(tableSize);
const spanOf = row<i32>(tableSize);
const versionOf = row<i32>(tableSize);
let version: i32 = 0;

export function allocate(): void {
  free = row<u64>(most * words + 1);
  pieces.allocate();
}

/** Nothing is planned, and jobs run as they do now. */
export function reset(): void {
  plans = 0;
  pieces.reset();
  forget();
}

function forget(): void {
  version++;
  holders.reset(most);
  spans = 1;
  known[0] = 0;
  taken[0] = 0;
  starts[0] = i32.MAX_VALUE;
  stops[0] = -1;
  counts[0] = countBits(avail, 0, words);
  copyWords(avail, 0, free, 0, words);
  holders.count(0, free);
}

/** A job at this place has come to run on the nodes of `runs`, which no job had. */
export function enter(place: i32): void {
  pieces.enter(place);
  if (!holders.hasRoom()) forget();
  else for (let span = 0; span < spans; span++) holders.enter(span, free, place);
}

/** A plan in slots `[start, stop)`, of the stretches that are added to `pieces` from here on. */
export function add(start: i32, stop: i32): void {
  if (plans === from.length) {
    from = longer(from);
    to = longer(to);
  }
  from[plans] = start;
  to[plans++] = stop;
  pieces.addPlan();
}

/**
 * The span of what no plan holds in any slot from `start` to `stop`, the latter included; -1 when that is less than `least`
 * nodes. Valid until the next question.
 */
export function freeIn(start: i32, stop: i32, least: i32): i32 {
  const span = find(start, stop);
  if (counts[span] >= least && known[span] < plans) takeOut(span);
  return counts[span] < least ? -1 : span;
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
  starts[span] = start;
  stops[span] = stop;
  const inner = widestWithin(span);
  copyWords(free, inner * words, free, span * words, words);
  counts[span] = counts[inner];
  taken[span] = taken[inner];
  holders.copy(inner, span);
  for (let plan = 0; plan < known[inner]; plan++)
    if (from[plan] <= stop && to[plan] > start && (from[plan] > stops[inner] || to[plan] <= starts[inner]))
      takePlan(span, plan);
  known[span] = known[inner];
  takeOut(span);
  return span;
}

/** The span within this one of which most has been taken: all of it is to be taken of this one too. */
function widestWithin(span: i32): i32 {
  let best = 0;
  for (let inner = 1; inner < span; inner++)
    if (starts[inner] >= starts[span] && stops[inner] <= stops[span] && taken[inner] > taken[best])
      best = inner;
  return best;
}

/** Takes out of a span what plans hold that it does not know yet. */
function takeOut(span: i32): void {
  for (let plan = known[span]; plan < plans; plan++)
    if (from[plan] <= stops[span] && to[plan] > starts[span]) takePlan(span, plan);
  known[span] = plans;
}

function takePlan(span: i32, plan: i32): void {
  taken[span]++;
  counts[span] -= holders.takeOut(span, free.from(span * words), plan);
}
