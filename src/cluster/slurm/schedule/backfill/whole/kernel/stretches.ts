import { row } from "./arrays";
import { hasBit, lastBit, setBit } from "./bits";
import { avail, nodes } from "./cluster";
import { holder } from "./running";

/**
 * Stretches of neighbouring nodes that have been alike since the pass began: held by one job or by none, and in the same
 * plans. A machine of thousands of nodes has a few hundred of them, and what holds of one node holds of the stretch.
 * Each is known by its first node.
 */

/** By first node: the node behind the last. */
export let end = row<i32>(0);
let begins = row<u64>(0);

export function allocate(): void {
  end = row<i32>(nodes);
  begins = row<u64>((nodes + 63) >> 6);
}

/** As jobs run now. Nodes that may not be given are no neighbours of others. */
export function reset(): void {
  begins.clear();
  let begin = 0;
  let job = holder[0];
  let given = hasBit(avail, 0);
  setBit(begins, 0);
  for (let node = 1; node < nodes; node++) {
    const mayBeGiven = hasBit(avail, node);
    if (holder[node] === job && mayBeGiven === given) continue;
    end[begin] = node;
    setBit(begins, node);
    begin = node;
    job = holder[node];
    given = mayBeGiven;
  }
  end[begin] = nodes;
}

/** Lets a stretch begin at a node. Answers the first node of the one that has been cut; -1 when none had to be. */
export function cut(node: i32): i32 {
  if (node >= nodes || hasBit(begins, node)) return -1;
  const begin = lastBit(begins, node);
  setBit(begins, node);
  end[node] = end[begin];
  end[begin] = node;
  return begin;
}
