import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { memoryAdmitted } from "../schedule/memory-limit.js";
import { groupAdmits, partitionReason, partitionRefusal, qosRefusal } from "../schedule/runnable.js";
import { messages } from "./messages.js";

/**
 * Which of its partitions take a job at submission (`_valid_job_part`, `_part_access_check` and
 * `_validate_min_mem_partition` of `job_mgr.c`, 22.05), or why none does. Partitions in DRAIN or INACTIVE take no jobs. With
 * EnforcePartLimits=NO everything else is left to the schedulers, which let the job wait; with ANY one partition must admit
 * it, and the others stay in its list, with ALL each must. Slurm keeps a job's partitions by tier, the highest first.
 */
export function admittingPartitions(job: SlurmJob, state: SlurmState): readonly Partition[] | string {
  const open = job.partitions.filter((one) => one.state !== "DRAIN" && one.state !== "INACTIVE");
  if (open.length === 0) return messages.partitionNotAvailable;
  return (
    accessRefusal(open, job, state) ??
    refusal(open, state, (partition) => memoryMessage(job, partition, state)) ??
    // Nearly all jobs name one, whose list is shared.
    (job.partitions.length === 1
      ? job.partitions
      : open.sort((a, b) => b.config.priorityTier - a.config.priorityTier))
  );
}

/**
 * A partition that is not for the user's groups ends the look at the list: alone it refuses the job whatever EnforcePartLimits
 * is, and after one that takes the job ANY answers that none is there [run, y-partition-access].
 */
function accessRefusal(open: readonly Partition[], job: SlurmJob, state: SlurmState): string | undefined {
  const { enforcePartLimits } = state.config;
  const stop = open.findIndex((partition) => !groupAdmits(job, partition));
  const message = (partition: Partition) => accessMessage(job, partition, state);
  if (stop < 0) return refusal(open, state, message);
  if (enforcePartLimits === "NO") return open.length === 1 ? messages.group : undefined;
  const before = open.slice(0, stop).map(message);
  if (enforcePartLimits === "ALL") return before.find((one) => one !== undefined) ?? messages.group;
  return before.includes(undefined) ? messages.partitionNotAvailable : messages.group;
}

/** What keeps a job out: with ALL the first message, with ANY the last when there is one for each. */
function refusal(
  partitions: readonly Partition[],
  { config }: SlurmState,
  ask: (partition: Partition) => string | undefined,
): string | undefined {
  if (config.enforcePartLimits === "NO") return undefined;
  let last: string | undefined;
  let any = false;
  for (const partition of partitions) {
    const message = ask(partition);
    if (message !== undefined && config.enforcePartLimits === "ALL") return message;
    any ||= message === undefined;
    last = message ?? last;
  }
  return any ? undefined : last;
}

/** Memory that it did not name is not asked. */
function memoryMessage(job: SlurmJob, partition: Partition, state: SlurmState): string | undefined {
  const { memPerCpu, memPerNode } = job.request;
  const named = memPerCpu !== undefined || memPerNode !== undefined;
  return named && !memoryAdmitted(job, partition, state) ? messages.memory : undefined;
}

function accessMessage(job: SlurmJob, partition: Partition, state: SlurmState): string | undefined {
  if (partitionRefusal(job, partition) !== undefined)
    return qosRefusal(job, partition) === undefined ? messages.account : messages.qos;
  switch (partitionReason(job, partition, state, false)) {
    case "PartitionNodeLimit":
      return messages.nodeCount;
    case "PartitionTimeLimit":
      return messages.timeLimit;
    case "PartitionConfig":
      return messages.cpuCount;
    default:
      return undefined;
  }
}
