import { BitVector } from "../../../../core/bit-vector.js";
import type { TopologyConfig } from "../../model/config.js";
import type { Nodes } from "../../model/nodes.js";
import { weightGroups } from "./by-weight.js";
import type { Choice } from "./choice.js";

/** The switches of topology.conf in their order. */
export interface SwitchTree {
  readonly count: number;
  readonly nodes: readonly BitVector[];
  /** 0 for leaves. */
  readonly level: Int32Array;
  /** Itself for a root. */
  readonly parent: Int32Array;
  /** Links between two switches; Infinity when there is no way. */
  readonly distance: readonly Float64Array[];
}

export function buildTree(config: TopologyConfig, nodes: Nodes): SwitchTree {
  const { switches } = config;
  const count = switches.length;
  const number = new Map(switches.map(({ name }, index) => [name, index]));
  const level = new Int32Array(count);
  const parent = Int32Array.from({ length: count }, (_, index) => index);
  const sets = switches.map(
    (line) => new Set(line.nodes.map((name) => nodes.index(name)).filter((node) => node >= 0)),
  );
  const seen = new Set<number>();
  const visit = (index: number) => {
    if (seen.has(index)) return;
    seen.add(index);
    for (const name of switches[index]!.switches) {
      const child = number.get(name);
      if (child === undefined) continue;
      visit(child);
      parent[child] = index;
      level[index] = Math.max(level[index]!, level[child]! + 1);
      for (const node of sets[child]!) sets[index]!.add(node);
    }
  };
  for (let index = 0; index < count; index++) visit(index);
  const distance = Array.from({ length: count }, (_, from) =>
    Float64Array.from({ length: count }, (_, to) => linksBetween(parent, from, to)),
  );
  return { count, nodes: sets.map((set) => BitVector.of(nodes.count, set)), level, parent, distance };
}

function linksBetween(parent: Int32Array, from: number, to: number): number {
  const up = (start: number) => {
    const path = [start];
    for (let at = start; parent[at] !== at; at = parent[at]!) path.push(parent[at]!);
    return path;
  };
  const there = up(to);
  const here = up(from);
  for (const [steps, at] of here.entries()) {
    const meet = there.indexOf(at);
    if (meet >= 0) return steps + meet;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * Few leaf switches, close together. `_eval_nodes_topo` of select/cons_tres, 22.05: the highest switch that can hold
 * the job, then by weight what is needed of it, then leaf after leaf, nearest and tightest first.
 */
export function alongTree(
  choice: Choice,
  tree: SwitchTree,
  candidates: BitVector,
  required: BitVector | undefined,
): boolean {
  const { capacity } = choice;
  const usable = candidates.clone();
  for (let node = usable.next(0); node >= 0; node = usable.next(node + 1))
    if (capacity.cpus[node] === 0) usable.delete(node);
  if (required !== undefined && !choice.takeRequired(required)) return false;
  const top = topSwitch(choice, tree, usable, required);
  if (top < 0) return false;
  if (required !== undefined) {
    if (!required.within(tree.nodes[top]!)) return false;
    if (choice.done) return true;
    if (choice.room <= 0) return false;
  }
  usable.and(tree.nodes[top]!);

  // Everything of the lighter weights is needed; the last weight is where there is a choice.
  const offered = new BitVector(usable.capacity);
  const mustTake: number[] = [];
  let nodes = 0;
  let cpus = 0;
  const gres = choice.need.gres.map(() => 0);
  const suffices = () =>
    cpus >= choice.cpus &&
    choice.enoughNodes(nodes) &&
    (!choice.need.gresPerJob || choice.gresSuffice((i) => gres[i]!));
  let last: number[] = [];
  for (const group of weightGroups(choice, usable)) {
    mustTake.push(...last);
    last = group;
    for (const node of group) {
      offered.add(node);
      nodes++;
      cpus += capacity.cpus[node]!;
      if (choice.need.gresPerJob) for (const i of gres.keys()) gres[i]! += capacity.gres[i]![node]!;
    }
    if (suffices()) break;
  }
  if (!suffices()) return false;
  for (const node of mustTake) if (choice.room > 0) choice.take(node);
  if (choice.done) return true;
  if (choice.room <= 0) return false;

  const left = tree.nodes.map((set) => {
    const here = set.clone();
    here.and(offered);
    return here;
  });
  const counts = left.map((set) => set.count());
  for (const [index, set] of tree.nodes.entries()) counts[index]! += takenIn(choice, set, left[index]!);
  const isRequired = tree.nodes.map((set) => set.overlaps(choice.chosen));
  for (let leaf = 0; leaf < tree.count; leaf++)
    if (isRequired[leaf] && tree.level[leaf] === 0 && takeLeaf(choice, left[leaf]!)) return true;
  const distance = new Float64Array(tree.count);
  for (let index = 0; index < tree.count; index++) if (isRequired[index]) addDistance(distance, tree, index);
  for (let before = Number.NaN; before !== choice.nodes; ) {
    before = choice.nodes;
    let best = -1;
    for (let leaf = 0; leaf < tree.count; leaf++) {
      if (isRequired[leaf] || tree.level[leaf] !== 0 || counts[leaf] === 0) continue;
      if (distance[leaf] === Number.POSITIVE_INFINITY) continue;
      if (best < 0) {
        best = leaf;
        continue;
      }
      const fit = compareSwitches(tree, counts, choice.nodes, leaf, best);
      if ((distance[leaf]! < distance[best]! && fit >= 0) || (distance[leaf] === distance[best] && fit > 0))
        best = leaf;
    }
    if (best < 0) break;
    addDistance(distance, tree, best);
    if (takeLeaf(choice, left[best]!)) return true;
    counts[best] = 0;
  }
  return choice.acceptable;
}

/** Already chosen nodes count with those that are offered. */
function takenIn(choice: Choice, set: BitVector, offered: BitVector): number {
  return set.overlap(choice.chosen) - offered.overlap(choice.chosen);
}

/** With required nodes the highest switch above one; else the last one of the highest level that can hold the job. */
function topSwitch(
  choice: Choice,
  tree: SwitchTree,
  usable: BitVector,
  required: BitVector | undefined,
): number {
  let top = -1;
  let topWeight = 0;
  for (let index = 0; index < tree.count; index++) {
    const set = tree.nodes[index]!;
    if (required !== undefined) {
      if (set.overlaps(required) && (top < 0 || tree.level[index]! > tree.level[top]!)) top = index;
      continue;
    }
    const here = set.overlap(usable);
    if (here === 0 || !choice.enoughNodes(here)) continue;
    const weight = lightest(choice, set, usable);
    if (top < 0 || (tree.level[index]! >= tree.level[top]! && weight <= topWeight)) {
      top = index;
      topWeight = weight;
    }
  }
  return top;
}

function lightest(choice: Choice, set: BitVector, usable: BitVector): number {
  let weight = Number.POSITIVE_INFINITY;
  for (let node = set.next(0); node >= 0; node = set.next(node + 1))
    if (usable.has(node)) weight = Math.min(weight, choice.capacity.weight[node]!);
  return weight;
}

/** Takes a leaf's nodes in index order. True when that ended the search. */
function takeLeaf(choice: Choice, left: BitVector): boolean {
  for (let node = left.next(0); node >= 0 && choice.room > 0; node = left.next(node + 1)) {
    if (choice.chosen.has(node)) continue;
    choice.take(node);
    if (choice.done) return true;
  }
  return false;
}

function addDistance(distance: Float64Array, tree: SwitchTree, from: number): void {
  for (let index = 0; index < tree.count; index++) distance[index]! += tree.distance[from]![index]!;
}

/** `_topo_compare_switches`: positive when `a` fits better. */
function compareSwitches(
  tree: SwitchTree,
  counts: readonly number[],
  nodes: number,
  a: number,
  b: number,
): number {
  for (let i = a, j = b; ; ) {
    const iFits = counts[i]! >= nodes;
    const jFits = counts[j]! >= nodes;
    if (iFits && jFits && counts[i] !== counts[j]) return counts[j]! - counts[i]!;
    if (iFits !== jFits) return iFits ? 1 : -1;
    const up = tree.parent[i]!;
    const upToo = tree.parent[j]!;
    if ((iFits && jFits) || (up === i && upToo === j) || up === upToo) {
      if (counts[i] !== counts[j]) return counts[i]! - counts[j]!;
      return tree.level[j]! - tree.level[i]!;
    }
    i = up;
    j = upToo;
  }
}

/** Leaf switches under the chosen nodes. */
export function leavesUsed(tree: SwitchTree, chosen: BitVector): number {
  let leaves = 0;
  for (let index = 0; index < tree.count; index++)
    if (tree.level[index] === 0 && tree.nodes[index]!.overlaps(chosen)) leaves++;
  return leaves;
}
