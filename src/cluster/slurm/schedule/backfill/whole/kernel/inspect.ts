/** What only tests ask: each part by itself. */
import * as borders from "./borders";
import { words } from "./cluster";
import * as feasible from "./feasible";
import * as nodePlans from "./node-plans";
import * as releases from "./releases";
import * as running from "./running";
import * as runs from "./runs";
import * as spans from "./spans";
import * as timetable from "./timetable";
import * as told from "./told";

/** Plans so many nodes, which were told, from `start` to `end` (seconds). */
export function planTold(count: i32, start: i32, end: i32): void {
  told.toRuns(count);
  timetable.take(start, end);
}

export function nextBorder(slot: i32, last: i32): i32 {
  return borders.next(slot, last);
}

export function records(): i32 {
  return borders.records;
}

/** Is one of so many nodes, which were told, planned in the slots `[start, stop)`? */
export function conflictsTold(count: i32, start: i32, stop: i32): bool {
  told.toRuns(count);
  nodePlans.cutRuns();
  return nodePlans.conflicts(start, stop);
}

export function firstPossible(limitClass: i32, count: i32, from: i32): i32 {
  return feasible.first(limitClass, count, from);
}

/** The byte of the words of what is free from slot to slot; 0 when that is less than `least` nodes. */
export function freeBetween(start: i32, stop: i32, least: i32): usize {
  const span = spans.freeIn(start, stop, least);
  return span < 0 ? 0 : spans.free.at + 8 * span * words;
}

/** When so many nodes of what is free from slot to slot are expected, and puts them into the runs. */
export function expectBetween(start: i32, stop: i32, wanted: i32, until: i32): i32 {
  const span = spans.freeIn(start, stop, wanted);
  if (span < 0) return releases.never;
  const time = releases.expect(span, wanted, until);
  if (time !== releases.never && time !== releases.later) releases.take();
  return time;
}

export function runsLength(): i32 {
  return runs.length;
}
export function runsBeginAt(): usize {
  return runs.begin.at;
}
export function runsEndAt(): usize {
  return runs.end.at;
}

export function jobEndsAt(): usize {
  return running.ends.at;
}
export function jobWordsFirstAt(): usize {
  return running.first.at;
}
export function jobWordsAt(): usize {
  return running.word.at;
}
export function jobMasksAt(): usize {
  return running.mask.at;
}
export function jobSizesAt(): usize {
  return running.sizes.at;
}
