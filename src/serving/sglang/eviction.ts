import { PlacedHeap } from "../../core/placed-heap.js";
import type { RadixTree } from "./radix-tree.js";

/**
 * Which unused leaf of the tree goes first (python/sglang/srt/mem_cache/evict_policy.py): the one with the smallest rank,
 * of equals the one that was touched longest ago.
 */
const ranks = {
  lru: () => 0,
  lfu: ({ hits }, node) => hits[node]!,
  slru: ({ hits }, node) => (hits[node]! >= 2 ? 1 : 0),
  fifo: ({ created }, node) => created[node]!,
  filo: ({ created }, node) => -created[node]!,
  mru: ({ access }, node) => -access[node]!,
  priority: ({ priority }, node) => priority[node]!,
} satisfies Record<string, (tree: RadixTree, node: number) => number>;

export type EvictionPolicy = keyof typeof ranks;
export const evictionPolicies = Object.keys(ranks) as EvictionPolicy[];

/** The leaves that nobody uses. */
export class EvictionHeap extends PlacedHeap {
  readonly #rank: (tree: RadixTree, node: number) => number;

  constructor(
    readonly tree: RadixTree,
    policy: EvictionPolicy,
  ) {
    super();
    this.#rank = ranks[policy];
  }

  override push(node: number): void {
    this.tree.rank[node] = this.#rank(this.tree, node);
    super.push(node);
  }

  override moved(node: number): void {
    this.tree.rank[node] = this.#rank(this.tree, node);
    super.moved(node);
  }

  has(node: number): boolean {
    return this.tree.place[node]! >= 0;
  }

  protected override before(a: number, b: number): boolean {
    const { rank, access } = this.tree;
    return rank[a] !== rank[b] ? rank[a]! < rank[b]! : access[a]! < access[b]!;
  }

  protected override get places(): Int32Array {
    return this.tree.place;
  }
}
