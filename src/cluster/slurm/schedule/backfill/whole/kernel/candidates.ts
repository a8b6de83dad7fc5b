import { row } from "./arrays";
import { classOf, jobs, vacancies } from "./queue";

/**
 * Which jobs of the queue could still start in a pass: those for which enough nodes are vacant and planned for nobody
 * until their limit. Plans only become more during a pass, so that it may end when there are no such jobs left: what
 * else would be planned starts nothing, and the next pass plans anew.
 */

/** By class: the slot in which such a job would end if it started now, ascending, and the vacant nodes free until then. */
let ends = row<i32>(0);
let free = row<i32>(0);
let classes: i32 = 0;
let upTo: i32 = 0;

export function allocate(most: i32): void {
  ends = row<i32>(most);
  free = row<i32>(most);
}

/** Where the ends of the classes are put. */
export function classEndsAt(): usize {
  return ends.at;
}

/** `vacant`: nodes that hold no job. */
export function reset(count: i32, vacant: i32): void {
  classes = count;
  free.fill(vacant);
  upTo = 0;
}

/** So many vacant nodes are planned from a slot on, which were not before `after` (-1: not at all). */
export function hold(from: i32, count: i32, after: i32): void {
  for (let i = classes - 1; i >= 0; i--) {
    const end = ends[i];
    if (end < from) return;
    if (after < 0 || end < after) free[i] -= count;
  }
}

/** May a job at this place of the queue, or behind it, still start? */
export function anyFrom(place: i32): bool {
  let at = max(place, upTo);
  while (at < jobs && free[classOf[at]] < vacancies[at]) at++;
  upTo = at;
  return at < jobs;
}
