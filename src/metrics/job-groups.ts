import { formatDuration } from "../core/units.js";
import type { JobFacts } from "../journal/facts.js";
import { JOB_DISTRIBUTIONS, JobSamples } from "./job-samples.js";
import type { MetricOptions } from "./options.js";
import type { MetricSink } from "./sink.js";

/** Whom jobs belong to. */
export const JOB_TENANTS = ["user", "account", "queue"] as const;
export type JobTenant = (typeof JOB_TENANTS)[number];

/** Small number of the job's user, account or queue; -1 for none. */
export function tenantId(jobs: JobFacts, key: JobTenant, job: number): number {
  return key === "user" ? jobs.userId(job) : key === "account" ? jobs.accountId(job) : jobs.queueId(job);
}

export function tenantName(jobs: JobFacts, key: JobTenant, job: number): string {
  return key === "user" ? jobs.user(job) : key === "account" ? jobs.account(job) : jobs.queue(job);
}

interface Group {
  name: string;
  samples: JobSamples;
  running: number;
  pending: number;
}

/** The jobs' distributions once more for every user, account or queue, when asked for. */
export class JobGroups {
  readonly #keys: readonly JobTenant[];
  readonly #groups: Group[][];

  constructor(readonly options: MetricOptions) {
    this.#keys = JOB_TENANTS.filter((key) => options.groupBy.includes(key));
    this.#groups = this.#keys.map(() => []);
  }

  /** A job that ended. */
  add(jobs: JobFacts, job: number, wait: number, run: number): void {
    for (let k = 0; k < this.#keys.length; k++) this.#group(jobs, job, k)?.samples.add(wait, run);
  }

  /** A job that had started but not ended when the run did. */
  addRunning(jobs: JobFacts, job: number, wait: number): void {
    for (let k = 0; k < this.#keys.length; k++) {
      const group = this.#group(jobs, job, k);
      if (group === undefined) continue;
      group.samples.addRunning(wait);
      group.running++;
    }
  }

  /** A job that waited when the run ended. */
  addPending(jobs: JobFacts, job: number): void {
    for (let k = 0; k < this.#keys.length; k++) {
      const group = this.#group(jobs, job, k);
      if (group !== undefined) group.pending++;
    }
  }

  collect(sink: MetricSink): void {
    this.#keys.forEach((key, k) => {
      for (const group of this.#groups[k]!)
        if (group !== undefined)
          collectSamples(sink, group.samples, group.running, group.pending, { [key]: group.name });
    });
  }

  #group(jobs: JobFacts, job: number, k: number): Group | undefined {
    const key = this.#keys[k]!;
    const id = tenantId(jobs, key, job);
    if (id < 0) return undefined;
    const groups = this.#groups[k]!;
    groups[id] ??= {
      name: tenantName(jobs, key, job),
      samples: new JobSamples(this.options.tau, this.options.exactSamples),
      running: 0,
      pending: 0,
    };
    return groups[id];
  }
}

/** The four distributions; of the unfinished jobs those that run have a wait, those that wait have nothing. */
export function collectSamples(
  sink: MetricSink,
  samples: JobSamples,
  running: number,
  pending: number,
  labels: Record<string, string>,
): void {
  for (const name of JOB_DISTRIBUTIONS) {
    const censored = name === "wait" ? pending : running + pending;
    const note = name === "bounded-slowdown" ? `, tau ${formatDuration(samples.tau)}` : "";
    sink.distribution(name, samples.summary(name), labels, censored, note);
  }
}
