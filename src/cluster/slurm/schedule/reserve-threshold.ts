import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SchedulerContext } from "./context.js";

/**
 * The priority from which a job may hold resources back for itself: MinPrioThreshold of its QOS or association, else
 * bf_min_prio_reserve; 0 when all may.
 */
export function priorityToReserve(
  job: SlurmJob,
  partition: Partition,
  { state, limits }: SchedulerContext,
): number {
  return limits.priorityThreshold(job, partition) || state.config.scheduler.parameters.bf_min_prio_reserve;
}
