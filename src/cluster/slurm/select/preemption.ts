import { qosOrder } from "../limits/applicable.js";
import type { PreemptMode } from "../model/config.js";
import type { SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";

/** How a victim goes: by its QOS or partition, else as the cluster says. */
export function preemptModeOf(state: SlurmState, victim: SlurmJob): Exclude<PreemptMode, "WITHIN"> {
  const { preempt } = state.config;
  if (preempt.type === "none") return "OFF";
  const own = preempt.type === "qos" ? victim.qos?.config.preemptMode : victim.partition.config.preemptMode;
  return own === undefined || own === "WITHIN" ? preempt.mode : own;
}

/** May the job evict the other, whatever runs where? `preempt/partition_prio` and `preempt/qos`. */
export function mayPreempt(
  state: SlurmState,
  job: SlurmJob,
  partition: Partition,
  victim: SlurmJob,
): boolean {
  const { preempt } = state.config;
  if (preempt.type === "partition_prio")
    return (
      victim.partition.config.priorityTier < partition.config.priorityTier &&
      victim.partition.config.preemptMode !== "OFF"
    );
  if (preempt.type !== "qos" || job.qos === undefined || victim.qos === undefined) return false;
  if (job.qos === victim.qos) {
    const within = preempt.within || job.qos.config.preemptMode === "WITHIN";
    return within && victim.priority < job.priority;
  }
  return job.qos.preempts.has(victim.qos.index);
}

/** Running jobs that may be evicted for this one, in the order in which they are tried. `slurm_find_preemptable_jobs`. */
export function preemptionCandidates(
  state: SlurmState,
  running: Iterable<SlurmJob>,
  job: SlurmJob,
  partition: Partition,
): SlurmJob[] {
  const { preempt, scheduler } = state.config;
  if (preempt.type === "none") return [];
  const candidates: SlurmJob[] = [];
  for (const victim of running) {
    if (victim.state !== SlurmJobState.Running && victim.state !== SlurmJobState.Suspended) continue;
    if (!mayPreempt(state, job, partition, victim)) continue;
    if (preemptModeOf(state, victim) === "OFF" || exempt(state, victim)) continue;
    // A heterogeneous job goes as a whole, by its first component.
    if (victim.hetOffset > 0) continue;
    if (wholeOf(victim).some((one) => one.allocation?.nodes.overlaps(partition.nodes)))
      candidates.push(victim);
  }
  if (scheduler.parameters.preempt_youngest_first)
    return candidates.sort((a, b) => b.startTime - a.startTime || a.id - b.id);
  return candidates.sort((a, b) => rank(state, a) - rank(state, b) || a.id - b.id);
}

/** All that goes when a job is evicted: the components of a heterogeneous job. */
export function wholeOf(victim: SlurmJob): readonly SlurmJob[] {
  return victim.het?.components ?? [victim];
}

/** The lowest class first, then the smallest job. */
function rank(state: SlurmState, victim: SlurmJob): number {
  const nodes = victim.allocation!.node.length;
  const priority =
    state.config.preempt.type === "qos"
      ? Math.min(victim.qos?.config.priority ?? 0, 0xffff)
      : victim.partition.config.priorityTier;
  return priority * 65536 + nodes;
}

/** PreemptExemptTime: too young to be evicted. */
function exempt(state: SlurmState, victim: SlurmJob): boolean {
  const [first, second] = qosOrder(victim.qos, victim.partition.qos);
  const time =
    first?.config.preemptExemptTime ?? second?.config.preemptExemptTime ?? state.config.preempt.exemptTime;
  return time > 0 && state.now < victim.startTime + time;
}
