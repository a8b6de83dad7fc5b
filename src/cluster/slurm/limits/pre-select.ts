import type { Usage } from "../model/accounting.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { unlimitedMinutes } from "../usage/limit-seconds.js";
import { type Applicable, accountCounters, userCounters } from "./applicable.js";
import type { CompiledLimits } from "./compiled.js";

const none = Number.POSITIVE_INFINITY;

/**
 * The limits that need no nodes to be tested (`acct_policy_job_runnable_pre_select`): numbers of jobs and wall-clock
 * time. Answers the reason of the first that holds the job back.
 */
export function preSelect(
  state: SlurmState,
  applicable: Applicable,
  job: SlurmJob,
  partition: Partition,
): string | undefined {
  const { safe } = state.config.enforce;
  for (const { qos, limits } of applicable.qos) {
    if (limits.grpJobs !== none && qos.usage.jobs >= limits.grpJobs) return "QOSGrpJobsLimit";
    if (wallUsedUp(limits, qos.usage, job, partition, safe)) return "QOSGrpWallLimit";
    if (
      limits.maxJobsPerAccount !== none &&
      accountCounters(state, qos, job).jobs >= limits.maxJobsPerAccount
    )
      return "MaxJobsPerAccount";
    if (limits.maxJobsPerUser !== none && userCounters(state, qos, job).jobs >= limits.maxJobsPerUser)
      return "QOSMaxJobsPerUserLimit";
    if (minutesOf(job, partition, limits.maxWall) > limits.maxWall) return "QOSMaxWallDurationPerJobLimit";
  }
  for (const { association, limits, leaf } of applicable.associations) {
    if (limits.grpJobs !== none && association.usage.jobs >= limits.grpJobs) return "AssocGrpJobsLimit";
    if (wallUsedUp(limits, association.usage, job, partition, safe)) return "AssocGrpWallLimit";
    if (!leaf) continue;
    if (limits.maxJobs !== none && association.usage.jobs >= limits.maxJobs) return "AssocMaxJobsLimit";
    if (minutesOf(job, partition, limits.maxWall) > limits.maxWall) return "AssocMaxWallDurationPerJobLimit";
  }
  return undefined;
}

function wallUsedUp(
  limits: CompiledLimits,
  usage: Usage,
  job: SlurmJob,
  partition: Partition,
  safe: boolean,
): boolean {
  if (limits.grpWall === none) return false;
  const used = Math.trunc(usage.wall / 60);
  if (used >= limits.grpWall) return true;
  return safe && used + minutesOf(job, partition, Math.min(limits.grpWall, limits.maxWall)) > limits.grpWall;
}

/** A job without a time limit takes what the limit leaves it; UsageFactorSafe counts minutes as they will be charged. */
function minutesOf(job: SlurmJob, partition: Partition, greatest: number): number {
  if (greatest === none) return 0;
  const minutes = job.timeLimit ?? (greatest || partition.config.maxTime);
  return chargedMinutes(job, minutes);
}

/** Minutes as they will be charged, where the job's QOS has UsageFactorSafe. */
export function chargedMinutes(job: SlurmJob, minutes: number): number {
  const limited = Math.min(minutes, unlimitedMinutes);
  const qos = job.qos?.config;
  if (!qos?.flags.includes("UsageFactorSafe")) return limited;
  if (minutes === none && qos.usageFactor >= 1) return limited;
  return Math.trunc(limited * qos.usageFactor);
}
