import type { SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { Reservation } from "../model/reservation.js";
import type { Reasons } from "./reasons.js";

/**
 * The job array that could not start last: its other tasks are passed over in the same partition and reservation, and
 * wait for the same reason. `reject_array_job` and `fill_array_reasons`, 22.05.
 */
export class Rejection {
  #job: SlurmJob | undefined;
  #partition: Partition | undefined;
  #reservation: Reservation | undefined;

  constructor(readonly reasons: Reasons) {}

  clear(): void {
    this.#job = undefined;
  }

  set(job: SlurmJob, partition: Partition): void {
    this.#job = job;
    this.#partition = partition;
    this.#reservation = job.reservation;
  }

  covers(job: SlurmJob, partition: Partition): boolean {
    return (
      this.#job !== undefined &&
      this.#job.array === job.array &&
      this.#partition === partition &&
      this.#reservation === job.reservation
    );
  }

  /** After a look at a job: tasks that were passed over take the reason of the one that was rejected. */
  shareReason(job: SlurmJob): void {
    const rejected = this.#job;
    if (rejected === undefined || rejected === job || rejected.array !== job.array) return;
    if (job.state === SlurmJobState.Pending) this.reasons.set(job, rejected.reason);
  }
}
