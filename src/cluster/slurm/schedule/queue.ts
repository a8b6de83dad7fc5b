import type { SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SchedulerContext } from "./context.js";
import type { QueueEntry } from "./order.js";
import type { Reasons } from "./reasons.js";
import { isPartition } from "./reasons.js";
import { admits } from "./reservations.js";
import { isRunnable, partitionReason } from "./runnable.js";

/**
 * The pending jobs that could run, once for each partition that admits them, in the order of the job list; the others
 * get the reason why not. `backfill`: tests --time-min instead of the limit.
 *
 * `build_job_queue` of src/slurmctld/job_scheduler.c, 22.05.
 */
export function buildQueue(context: SchedulerContext, reasons: Reasons, backfill: boolean): QueueEntry[] {
  const { state, limits, actions } = context;
  splitCorresponding(context);
  const split = (head: SlurmJob) => actions.splitTask(head);
  const queue: QueueEntry[] = [];
  const preempts = state.config.preempt.mode !== "OFF";
  // Only the order of preemption depends on that of the list; the job list has more in it than what is pending.
  for (const job of preempts ? state.jobs : state.pending) {
    if (job.state !== SlurmJobState.Pending) continue;
    limits.accrue(job, split);
    if (!isRunnable(job, context, reasons)) continue;
    job.partitions.forEach((partition, i) => {
      job.partition = partition;
      if (!isAdmitted(job, partition, context, reasons, backfill)) return;
      append(queue, job, partition, job.priorities?.[i] ?? job.priority, context);
    });
  }
  return queue;
}

/** Tests a partition, and sets or clears the reasons that partitions give. */
export function isAdmitted(
  job: SlurmJob,
  partition: Partition,
  context: SchedulerContext,
  reasons: Reasons,
  backfill: boolean,
): boolean {
  const reason = partitionReason(job, partition, context.state, backfill);
  if (reason !== "None" || isPartition(job.reason)) reasons.set(job, reason);
  return reason === "None";
}

function append(
  queue: QueueEntry[],
  job: SlurmJob,
  partition: Partition,
  priority: number,
  { state }: SchedulerContext,
): void {
  queue.push({ job, partition, priority, magnetic: undefined, task: job.task });
  if (job.request.reservation !== "") return;
  for (const reservation of state.reservations)
    if (reservation.flags.has("MAGNETIC") && admits(reservation, job))
      queue.push({ job, partition, priority, magnetic: reservation, task: job.task });
}

/** Tasks that depend on the task of the same number need records of their own; few are made at a time. */
function splitCorresponding({ state, actions }: SchedulerContext): void {
  const most = state.config.scheduler.parameters.correspond_after_task_cnt;
  for (const head of state.pending) {
    if (head.array === undefined || head.task >= 0 || head.tasksLeft.length === 0) continue;
    if (!head.dependencies.some((term) => term.kind === "aftercorr")) continue;
    const waiting = head.array.records.filter((record) => record.state === SlurmJobState.Pending);
    if (waiting.length < most) actions.splitTask(head);
  }
}
