import { row } from "./arrays";
import * as runs from "./runs";

/** Nodes that the kernel is told of, ascending for each job. */
export let nodes = row<i32>(64);

/** Makes room for so many nodes. */
export function reserve(count: i32): void {
  if (nodes.length < count) nodes = row<i32>(2 * count);
}

export function nodesAt(): usize {
  return nodes.at;
}

/** The first so many as `runs`. */
export function toRuns(count: i32): void {
  runs.clear();
  for (let i = 0; i < count; ) {
    const begin = nodes[i];
    let end = begin + 1;
    while (++i < count && nodes[i] === end) end++;
    runs.push(begin, end);
  }
}
