import { row } from "./arrays";
import * as blocks from "./blocks";
import * as borders from "./borders";
import * as candidates from "./candidates";
import { resolution, slotOf, slots, timeOf } from "./clock";
import { vacant } from "./cluster";
import * as feasible from "./feasible";
import * as nodePlans from "./node-plans";
import * as pieces from "./pieces";
import * as running from "./running";
import { jobs, leaves, sizes } from "./running";
import * as runs from "./runs";
import * as spans from "./spans";
import * as stretches from "./stretches";

/**
 * The map of a backfill pass for jobs of whole nodes: which nodes are planned when, over slots of bf_resolution seconds
 * from the present on. It answers what `PlanList` answers, each question from the form that suits it: what is free over
 * a time from sets by time, where a search goes on from the borders of segments, whether there can be a place at all
 * from counts, and whether given nodes are free from their own plans.
 */

/** How many plans and starts there have been, and beginnings of a pass: while it stays the same a job finds the same place. */
export let changes: i32 = 0;
/** By slot: nodes whose jobs leave in it. */
let released = row<i32>(0);

export function allocate(most: i32): void {
  released = row<i32>(most + 2);
}

/** Nothing is planned, and jobs run as they do now. */
export function reset(classes: i32): void {
  changes++;
  blocks.reset();
  borders.reset();
  stretches.reset();
  spans.reset();
  nodePlans.reset();
  released.clear();
  released[0] = vacant();
  running.findSlots();
  // Jobs are in the order of their ends.
  for (let i = 0; i < jobs && leaves[i] <= slots; i++) released[leaves[i]] += sizes[i];
  feasible.reset(classes, released);
  candidates.reset(classes, released[0]);
}

/** Does a running job leave in this slot? */
export function anyReleased(slot: i32): bool {
  return released[slot] !== 0;
}

/**
 * The last time to which a search from the present on comes for a job of so many seconds before a slot is behind it in
 * which it could begin for the first time.
 */
export function lastLookBefore(possible: i32, seconds: i32): i32 {
  const wanted = borders.lastReturn(anyReleased(possible) ? possible - 1 : possible);
  if (wanted <= 0) return 0;
  const slot = min(wanted, borders.reach(min(slots, seconds / resolution), min(slots, slotOf(seconds))));
  return slot === 0 ? 0 : timeOf(slot);
}

/** Plans the nodes of `runs`, which are free then, from `start` to `end`, seconds; at least one slot long. */
export function take(start: i32, end: i32): void {
  const from = slotOf(start);
  if (from >= slots) return;
  const to = min(slots, max(from + 1, slotOf(end)));
  changes++;
  nodePlans.cutRuns();
  spans.add(from, to);
  // Neighbours that were free over the same time count as one.
  let count = 0;
  let begin = 0;
  let behind = 0;
  let planned = false;
  for (let run = 0; run < runs.length; run++) {
    const last = runs.end[run];
    for (let node = runs.begin[run]; node < last; node = stretches.end[node]) {
      nodePlans.add(node, from, to);
      pieces.add(node);
      if (
        count > 0 &&
        (nodePlans.begin !== begin || nodePlans.end !== behind || nodePlans.planned !== planned)
      ) {
        hold(from, to, count, begin, behind, planned);
        count = 0;
      }
      begin = nodePlans.begin;
      behind = nodePlans.end;
      planned = nodePlans.planned;
      count += stretches.end[node] - node;
    }
  }
  if (count > 0) hold(from, to, count, begin, behind, planned);
  feasible.plan(to);
  borders.plan(from, to);
}

/** A job has come to run at this place on the nodes of `runs`, with which stretches begin and end. */
export function enter(place: i32): void {
  changes++;
  blocks.enter(place);
  stretches.enter(place);
  spans.enter(place);
}

function hold(from: i32, to: i32, count: i32, begin: i32, end: i32, planned: bool): void {
  borders.hold(from, to, count, planned ? begin : -1, end);
  feasible.hold(from, to, count, max(0, begin), end);
  if (begin < 0) candidates.hold(from, count, end);
}
