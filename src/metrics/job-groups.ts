import { formatDuration } from "../core/units.js";
import { Fate, type JobRows } from "./job-rows.js";
import { JOB_DISTRIBUTIONS, JobSamples } from "./job-samples.js";
import type { MetricOptions } from "./options.js";
import type { MetricSink } from "./sink.js";
import type { JobTenant, TenantBook } from "./tenant-book.js";

/** The distributions of a set of jobs, and how many of it had not ended when the run did. */
export class JobGroup {
  readonly samples: JobSamples;
  ended = 0;
  running = 0;
  pending = 0;

  constructor(options: MetricOptions) {
    this.samples = new JobSamples(options.tau, options.exactSamples);
  }

  add(fate: Fate, wait: number, run: number): void {
    if (fate === Fate.Ended) {
      this.ended++;
      this.samples.add(wait, run);
    } else if (fate === Fate.Running) {
      this.running++;
      this.samples.addRunning(wait);
    } else if (fate === Fate.Pending) this.pending++;
  }

  get unfinished(): number {
    return this.running + this.pending;
  }

  /** Of the unfinished jobs those that run have a wait, those that wait have nothing. */
  collect(sink: MetricSink, labels: Record<string, string>): void {
    for (const name of JOB_DISTRIBUTIONS) {
      const censored = name === "wait" ? this.pending : this.unfinished;
      const note = name === "bounded-slowdown" ? `, tau ${formatDuration(this.samples.tau)}` : "";
      sink.distribution(name, this.samples.summary(name), labels, censored, note);
    }
  }
}

/** The jobs' distributions once more for every user, account or queue, when asked for. */
export class JobGroups {
  readonly #keys: readonly JobTenant[];
  readonly #groups: JobGroup[][];

  constructor(
    readonly options: MetricOptions,
    readonly books: readonly TenantBook[],
  ) {
    this.#keys = books.map((book) => book.key).filter((key) => options.groupBy.includes(key));
    this.#groups = this.#keys.map(() => []);
  }

  add(rows: JobRows): void {
    this.#keys.forEach((key, k) => {
      const ids = rows[key];
      const groups = this.#groups[k]!;
      for (let i = 0; i < rows.length; i++) {
        const id = ids[i]!;
        if (id < 0 || rows.fate[i] === Fate.Outside) continue;
        groups[id] ??= new JobGroup(this.options);
        groups[id].add(rows.fate[i] as Fate, rows.wait[i]!, rows.run[i]!);
      }
    });
  }

  collect(sink: MetricSink): void {
    this.#keys.forEach((key, k) => {
      const { names } = this.books.find((book) => book.key === key)!;
      this.#groups[k]!.forEach((group, id) => {
        group.collect(sink, { [key]: names[id]! });
      });
    });
  }
}
