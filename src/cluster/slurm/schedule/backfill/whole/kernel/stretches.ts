import { row } from "./arrays";
import { hasBit, lastBit, setBit } from "./bits";
import { avail, nodes, words } from "./cluster";
import { first, jobs, mask, word } from "./running";
import * as runs from "./runs";

/**
 * Stretches of neighbouring nodes that have been alike since the pass began: held by one job or by none, and in the same
 * plans. A machine of thousands of nodes has a few hundred of them, and what holds of one node holds of the stretch.
 * Each is known by its first node.
 */

/** By first node: the node behind the last. */
export let end = row<i32>(0);
/** By first node: one more than the place of the running job that holds it, 0 without one. */
export let holder = row<i32>(0);
let begins = row<u64>(0);

export function allocate(): void {
  end = row<i32>(nodes);
  holder = row<i32>(nodes);
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
  setBit(begins, 0, 0);
  holder.clear();
  for (let job = 0; job < jobs; job++) beginAround(job);
  let behind = 0;
  for (let i = 0; i < words; i++)
    for (let bits = begins[i]; bits !== 0; bits &= bits - 1) {
      const node = (i << 6) + (ctz(bits) as i32);
      end[behind] = min(node, nodes);
      behind = node;
    }
  if (behind < nodes) end[behind] = nodes;
}

/** Lets stretches begin and end with the nodes of a job. */
function beginAround(job: i32): void {
  let behind = -1;
  let held: u64 = 0;
  for (let i = first[job]; i < first[job + 1]; i++) {
    const k = word[i];
    if (k !== behind) {
      beginWith(behind, held);
      held = 0;
    }
    begins[k] |= mask[i] ^ ((mask[i] << 1) | held);
    for (let bits = mask[i] & begins[k]; bits !== 0; bits &= bits - 1)
      holder[(k << 6) + (ctz(bits) as i32)] = job + 1;
    held = mask[i] >> 63;
    behind = k + 1;
  }
  beginWith(behind, held);
}

function beginWith(k: i32, bit: u64): void {
  if (bit !== 0 && k < words) begins[k] |= bit;
}

/** The nodes of `runs`, with which stretches begin and end, are held by the job at this place, and nobody's before. */
export function enter(place: i32): void {
  for (let node = 0; node < nodes; node = end[node]) if (holder[node] > place) holder[node]++;
  for (let run = 0; run < runs.length; run++) {
    const last = runs.end[run];
    for (let node = runs.begin[run]; node < last; node = end[node]) holder[node] = place + 1;
  }
}

/** Lets a stretch begin at a node. Answers the first node of the one that has been cut; -1 when none had to be. */
export function cut(node: i32): i32 {
  if (node >= nodes || hasBit(begins, 0, node)) return -1;
  const begin = lastBit(begins, 0, node);
  setBit(begins, 0, node);
  end[node] = end[begin];
  end[begin] = node;
  holder[node] = holder[begin];
  return begin;
}
