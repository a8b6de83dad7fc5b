import { BitVector } from "../../../core/bit-vector.js";
import type { SlurmState } from "../model/state.js";

/**
 * Nodes that are never suspended for being idle: those of SuspendExcParts and SuspendExcNodes, and, of an item with a
 * count, so many of those that could be suspended now, the first ones.
 */
export class Exclusions {
  readonly #always: BitVector;
  readonly #counted: readonly { nodes: BitVector; count: number }[];

  constructor({ nodes, partitions, config }: SlurmState) {
    const { excludedNodes, excludedPartitions } = config.power;
    const set = (names: readonly string[]) =>
      BitVector.of(
        nodes.count,
        names.map((name) => nodes.index(name)).filter((node) => node >= 0),
      );
    this.#always = new BitVector(nodes.count);
    for (const { name, nodes: members } of partitions)
      if (excludedPartitions.includes(name)) this.#always.or(members);
    const counted: { nodes: BitVector; count: number }[] = [];
    for (const { nodes: names, count } of excludedNodes) {
      const members = set(names);
      if (count >= members.count()) this.#always.or(members);
      else counted.push({ nodes: members, count });
    }
    this.#counted = counted;
  }

  /** Do they depend on what nodes are? */
  get vary(): boolean {
    return this.#counted.length > 0;
  }

  /** As of now. `suspendable`: a node that could be suspended, and is not drained or DOWN. */
  now(suspendable: (node: number) => boolean): BitVector {
    if (this.#counted.length === 0) return this.#always;
    const all = this.#always.clone();
    for (const { nodes, count } of this.#counted) {
      let left = count;
      for (let node = nodes.next(0); node >= 0 && left > 0; node = nodes.next(node + 1)) {
        if (!suspendable(node)) continue;
        all.add(node);
        left--;
      }
    }
    return all;
  }
}
