import type { SlurmJob } from "../model/job.js";
import type { Priorities, PriorityFactors } from "../model/parts.js";
import { givenFactors } from "./given.js";

/** The first job gets one less. */
const top = 0xffff0000;

/**
 * `priority/basic`: jobs in order of submission. Each job gets one less than the lowest so far, nice shifts it, and it
 * keeps what it got.
 */
export class BasicPriorities implements Priorities {
  private lowest = top;

  assign(job: SlurmJob): void {
    if (job.priority > 0) return;
    const next = Math.max(this.lowest - 1, 1);
    job.priority = Math.max(next - job.nice, 1);
    job.priorities = job.partitions.length > 1 ? job.partitions.map(() => job.priority) : undefined;
    this.lowest = Math.min(this.lowest, job.priority);
  }

  tick(): void {}

  factors(job: SlurmJob): PriorityFactors {
    return givenFactors(job, job.nice);
  }
}
