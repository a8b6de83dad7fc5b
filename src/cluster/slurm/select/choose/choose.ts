import { BitVector } from "../../../../core/bit-vector.js";
import type { Capacity } from "../capacity.js";
import type { Need } from "../need.js";
import { type BlockTopology, insideBlocks } from "./block.js";
import { busyFirst, inOrder, leastLoaded, serialAtEnd, spread } from "./by-weight.js";
import { Choice } from "./choice.js";
import { consecutive } from "./consecutive.js";
import { alongTree, type SwitchTree } from "./tree.js";

/** What of the configuration decides how nodes are chosen. */
export interface ChoiceRules {
  readonly packSerialAtEnd: boolean;
  readonly tree: SwitchTree | undefined;
  readonly blocks: BlockTopology | undefined;
  /** TopoOptional: the tree counts only for jobs that ask for switches. */
  readonly treeOptional: boolean;
}

/**
 * Picks nodes among the candidates, whose capacity has been looked at. When that fails, nodes with the fewest CPUs (and
 * GPUs) are dropped step by step, which finds sets that the greedy choice missed. `choose_nodes` of select/cons_tres.
 *
 * @param preferBusy nodes with jobs come first (bf_busy_nodes); `idle` then says which have none.
 */
export function chooseNodes(
  rules: ChoiceRules,
  need: Need,
  capacity: Capacity,
  candidates: BitVector,
  required: BitVector | undefined,
  preferBusy: BitVector | undefined,
): BitVector | undefined {
  const minNodes = leastNodes(need);
  const maxNodes =
    need.ntasks > 1 && need.maxNodes > need.ntasks ? Math.max(need.ntasks, minNodes) : need.maxNodes;
  const attempt = (from: BitVector): BitVector | undefined => {
    const chosen = new BitVector(from.capacity);
    const choice = new Choice(need, capacity, chosen, minNodes, maxNodes, need.reqNodes);
    return evaluate(rules, choice, from, required, preferBusy) ? chosen : undefined;
  };
  const found = attempt(candidates);
  if (found !== undefined) return found;
  let left = candidates.count();
  if (left <= minNodes) return undefined;

  const from = candidates.clone();
  let most = 0;
  for (let node = from.next(0); node >= 0; node = from.next(node + 1))
    most = Math.max(most, capacity.resources[node]!);
  for (let count = 1; count < most; count++) {
    let changed = false;
    for (let node = from.next(0); node >= 0; node = from.next(node + 1)) {
      if (capacity.resources[node]! > count || required?.has(node)) continue;
      changed = true;
      from.delete(node);
      if (--left <= minNodes) break;
    }
    if (!changed) continue;
    const retried = attempt(from);
    if (retried !== undefined || left <= minNodes) return retried;
  }
  return undefined;
}

/** The minimum that the tasks per node imply too. */
export function leastNodes(need: Need): number {
  return need.ntasksPerNode > 0 && need.ntasks > 0
    ? Math.max(need.minNodes, Math.ceil(need.ntasks / need.ntasksPerNode))
    : need.minNodes;
}

function evaluate(
  rules: ChoiceRules,
  choice: Choice,
  candidates: BitVector,
  required: BitVector | undefined,
  preferBusy: BitVector | undefined,
): boolean {
  const { need } = choice;
  if (need.spread) return inOrder(choice, candidates, required, spread);
  if (preferBusy !== undefined && !need.contiguous)
    return inOrder(choice, candidates, required, busyFirst(preferBusy));
  if (need.leastLoaded) return inOrder(choice, candidates, required, leastLoaded(choice));
  if (rules.packSerialAtEnd && need.minCpus === 1 && need.reqNodes === 1)
    return inOrder(choice, candidates, required, serialAtEnd);
  if (rules.tree !== undefined && !need.contiguous && (!rules.treeOptional || need.switches > 0))
    return alongTree(choice, rules.tree, candidates, required);
  if (rules.blocks !== undefined && !need.contiguous)
    return insideBlocks(choice, rules.blocks, candidates, required);
  return consecutive(choice, candidates, required);
}
