import type { BitVector } from "../../../../core/bit-vector.js";
import type { Choice } from "./choice.js";

/** Usable candidates that are not taken, in groups of equal weight, the lightest first; ascending in a group. */
export function weightGroups(choice: Choice, candidates: BitVector): number[][] {
  const { cpus, weight } = choice.capacity;
  const groups = new Map<number, number[]>();
  for (let node = candidates.next(0); node >= 0; node = candidates.next(node + 1)) {
    if (cpus[node] === 0 || choice.chosen.has(node)) continue;
    const group = groups.get(weight[node]!);
    if (group === undefined) groups.set(weight[node]!, [node]);
    else group.push(node);
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, nodes]) => nodes);
}

/**
 * One node after the other in an order of the policy's own: the shape that the variants of `_eval_nodes` share
 * (spread, busy nodes first, least loaded, serial at the end). `order` sorts the nodes of one weight.
 */
export function inOrder(
  choice: Choice,
  candidates: BitVector,
  required: BitVector | undefined,
  order: (nodes: number[]) => Iterable<number>,
): boolean {
  if (choice.need.ntasks > 0) choice.room = Math.min(choice.room, choice.need.ntasks);
  if (required !== undefined) {
    if (!choice.takeRequired(required)) return false;
    if (choice.done) return true;
    if (choice.room <= 0) return false;
  }
  for (const group of weightGroups(choice, candidates))
    for (const node of order(group)) {
      if (choice.room <= 0) return choice.acceptable;
      choice.take(node);
      if (choice.done) return true;
    }
  return choice.acceptable;
}

/** `_eval_nodes_spread`: index order, as many nodes as allowed. */
export const spread = (nodes: number[]): number[] => nodes;

/** `_eval_nodes_busy`: nodes with jobs first, then idle ones. */
export function busyFirst(idle: BitVector): (nodes: number[]) => number[] {
  return (nodes) => [...nodes.filter((node) => !idle.has(node)), ...nodes.filter((node) => idle.has(node))];
}

/** `_eval_nodes_serial`: from the highest index down. */
export const serialAtEnd = (nodes: number[]): number[] => nodes.reverse();

/** `_eval_nodes_lln`: the largest share of free CPUs first. */
export function leastLoaded(choice: Choice): (nodes: number[]) => number[] {
  const { free, hardware } = choice.capacity;
  const share = (node: number) => free[node]! / hardware.nodes.cpus[node]!;
  return (nodes) => nodes.sort((a, b) => share(b) - share(a) || a - b);
}
