import type { BitVector } from "../../../core/bit-vector.js";
import { type JobAllocation, type SlurmJob, SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import { mayPreempt, preemptionCandidates, preemptModeOf, wholeOf } from "./preemption.js";
import { shareCores } from "./share-cores.js";
import { attempt, type Bench, type Trial } from "./trial.js";

/**
 * Whom to evict so that a job fits, and where it would run: candidates are taken away one by one until it does, then
 * again in other orders, so that few are left to go. `_run_now` of select/cons_tres, 22.05.
 */
export function chooseVictims(
  bench: Bench,
  trial: Trial,
): { victims: SlurmJob[]; nodes: BitVector } | undefined {
  const { state, holdings, future } = bench;
  const { preempt_reorder_count, preempt_strict_order } = state.config.scheduler.parameters;
  let candidates = preemptionCandidates(state, holdings.jobs, trial.job, trial.need.partition);
  const total = candidates.length;
  for (let round = 1; ; round++) {
    future.copyFrom(holdings.resources);
    const removed: SlurmJob[] = [];
    let nodes: BitVector | undefined;
    for (const victim of candidates) {
      const mode = preemptModeOf(state, victim);
      if (mode !== "REQUEUE" && mode !== "CANCEL") continue;
      if (!holdsSome(victim, trial.offered)) continue;
      for (const one of wholeOf(victim)) holdings.vacate(future, one);
      removed.push(victim);
      nodes = attempt(bench, trial, future)?.chosen;
      if (nodes !== undefined) break;
    }
    if (nodes === undefined) return undefined;
    const found = nodes;
    if (round > preempt_reorder_count + 1 || round >= total)
      return { victims: removed.filter((victim) => holdsSome(victim, found)), nodes: found };
    candidates = reorder(candidates, removed, found, preempt_strict_order);
  }
}

function holdsSome(victim: SlurmJob, nodes: BitVector): boolean {
  return wholeOf(victim).some(({ allocation }) => allocation?.nodes.overlaps(nodes));
}

/** The next round's order: the last victim first, then (unless the order is strict) those that gave the most nodes. */
function reorder(
  candidates: readonly SlurmJob[],
  removed: readonly SlurmJob[],
  found: BitVector,
  strict: boolean,
): SlurmJob[] {
  const last = removed.at(-1)!;
  const others = candidates.filter((job) => job !== last);
  if (strict) return [last, ...others];
  const gave = new Map(
    removed.map((job) => [
      job,
      wholeOf(job).reduce(
        (sum, { allocation }) => sum + (allocation ? found.overlap(allocation.nodes) : 0),
        0,
      ),
    ]),
  );
  return [last, ...others.sort((a, b) => (gave.get(b) ?? 0) - (gave.get(a) ?? 0))];
}

/** Running jobs on whose cores the job was put, since the gang scheduler suspends them for it. */
export function suspendedBy(
  { state, holdings }: Bench,
  job: SlurmJob,
  partition: Partition,
  allocation: JobAllocation,
): SlurmJob[] {
  if (!state.config.preempt.gang) return [];
  return [...holdings.jobs].filter(
    (victim) =>
      victim.state === SlurmJobState.Running &&
      victim.allocation!.nodes.overlaps(allocation.nodes) &&
      mayPreempt(state, job, partition, victim) &&
      preemptModeOf(state, victim) === "SUSPEND" &&
      shareCores(victim.allocation!, allocation),
  );
}
