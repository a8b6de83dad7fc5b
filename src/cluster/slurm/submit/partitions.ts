import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { partitionReason, partitionRefusal, qosRefusal } from "../schedule/runnable.js";
import { messages } from "./messages.js";

/**
 * Which of its partitions take a job at submission (`_valid_job_part` and `_part_access_check` of `job_mgr.c`, 22.05), or why
 * none does. Partitions in DRAIN or INACTIVE take no jobs. With EnforcePartLimits=NO everything else is left to the
 * schedulers, which let the job wait; with ANY one partition must admit it, with ALL each must. Slurm keeps a job's
 * partitions by tier, the highest first.
 */
export function admittingPartitions(job: SlurmJob, state: SlurmState): readonly Partition[] | string {
  const { enforcePartLimits } = state.config;
  const usable: Partition[] = [];
  let refusal = "";
  for (const partition of job.partitions) {
    const message = partitionMessage(job, partition, state);
    if (message === undefined) usable.push(partition);
    else {
      if (enforcePartLimits === "ALL") return message;
      refusal = message;
    }
  }
  if (usable.length === 0) return refusal;
  return usable.sort((a, b) => b.config.priorityTier - a.config.priorityTier);
}

function partitionMessage(job: SlurmJob, partition: Partition, state: SlurmState): string | undefined {
  if (partition.state === "DRAIN" || partition.state === "INACTIVE") return messages.partitionNotAvailable;
  if (state.config.enforcePartLimits === "NO") return undefined;
  if (partitionRefusal(job, partition) !== undefined)
    return qosRefusal(job, partition) === undefined ? messages.account : messages.qos;
  switch (partitionReason(job, partition, state, false)) {
    case "PartitionNodeLimit":
      return messages.nodeCount;
    case "PartitionTimeLimit":
      return messages.timeLimit;
    case "PartitionConfig":
      return messages.cpuCount;
    case "MaxMemPerLimit":
      return messages.nodeConfiguration;
    default:
      return undefined;
  }
}
