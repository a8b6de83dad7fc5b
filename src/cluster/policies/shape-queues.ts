import { grown } from "../../core/column.js";
import type { JobView } from "../policy.js";

/** Pending jobs in order of submission, a queue for each shape. */
export class ShapeQueues {
  /** By shape: its first and last job, or -1. */
  readonly first: number[] = [];
  readonly #last: number[] = [];
  #next: Int32Array = new Int32Array(64);
  #previous: Int32Array = new Int32Array(64);

  add(jobs: JobView, job: number): void {
    const { id } = jobs.shape(job);
    while (this.first.length <= id) {
      this.first.push(-1);
      this.#last.push(-1);
    }
    if (job >= this.#next.length) {
      this.#next = grown(this.#next, job * 2);
      this.#previous = grown(this.#previous, job * 2);
    }
    // Only one that was preempted has others behind it.
    let before = this.#last[id]!;
    while (before >= 0 && jobs.sequence[before]! > jobs.sequence[job]!) before = this.#previous[before]!;
    const after = before < 0 ? this.first[id]! : this.#next[before]!;
    this.#link(id, before, job);
    this.#link(id, job, after);
  }

  remove(jobs: JobView, job: number): void {
    this.#link(jobs.shape(job).id, this.#previous[job]!, this.#next[job]!);
  }

  #link(id: number, before: number, after: number): void {
    if (before < 0) this.first[id] = after;
    else this.#next[before] = after;
    if (after < 0) this.#last[id] = before;
    else this.#previous[after] = before;
  }
}
