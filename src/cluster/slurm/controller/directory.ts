import type { Dependency, SlurmJob } from "../model/job.js";
import type { SlurmState } from "../model/state.js";
import type { SubmittedDependency } from "../model/submission.js";

/**
 * Which record a job of the trace is: by the cluster's number, and by its name for dependencies. Ended records stay for
 * MinJobAge, as in slurmctld; who depends on a later-forgotten one depends on nothing.
 */
export class Directory {
  readonly #byHost: (SlurmJob | undefined)[] = [];
  /** The first record of a name: of an array its head, of a heterogeneous job its leader. */
  readonly #byLabel = new Map<string, SlurmJob>();
  readonly #ended: { job: SlurmJob; at: number }[] = [];
  #oldest = 0;

  constructor(readonly state: SlurmState) {}

  byHost(host: number): SlurmJob | undefined {
    return this.#byHost[host];
  }

  byLabel(label: string): SlurmJob | undefined {
    return this.#byLabel.get(label);
  }

  /** The records that a command means: a job, a whole array or heterogeneous job, or one task (`label_7`). */
  named(name: string): SlurmJob[] {
    const first = this.#byLabel.get(name);
    if (first !== undefined) return [...(first.array?.records ?? first.het?.components ?? [first])];
    const [, label = "", task] = /^(.*)_(\d+)$/.exec(name) ?? [];
    const records = this.#byLabel.get(label)?.array?.records ?? [];
    return records.filter((job) => job.task === Number(task));
  }

  enter(job: SlurmJob): void {
    const { jobs, pending, jobById } = this.state;
    jobs.add(job);
    pending.add(job);
    jobById.set(job.id, job);
    if (!this.#byLabel.has(job.label)) this.#byLabel.set(job.label, job);
    if (job.host >= 0) this.know(job.host, job);
  }

  /** The cluster's number `host` is this record's. */
  know(host: number, job: SlurmJob): void {
    this.#byHost[host] = job;
  }

  /** The record has ended: the cluster's number may come back for another; its name stays known for a while. */
  ended(job: SlurmJob): void {
    if (job.host >= 0) this.#byHost[job.host] = undefined;
    const { now, config } = this.state;
    const ended = this.#ended;
    ended.push({ job, at: now });
    while (this.#oldest < ended.length && ended[this.#oldest]!.at + config.minJobAge <= now)
      this.#purge(ended[this.#oldest++]!.job);
    if (this.#oldest < 1024) return;
    ended.splice(0, this.#oldest);
    this.#oldest = 0;
  }

  #purge(job: SlurmJob): void {
    const { jobs, jobById } = this.state;
    jobs.delete(job);
    if (jobById.get(job.id) === job) jobById.delete(job.id);
    const { array } = job;
    array?.records.splice(array.records.indexOf(job), 1);
    if ((array?.unfinished ?? 0) === 0) this.#byLabel.delete(job.label);
  }

  /** Dependencies on names as dependencies on job ids. A job that is not there is gone, and holds nobody back. */
  resolve(dependencies: readonly SubmittedDependency[]): Dependency[] {
    return dependencies.map(({ kind, job, delay, or }) => {
      const term = { kind, delay, or, job: -1, task: -1, state: "unfulfilled" as const };
      if (kind === "singleton") return term;
      const whole = this.#byLabel.get(job);
      if (whole !== undefined) return { ...term, job: whole.array?.id ?? whole.id };
      const [, label, task] = /^(.*)_(\d+)$/.exec(job) ?? [];
      const part = label === undefined ? undefined : this.#byLabel.get(label);
      if (part === undefined) return { ...term, state: "fulfilled" as const };
      return { ...term, job: part.array?.id ?? part.id, task: Number(task) };
    });
  }
}
