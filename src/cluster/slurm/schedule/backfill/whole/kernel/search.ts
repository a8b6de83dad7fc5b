import { row } from "./arrays";
import * as borders from "./borders";
import { slotOf, slots, timeOf, window } from "./clock";
import * as cluster from "./cluster";
import * as feasible from "./feasible";
import * as nodePlans from "./node-plans";
import * as releases from "./releases";
import * as spans from "./spans";
import { anyReleased, changes, lastLookBefore } from "./timetable";

/** A job's place: what `SlotSearch` finds with the map of segments, for jobs of whole nodes. Its nodes are in `runs`. */

/** When it would start, in seconds from the present on; -1 when no place was found. */
export let start: i32 = -1;
/** Enough nodes were found that are planned for nobody, in use or not. */
export let tested: bool = false;
/** The span of all nodes that it could use over its time. */
export let usable: i32 = 0;

/**
 * By class of limits and number of nodes: how many changes of the timetable there had been when no place was found last,
 * and for how many seconds. Jobs that are alike wait by the dozen, and most that find none find nothing changed.
 */
let noneAsOf = row<i32>(0);
let noneFor = row<i32>(0);

export function allocate(classes: i32): void {
  noneAsOf = row<i32>(classes * (cluster.nodes + 1));
  noneFor = row<i32>(noneAsOf.length);
}

/**
 * Finds a place within the window for a job if there is one. Moments at which counts say that there is none are passed
 * over, and so is a job like one that found none since something has changed, unless it matters whether there would be
 * enough nodes were they not in use (`exhaustive`).
 */
export function find(nodes: i32, seconds: i32, limitClass: i32, exhaustive: bool): void {
  start = -1;
  tested = false;
  if (nodes > cluster.nodes) return;
  const key = limitClass * (cluster.nodes + 1) + nodes;
  if (!exhaustive && noneAsOf[key] === changes && noneFor[key] === seconds) return;
  go(nodes, seconds, limitClass, exhaustive);
  if (start >= 0 && start <= window) return;
  noneAsOf[key] = changes;
  noneFor[key] = seconds;
}

/** Looks at one moment after the other at which nodes come free, until there is a place. */
function go(nodes: i32, seconds: i32, limitClass: i32, exhaustive: bool): void {
  let possible = exhaustive ? 0 : feasible.first(limitClass, nodes, 0);
  let time = possible > 0 ? lastLookBefore(possible, seconds) : 0;
  while (possible >= 0) {
    const slot = slotOf(time);
    // Nothing is planned behind the window; spans are told apart by slots of it.
    const last = min(slots, slotOf(time + seconds));
    const next = borders.next(slot, last);
    if (possible < slot && !exhaustive) {
      possible = feasible.first(limitClass, nodes, slot);
      if (possible < 0) return;
    }
    const later = next < 0 ? releases.later : timeOf(next);
    if (next < 0 || possible < next || (possible === next && anyReleased(next))) {
      const found = look(nodes, slot, last, later);
      if (found >= 0 && found <= later && found !== releases.later) {
        start = max(found, time);
        if (isFree(limitClass, nodes, seconds, last)) return;
        time = start;
        start = -1;
        continue;
      }
    }
    if (next < 0) return;
    time = later;
  }
}

/**
 * Are the nodes that it would get at `start` planned for nobody? Up to the slot `last` they are known to be. Most often
 * counts say that there are too few.
 */
function isFree(limitClass: i32, nodes: i32, seconds: i32, last: i32): bool {
  const slot = slotOf(start);
  if (slot > 0 && !feasible.isEnough(limitClass, nodes, slot)) return false;
  releases.take();
  const stop = slotOf(start + seconds);
  return min(slots, stop) <= last + 1 || !nodePlans.conflicts(slot, stop);
}

/**
 * Whether the job looked at last was tested at all, looks that were passed over included: enough nodes were planned for
 * nobody at one of them. To be asked at once.
 */
export function isTested(nodes: i32, seconds: i32): bool {
  for (let time = 0; !tested; ) {
    const slot = slotOf(time);
    const last = min(slots, slotOf(time + seconds));
    if (spans.freeIn(slot, last, nodes) >= 0) return true;
    const next = borders.next(slot, last);
    if (next < 0) return false;
    time = timeOf(next);
  }
  return true;
}

/**
 * When it would start on what is free in these slots, if by `later`; `never` when there are too few nodes.
 */
function look(nodes: i32, slot: i32, last: i32, later: i32): i32 {
  const span = spans.freeIn(slot, last, nodes);
  if (span < 0) return releases.never;
  tested = true;
  usable = span;
  return releases.expect(span, nodes, later);
}
