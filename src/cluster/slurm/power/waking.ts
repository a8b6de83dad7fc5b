import type { BitVector } from "../../../core/bit-vector.js";
import type { SlurmJob } from "../model/job.js";
import type { Rate } from "./rate.js";

/** Jobs some of whose nodes are to be woken, in the order of their starts. */
export class Waking {
  readonly #jobs: SlurmJob[] = [];

  /** The job has got nodes without power. */
  add(job: SlurmJob): void {
    this.#jobs.push(job);
  }

  get none(): boolean {
    return this.#jobs.length === 0;
  }

  /** Which of their nodes are woken now: as many as the rate lets through, job after job. */
  take(powerDown: BitVector, rate: Rate): Set<number> {
    const jobs = this.#jobs;
    const woken = new Set<number>();
    let kept = 0;
    for (const [i, job] of jobs.entries()) {
      if (rate.reached) {
        for (const later of jobs.slice(i)) jobs[kept++] = later;
        break;
      }
      if (!job.configuring) continue;
      let left = false;
      for (const node of job.allocation!.node) {
        if (!powerDown.has(node) || woken.has(node)) continue;
        left ||= rate.reached;
        if (rate.reached) continue;
        rate.take();
        woken.add(node);
      }
      if (left) jobs[kept++] = job;
    }
    jobs.length = kept;
    return woken;
  }
}
