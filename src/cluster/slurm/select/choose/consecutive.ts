import type { BitVector } from "../../../../core/bit-vector.js";
import type { Choice } from "./choice.js";

/** A run of neighbouring usable nodes of one weight. */
interface Run {
  first: number;
  last: number;
  nodes: number;
  cpus: number;
  /** The first required node in it, or -1. */
  required: number;
  weight: number;
  gres: number[];
}

/**
 * Consecutive best fit: the tightest run of neighbouring nodes that suffices, else the largest, until it is enough.
 * `_eval_nodes` of select/cons_tres, 22.05.
 */
export function consecutive(choice: Choice, candidates: BitVector, required: BitVector | undefined): boolean {
  if (required !== undefined) {
    if (!choice.takeRequired(required)) return false;
    if (choice.done) return true;
    if (choice.room <= 0) return false;
  }
  const { need, capacity } = choice;
  const runs = findRuns(choice, candidates, required);
  /** Nodes that a run's single best node put out of the game. */
  while (runs.length > 0 && choice.room > 0) {
    const best = bestRun(choice, runs, required);
    if (best === undefined) break;
    if (need.contiguous && !sufficient(choice, best)) break;
    if (best.required >= 0) takeAround(choice, candidates, best);
    else if (!takeSingle(choice, candidates, best))
      for (let node = best.first; node <= best.last && !full(choice); node++) {
        if (!candidates.has(node) || choice.chosen.has(node)) continue;
        // The last node that it may take must bring all that is missing.
        if (choice.room === 1 && capacity.cpus[node]! < choice.cpus) continue;
        choice.take(node);
      }
    if (choice.done) return true;
    runs.splice(runs.indexOf(best), 1);
  }
  return choice.cpus <= 0 && choice.hasGres && choice.enoughNodes(0);
}

function full(choice: Choice): boolean {
  return choice.room === 0 || choice.done;
}

function findRuns(choice: Choice, candidates: BitVector, required: BitVector | undefined): Run[] {
  const { capacity, need } = choice;
  const runs: Run[] = [];
  let run: Run | undefined;
  let previous = -2;
  const close = () => {
    if (run !== undefined && run.nodes > 0) runs.push(run);
    run = undefined;
  };
  for (let node = candidates.next(0); node >= 0; node = candidates.next(node + 1)) {
    if (capacity.cpus[node] === 0) continue;
    const weight = capacity.weight[node]!;
    if (previous !== node - 1) close();
    else if (run !== undefined && !need.contiguous && run.weight >= 0 && run.weight !== weight) close();
    previous = node;
    run ??= { first: node, last: node, nodes: 0, cpus: 0, required: -1, weight: -1, gres: [] };
    if (run.nodes === 0) run.first = node;
    run.last = node;
    if (required?.has(node)) {
      if (run.required < 0) run.required = node;
      continue;
    }
    run.nodes++;
    run.cpus += capacity.cpus[node]!;
    run.weight = weight;
    if (need.gresPerJob)
      for (let i = 0; i < need.gres.length; i++) run.gres[i] = (run.gres[i] ?? 0) + capacity.gres[i]![node]!;
  }
  close();
  return runs;
}

function sufficient(choice: Choice, run: Run): boolean {
  return (
    run.cpus >= choice.cpus &&
    choice.enoughNodes(run.nodes) &&
    (!choice.need.gresPerJob || choice.gresSuffice((i) => run.gres[i]!))
  );
}

function bestRun(choice: Choice, runs: readonly Run[], required: BitVector | undefined): Run | undefined {
  const { contiguous } = choice.need;
  let best: Run | undefined;
  let bestSuffices = false;
  for (const run of runs) {
    if (contiguous && required !== undefined && run.required < 0) continue;
    const suffices = sufficient(choice, run);
    if (
      best === undefined ||
      (best.required < 0 && run.required >= 0) ||
      run.weight < best.weight ||
      (run.weight === best.weight &&
        (suffices ? !bestSuffices || run.cpus < best.cpus : run.cpus > best.cpus)) ||
      (contiguous && suffices && !bestSuffices)
    ) {
      best = run;
      bestSuffices = suffices;
    }
  }
  // Required nodes must all lie in one run when the nodes must be neighbours.
  if (contiguous && required !== undefined && runs.filter((run) => run.required >= 0).length > 1)
    return undefined;
  return best;
}

/** One node with the fewest CPUs that suffice, when one is all that is needed. */
function takeSingle(choice: Choice, candidates: BitVector, run: Run): boolean {
  if (choice.nodes > 1) return false;
  const { cpus } = choice.capacity;
  let best = -1;
  for (let node = run.first; node <= run.last; node++) {
    if (!candidates.has(node) || choice.chosen.has(node) || cpus[node]! === 0) continue;
    if (cpus[node]! < choice.cpus || !choice.gresOfNode(node)) continue;
    if (best >= 0 && cpus[node]! >= cpus[best]!) continue;
    best = node;
    if (cpus[node] === choice.cpus) break;
  }
  if (best < 0) return false;
  if (!full(choice)) choice.take(best);
  return true;
}

/** From the first required node up, then down. */
function takeAround(choice: Choice, candidates: BitVector, run: Run): void {
  const usable = (node: number) =>
    candidates.has(node) && !choice.chosen.has(node) && choice.capacity.cpus[node]! > 0;
  for (let node = run.required; node <= run.last && !full(choice); node++)
    if (usable(node)) choice.take(node);
  for (let node = run.required - 1; node >= run.first && !full(choice); node--)
    if (usable(node)) choice.take(node);
}
