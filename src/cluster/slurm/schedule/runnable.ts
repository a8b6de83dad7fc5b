import type { SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import type { SchedulerContext } from "./context.js";
import { evaluateDependencies } from "./dependencies.js";
import { memoryAdmitted } from "./memory-limit.js";
import { isFinal, type Reasons } from "./reasons.js";
import { waitsForReservation } from "./reservations.js";

/**
 * Could it run now, whatever the partition? Otherwise sets the reason why not.
 *
 * `_job_runnable_test1` and `job_independent`, 22.05.
 */
export function isRunnable(job: SlurmJob, context: SchedulerContext, reasons: Reasons): boolean {
  if (job.state !== SlurmJobState.Pending) return false;
  const independent = isIndependent(job, context, reasons);
  if (job.priority === 0 && job.state === SlurmJobState.Pending) {
    if (!isFinal(job.reason) && job.reason !== "BadConstraints") reasons.set(job, "JobHeldAdmin");
    return false;
  }
  if (!independent && (job.reason === "JobHeldAdmin" || job.reason === "JobHeldUser"))
    reasons.set(job, "Dependency");
  return independent;
}

export function isIndependent(job: SlurmJob, context: SchedulerContext, reasons: Reasons): boolean {
  const { state, actions, limits } = context;
  if (isFinal(job.reason)) return false;
  if (job.dependencies.length > 0) {
    const dependence = evaluateDependencies(job, state);
    if (dependence === "waiting") {
      if (job.beginTime <= state.now) job.eligibleTime = -1;
      if (job.accrueTime >= 0) limits.unaccrue(job);
      reasons.set(job, "Dependency");
      return false;
    }
    if (dependence === "never") {
      if (job.killOnInvalidDependency) {
        reasons.forget(job);
        job.reason = "DependencyNeverSatisfied";
        actions.withdraw(job, "CANCELLED");
      } else reasons.set(job, "DependencyNeverSatisfied");
      return false;
    }
  }
  if (job.reason === "Dependency") reasons.set(job, "None");
  if (!mayStartTask(job, reasons)) return false;
  if (job.beginTime > state.now) {
    reasons.set(job, "BeginTime");
    return false;
  }
  if (waitsForReservation(job, state)) {
    reasons.set(job, "Reservation");
    return false;
  }
  if (job.eligibleTime < 0 && job.priority !== 0) job.eligibleTime = state.now;
  if (job.reason === "BeginTime") reasons.set(job, "None");
  return true;
}

/** Does the array's `%` let another task run? */
export function mayStartTask(job: SlurmJob, reasons: Reasons): boolean {
  const { array } = job;
  if (array === undefined || array.running < array.maxRunning) return true;
  reasons.set(job, "JobArrayTaskLimit");
  return false;
}

/** Nodes that it needs at least in a partition: those of the request, raised to what its partitions demand. */
export function minNodesOf(job: SlurmJob): number {
  const { minNodes, maxNodes } = job.request;
  let demanded = Number.POSITIVE_INFINITY;
  for (const { config } of job.partitions) demanded = Math.min(demanded, config.minNodes);
  return minNodes < demanded && maxNodes >= demanded ? demanded : minNodes;
}

/**
 * Does the partition admit it? `None`, or the reason why not. `backfill`: with --time-min that time is tested.
 *
 * `job_limits_check` and `_part_access_check` of src/slurmctld/job_mgr.c, 22.05.
 */
export function partitionReason(
  job: SlurmJob,
  partition: Partition,
  state: SlurmState,
  backfill: boolean,
): string {
  const { config } = partition;
  const { request } = job;
  const has = (flag: "PartitionMinNodes" | "PartitionMaxNodes" | "PartitionTimeLimit") =>
    job.qos?.config.flags.includes(flag) ?? false;
  if (partition.state === "UP" || partition.state === "DRAIN") {
    const nodes = minNodesOf(job);
    if (
      request.minCpus > partition.totalCpus ||
      request.minCpus > config.maxCpusPerNode * partition.totalNodes
    )
      return "PartitionConfig";
    if (nodes > partition.totalNodes) return "PartitionNodeLimit";
    if (nodes < config.minNodes && !has("PartitionMinNodes")) return "PartitionNodeLimit";
    if (request.nodesGiven && request.maxNodes > config.maxNodes && !has("PartitionMaxNodes"))
      return "PartitionNodeLimit";
    const limit = backfill && job.timeMin > 0 ? job.timeMin : job.timeLimit;
    if (limit !== undefined && limit > config.maxTime && !has("PartitionTimeLimit"))
      return "PartitionTimeLimit";
  }
  if (!groupAdmits(job, partition)) return "PartitionConfig";
  // Otherwise a start says so when it is tried.
  if (state.config.enforcePartLimits !== "NO" && partitionRefusal(job, partition) !== undefined)
    return "PartitionConfig";
  if (partition.state === "DOWN") return "PartitionDown";
  if (partition.state === "INACTIVE") return "PartitionInactive";
  return memoryAdmitted(job, partition, state) ? "None" : "MaxMemPerLimit";
}

/** Is its user in a group of AllowGroups? root need not be. */
export function groupAdmits({ user }: SlurmJob, { config }: Partition): boolean {
  return config.allowUsers === undefined || config.allowUsers.has(user) || user === "root";
}

/** Is a partition for every user, QOS and account? */
export function admitsAll({ config }: Partition): boolean {
  return (
    config.allowUsers === undefined &&
    config.allowQos === undefined &&
    config.denyQos.length === 0 &&
    config.allowAccounts === undefined &&
    config.denyAccounts.length === 0
  );
}

/** The text that squeue prints when the partition is not for its QOS; undefined when it is. */
export function qosRefusal(job: SlurmJob, { name, config }: Partition): string | undefined {
  if (job.qos === undefined) return undefined;
  return refusal("QOS", job.qos.name, name, config.allowQos, config.denyQos);
}

/** Likewise for its QOS or its account. */
export function partitionRefusal(job: SlurmJob, partition: Partition): string | undefined {
  const { name, config } = partition;
  return (
    qosRefusal(job, partition) ??
    refusal("account", job.account, name, config.allowAccounts, config.denyAccounts)
  );
}

function refusal(
  what: string,
  own: string,
  partition: string,
  allowed: readonly string[] | undefined,
  denied: readonly string[],
): string | undefined {
  if (allowed === undefined ? !denied.includes(own) : allowed.includes(own)) return undefined;
  const why = allowed === undefined ? `denies ${denied.join()} including` : `allows ${allowed.join()} not`;
  return `Job's ${what} not permitted to use this partition (${partition} ${why} ${own})`;
}
