import type { SlurmConfig } from "../model/config.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { Reservation } from "../model/reservation.js";

/** One try of a pass: a job (or an array's head) in one of its partitions. */
export interface QueueEntry {
  job: SlurmJob;
  partition: Partition;
  /** Its priority in that partition. */
  priority: number;
  /** A magnetic reservation that draws it in, though it did not ask for it. */
  magnetic: Reservation | undefined;
  /** Set when the queue was built: an array's head may stand for a task later in the pass. */
  task: number;
}

/** Whether a job could evict another, from what is known before nodes are looked at. */
type MayPreempt = (preemptor: QueueEntry, victim: QueueEntry) => boolean;

/**
 * Brings the queue into the order in which Slurm tries it.
 *
 * `sort_job_queue2` of src/slurmctld/job_scheduler.c, 22.05. With preemption the relation is not transitive, so that
 * the outcome depends on the way of sorting: glibc's merge sort.
 */
export function sortQueue(queue: QueueEntry[], config: SlurmConfig): void {
  const mayPreempt = preemptionRule(config);
  if (mayPreempt === undefined) queue.sort(compareEntries);
  else
    mergeSort(queue, (a, b) => {
      if (mayPreempt(a, b)) return -1;
      if (mayPreempt(b, a)) return 1;
      return compareEntries(a, b);
    });
}

/** Reservation, tier, priority, submission, id, task, begin of the reservation; the first difference decides. */
export function compareEntries(a: QueueEntry, b: QueueEntry): number {
  const reservedA = a.job.reservation !== undefined || a.magnetic !== undefined;
  const reservedB = b.job.reservation !== undefined || b.magnetic !== undefined;
  if (reservedA !== reservedB) return reservedA ? -1 : 1;
  const tier = b.partition.config.priorityTier - a.partition.config.priorityTier;
  if (tier !== 0) return tier;
  if (a.priority !== b.priority) return b.priority - a.priority;
  const submitted = a.job.submitTime - b.job.submitTime;
  if (submitted !== 0) return submitted;
  const id = idOf(a) - idOf(b);
  if (id !== 0) return id;
  if (taskOf(a) !== taskOf(b)) return taskOf(a) - taskOf(b);
  if (a.magnetic !== undefined && b.magnetic !== undefined) return a.magnetic.start - b.magnetic.start;
  return 0;
}

/** Tasks go by their array's id, and before the rest of it. */
function idOf(entry: QueueEntry): number {
  return entry.task >= 0 ? entry.job.array!.id : entry.job.id;
}

function taskOf(entry: QueueEntry): number {
  return entry.task >= 0 ? entry.task : Number.MAX_SAFE_INTEGER;
}

function preemptionRule({ preempt }: SlurmConfig): MayPreempt | undefined {
  if (preempt.mode === "OFF" || preempt.type === "none") return undefined;
  if (preempt.type === "partition_prio")
    return ({ partition: a }, { partition: b }) =>
      a.config.priorityTier > b.config.priorityTier && a.nodes.overlaps(b.nodes);
  return ({ job: a }, { job: b }) => {
    if (a.qos === undefined || b.qos === undefined) return false;
    if (a.qos === b.qos)
      return (preempt.within || a.qos.config.preemptMode === "WITHIN") && a.priority > b.priority;
    return a.qos.preempts.has(b.qos.index);
  };
}

/** Top-down, halves rounded down, the left one first on a tie: as glibc's qsort does it. */
export function mergeSort<T>(list: T[], compare: (a: T, b: T) => number): void {
  const scratch: T[] = new Array(list.length);
  const sort = (from: number, to: number) => {
    if (to - from < 2) return;
    const middle = from + Math.floor((to - from) / 2);
    sort(from, middle);
    sort(middle, to);
    let left = from;
    let right = middle;
    let out = from;
    while (left < middle && right < to)
      scratch[out++] = compare(list[left]!, list[right]!) <= 0 ? list[left++]! : list[right++]!;
    while (left < middle) scratch[out++] = list[left++]!;
    for (let i = from; i < out; i++) list[i] = scratch[i]!;
  };
  sort(0, list.length);
}
