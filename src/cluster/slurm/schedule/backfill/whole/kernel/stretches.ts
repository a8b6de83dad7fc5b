import { row } from "./arrays";
import { hasBit, lastBit, nextBit, setBit } from "./bits";
import { avail, nodes, words } from "./cluster";
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
  begins = row<u64>(words);
}

/** As jobs run now. Nodes that may not be given are no neighbours of others. */
export function reset(): void {
  let given: u64 = 0;
  for (let i = 0; i < words; i++) {
    // Where one of two neighbours may be given and the other may not.
    begins[i] = avail[i] ^ ((avail[i] << 1) | given);
    given = avail[i] >> 63;
  }
  setBit(begins, 0);
  for (let node = 1, job = holder[0]; node < nodes; node++) {
    if (holder[node] === job) continue;
    job = holder[node];
    setBit(begins, node);
  }
  for (let node = 0; node >= 0 && node < nodes; ) {
    const next = nextBit(begins, words, node + 1);
    end[node] = next < 0 ? nodes : min(next, nodes);
    node = next;
  }
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
