import type { SlurmJob } from "../model/job.js";
import type { SchedulerActions } from "../model/parts.js";

/** What squeue prints instead of `Resources` when the nodes left in a pass are too few. */
export const nodesTaken =
  "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions";

/** Slurm's code Resources, whatever text stands for it. */
export function isResources(reason: string): boolean {
  return reason === "Resources" || reason === nodesTaken;
}

/** Slurm's code ReqNodeNotAvail, which always prints a text. */
export function isNodeUnavailable(reason: string): boolean {
  return reason.startsWith("ReqNodeNotAvail");
}

/** A limit of a QOS or an association holds it back: it is tested again before anything else. */
export function isPolicy(reason: string): boolean {
  return (
    reason.startsWith("QOS") ||
    reason.startsWith("Assoc") ||
    (reason.startsWith("Max") && reason !== "MaxMemPerLimit")
  );
}

/** Reasons that the partition gives: cleared as soon as a partition admits it, but for MaxMemPerLimit. */
export function isPartition(reason: string): boolean {
  return reason.startsWith("Partition") || reason === "QOSUsageThreshold" || reason.startsWith("Job's ");
}

/** Held for good: only an administrator, or its user, changes these. */
export function isFinal(reason: string): boolean {
  return (
    reason === "JobHeldUser" ||
    reason === "JobHeldAdmin" ||
    reason === "JobHoldMaxRequeue" ||
    reason === "DependencyNeverSatisfied" ||
    reason === "InvalidAccount" ||
    reason === "InvalidQOS" ||
    (reason.startsWith("Reservation ") && reason.endsWith(" was deleted"))
  );
}

/**
 * Reasons as they change within one pass. While a pass holds its locks nobody looks, so that only what stands at the end of
 * that is seen: `publish` tells the controller of those.
 */
export class Reasons {
  readonly #jobs: SlurmJob[] = [];
  readonly #before: string[] = [];
  readonly #touched = new Set<SlurmJob>();

  /** `unlike`: where to keep those who wait for something else than Priority. */
  constructor(readonly unlike?: Set<SlurmJob> | undefined) {}

  set(job: SlurmJob, reason: string): void {
    if (job.reason === reason) return;
    if (!this.#touched.has(job)) {
      this.#touched.add(job);
      this.#jobs.push(job);
      this.#before.push(job.reason);
    }
    job.reason = reason;
    if (reason === "Priority") this.unlike?.delete(job);
    else this.unlike?.add(job);
  }

  publish(actions: SchedulerActions): void {
    // Most passes change none, and even an empty set that is cleared gets a new table.
    if (this.#jobs.length === 0) return;
    for (let i = 0; i < this.#jobs.length; i++) {
      const job = this.#jobs[i]!;
      const { reason } = job;
      const before = this.#before[i]!;
      if (reason === before || !this.#touched.has(job)) continue;
      job.reason = before;
      actions.reason(job, reason);
    }
    this.#jobs.length = 0;
    this.#before.length = 0;
    this.#touched.clear();
  }

  /** It left the queue, or its reason is told elsewhere. */
  forget(job: SlurmJob): void {
    this.#touched.delete(job);
  }
}
