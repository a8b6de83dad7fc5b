import { countShared } from "./bits";

/** Nodes of the cluster, and 64-bit words of a set of them. */
export let nodes: i32 = 0;
export let words: i32 = 0;
/** Nodes that hold no job, and nodes that may be given. */
export let idle = new StaticArray<u64>(0);
export let avail = new StaticArray<u64>(0);

export function allocate(count: i32): void {
  nodes = count;
  words = (count + 63) >> 6;
  idle = new StaticArray<u64>(words);
  avail = new StaticArray<u64>(words);
}

export function idleAt(): usize {
  return changetype<usize>(idle);
}
export function availAt(): usize {
  return changetype<usize>(avail);
}

export function vacant(): i32 {
  return countShared(idle, 0, avail, 0, words);
}
