import type { BitVector } from "../../../../../core/bit-vector.js";
import type { RunningNodes } from "./running-nodes.js";

/**
 * Stretches of neighbouring nodes that have been alike since the pass began: held by one job or by none, and in the same
 * plans. A machine of thousands of nodes has a few hundred of them, and what holds of one node holds of the stretch.
 * Each is known by its first node.
 */
export class Stretches {
  /** By first node: the node behind the last. */
  readonly end: Int32Array;
  readonly #begins: Int32Array;

  constructor(
    readonly nodes: number,
    readonly running: RunningNodes,
  ) {
    this.end = new Int32Array(nodes);
    this.#begins = new Int32Array((nodes + 31) >>> 5);
  }

  /** As jobs run now. Nodes that may not be given are no neighbours of others. */
  reset(avail: BitVector): void {
    const { nodes, end } = this;
    const { holder } = this.running;
    const { words } = avail;
    const begins = this.#begins.fill(0);
    if (nodes === 0) return;
    let begin = 0;
    let job = holder[0]!;
    begins[0]! |= 1;
    let given = words[0]! & 1;
    for (let node = 1; node < nodes; node++) {
      const mayBeGiven = (words[node >>> 5]! >>> (node & 31)) & 1;
      if (holder[node] === job && mayBeGiven === given) continue;
      end[begin] = node;
      begins[node >>> 5]! |= 1 << (node & 31);
      begin = node;
      job = holder[node]!;
      given = mayBeGiven;
    }
    end[begin] = nodes;
  }

  /** Lets a stretch begin at a node. Answers the first node of the one that has been cut; -1 when none had to be. */
  cut(node: number): number {
    if (node >= this.nodes) return -1;
    const bit = 1 << (node & 31);
    let word = node >>> 5;
    let bits = this.#begins[word]!;
    if ((bits & bit) !== 0) return -1;
    this.#begins[word] = bits | bit;
    bits &= bit - 1;
    while (bits === 0) bits = this.#begins[--word]!;
    const begin = (word << 5) + 31 - Math.clz32(bits);
    this.end[node] = this.end[begin]!;
    this.end[begin] = node;
    return begin;
  }
}
