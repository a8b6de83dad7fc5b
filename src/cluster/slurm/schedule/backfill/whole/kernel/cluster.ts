import { row } from "./arrays";
import { countShared } from "./bits";

/** Nodes of the cluster, and 64-bit words of a set of them. */
export let nodes: i32 = 0;
export let words: i32 = 0;
/** Nodes that hold no job, and nodes that may be given. */
export let idle = row<u64>(0);
export let avail = row<u64>(0);

export function allocate(count: i32): void {
  nodes = count;
  words = (count + 63) >> 6;
  idle = row<u64>(words);
  avail = row<u64>(words);
}

export function idleAt(): usize {
  return idle.at;
}
export function availAt(): usize {
  return avail.at;
}

export function vacant(): i32 {
  return countShared(idle, 0, avail, 0, words);
}
