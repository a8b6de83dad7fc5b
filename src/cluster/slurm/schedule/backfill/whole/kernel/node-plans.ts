import { longer, row } from "./arrays";
import { nodes } from "./cluster";
import { leaves } from "./running";
import * as runs from "./runs";
import * as stretches from "./stretches";

/** The plans of each stretch of nodes, one behind the other in time. */

/** By the first node of a stretch: one more than its first plan; 0 without any. */
let firstOf = row<i32>(0);
/** By plan of a stretch: its slots `[from, to)`, and the next of the stretch, -1 for none. */
let from = row<i32>(1024);
let to = row<i32>(1024);
let nextOf = row<i32>(1024);
let length: i32 = 0;

/**
 * Of the plan that is being made: the stretch last looked at and, for it, the slot in which the plan before it ends
 * (`planned`) or its running job (-1: none runs), and the one in which the plan behind it begins (-1: none does).
 */
export let begin: i32 = -1;
export let end: i32 = -1;
export let planned: bool = false;

export function allocate(): void {
  firstOf = row<i32>(nodes);
}

export function reset(): void {
  length = 0;
  firstOf.clear();
}

/** Is one of the nodes of `runs`, which begin with stretches, planned in `[start, stop)`? */
export function conflicts(start: i32, stop: i32): bool {
  for (let run = 0; run < runs.length; run++) {
    const last = runs.end[run];
    for (let node = runs.begin[run]; node < last; node = stretches.end[node])
      for (let plan = firstOf[node] - 1; plan >= 0; plan = nextOf[plan]) {
        if (from[plan] >= stop) break;
        if (to[plan] > start) return true;
      }
  }
  return false;
}

/** Plans a stretch, which is free then, in `[start, stop)`, and notes how long it was free. */
export function add(node: i32, start: i32, stop: i32): void {
  let before = -1;
  let after = firstOf[node] - 1;
  while (after >= 0 && from[after] < start) {
    before = after;
    after = nextOf[after];
  }
  planned = before >= 0;
  begin = before >= 0 ? to[before] : leavesIn(node);
  end = after >= 0 ? from[after] : -1;
  const plan = record(start, stop, after);
  if (before >= 0) nextOf[before] = plan;
  else firstOf[node] = plan + 1;
}

/** Lets stretches begin and end with the runs. */
export function cutRuns(): void {
  for (let run = 0; run < runs.length; run++) {
    cut(runs.begin[run]);
    cut(runs.end[run]);
  }
}

/** Lets a stretch begin at a node, with the plans of the one to which it belonged. */
function cut(node: i32): void {
  const begin = stretches.cut(node);
  if (begin < 0) return;
  let last = -1;
  for (let plan = firstOf[begin] - 1; plan >= 0; plan = nextOf[plan]) {
    const copy = record(from[plan], to[plan], -1);
    if (last >= 0) nextOf[last] = copy;
    else firstOf[node] = copy + 1;
    last = copy;
  }
  if (last < 0) firstOf[node] = 0;
}

/** The slot in which its job leaves, not before the present; -1 without a job. */
function leavesIn(node: i32): i32 {
  const holder = stretches.holder[node];
  return holder === 0 ? -1 : leaves[holder - 1];
}

function record(start: i32, stop: i32, after: i32): i32 {
  if (length === from.length) {
    from = longer(from);
    to = longer(to);
    nextOf = longer(nextOf);
  }
  from[length] = start;
  to[length] = stop;
  nextOf[length] = after;
  return length++;
}
