import type { SlurmJob } from "../model/job.js";

/**
 * The pending jobs, and what has changed of them since somebody who keeps them in order looked last: a queue of hundreds
 * need not be sorted anew for each job that comes or goes.
 */
export class PendingJobs extends Set<SlurmJob> {
  /** Who has come and who has gone, in that order in time. */
  readonly entered: SlurmJob[] = [];
  readonly left: SlurmJob[] = [];
  /**
   * Something else has changed on which the order of the queue may depend, or who belongs there: requests, partitions,
   * nodes, a time that has come.
   */
  stirred = true;
  /** Their priorities were computed anew. */
  reranked = false;
  /** Somebody looks. */
  watched = false;

  override add(job: SlurmJob): this {
    if (this.watched && !this.has(job)) this.entered.push(job);
    return super.add(job);
  }

  override delete(job: SlurmJob): boolean {
    const had = super.delete(job);
    if (this.watched && had) this.left.push(job);
    return had;
  }

  /** All that has changed was seen. */
  settle(): void {
    this.entered.length = 0;
    this.left.length = 0;
    this.stirred = false;
    this.reranked = false;
  }
}
