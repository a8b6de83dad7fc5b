import { grown } from "../../core/column.js";
import { lowerBound } from "../../core/lower-bound.js";
import type { JobView } from "../policy.js";

/** By estimate, then order of submission: pyss' order of shortest-job backfilling. */
export function shorter(jobs: JobView, a: number, b: number): number {
  const byEstimate = jobs.estimate(a) - jobs.estimate(b);
  // NaN when both are infinite.
  return byEstimate < 0 || byEstimate > 0 ? byEstimate : jobs.sequence[a]! - jobs.sequence[b]!;
}

/** Pending jobs, shortest first, in a sorted array: O(log n) and a move of the longer ones per change. */
export class ShortestFirst {
  job: Int32Array = new Int32Array(64);
  length = 0;

  add(jobs: JobView, job: number): void {
    if (this.length === this.job.length) this.job = grown(this.job, this.length * 2);
    const at = this.#find(jobs, job);
    this.job.copyWithin(at + 1, at, this.length++);
    this.job[at] = job;
  }

  remove(jobs: JobView, job: number): void {
    const at = this.#find(jobs, job);
    this.job.copyWithin(at, at + 1, this.length--);
  }

  /** Where the job stands or belongs. */
  #find(jobs: JobView, job: number): number {
    return lowerBound(this.length, (at) => shorter(jobs, this.job[at]!, job) < 0);
  }
}
