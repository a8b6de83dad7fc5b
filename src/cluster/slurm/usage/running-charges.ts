import type { Qos } from "../model/accounting.js";
import type { SlurmJob } from "../model/job.js";

/**
 * What a tick reads of all running jobs, in columns and in the order in which they started: the last bit of a sum of usage
 * depends on it.
 */
export class RunningCharges {
  /** Undefined for those that have ended since the last tick. */
  readonly jobs: (SlurmJob | undefined)[] = [];
  readonly starts: number[] = [];
  /** Index of the user's association. */
  readonly users: number[] = [];
  readonly billing: number[] = [];
  /** The job's QOS, then the partition's when it is another. */
  readonly qos: (readonly Qos[])[] = [];
  #gaps = 0;

  add(job: SlurmJob, billing: number, qos: readonly Qos[]): void {
    if (job.association === undefined) return;
    this.jobs.push(job);
    this.starts.push(job.startTime);
    this.users.push(job.association.index);
    this.billing.push(billing);
    this.qos.push(qos);
  }

  /** Its start has moved. */
  update(job: SlurmJob): void {
    const at = this.jobs.indexOf(job);
    if (at >= 0) this.starts[at] = job.startTime;
  }

  remove(job: SlurmJob): void {
    const at = this.jobs.indexOf(job);
    if (at < 0) return;
    this.jobs[at] = undefined;
    this.#gaps++;
    if (2 * this.#gaps > this.jobs.length) this.compact();
  }

  /** Closes the gaps. Answers how many jobs there are. */
  compact(): number {
    const { jobs, starts, users, billing, qos } = this;
    let kept = 0;
    for (let i = 0; i < jobs.length; i++) {
      if (jobs[i] === undefined) continue;
      jobs[kept] = jobs[i];
      starts[kept] = starts[i]!;
      users[kept] = users[i]!;
      billing[kept] = billing[i]!;
      qos[kept] = qos[i]!;
      kept++;
    }
    jobs.length = starts.length = users.length = billing.length = qos.length = kept;
    this.#gaps = 0;
    return kept;
  }
}
