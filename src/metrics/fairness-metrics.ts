import type { RunFacts } from "../journal/facts.js";
import type { JournalListener } from "../journal/journal.js";
import { collectShares, collectWorst, jain } from "./fairness.js";
import { roomFor } from "./grow.js";
import { JOB_TENANTS } from "./job-groups.js";
import { boundedSlowdown } from "./job-samples.js";
import { JobTimes } from "./job-times.js";
import type { MetricOptions } from "./options.js";
import type { MetricSink } from "./sink.js";
import { TenantBook } from "./tenant-book.js";
import { overlap, within } from "./window.js";

/** How evenly service and waiting fell on users, accounts and queues. Replicas' jobs are left out. */
export class FairnessMetrics implements JournalListener {
  readonly books: readonly TenantBook[] = JOB_TENANTS.map((key) => new TenantBook(key));
  readonly #times = new JobTimes();
  #gpus = new Int32Array(0);
  #cpus = new Int32Array(0);
  #facts!: RunFacts;

  constructor(readonly options: MetricOptions) {}

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
  }

  submit(time: number, job: number): void {
    const jobs = this.#facts.jobs;
    if (jobs.isReplica(job)) return;
    this.#times.submit(time, job);
    this.#gpus = roomFor(this.#gpus, job);
    this.#cpus = roomFor(this.#cpus, job);
    if (within(this.options.window, time)) for (const book of this.books) book.enter(jobs, job);
  }

  start(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    this.#times.start(time, job);
    this.#gpus[job] = this.#facts.jobs.gpus(job);
    this.#cpus[job] = this.#facts.jobs.cpus(job);
  }

  preempt(time: number, job: number): void {
    if (!this.#times.isLive(job)) return;
    this.#book(time, job);
    this.#times.preempt(time, job);
  }

  end(time: number, job: number): void {
    const times = this.#times;
    if (!times.isLive(job)) return;
    if (times.isRunning(job)) this.#book(time, job);
    times.leave(time, job);
    if (!within(this.options.window, times.submitted(job))) return;
    const wait = times.waited(job);
    const slowdown = boundedSlowdown(wait, times.ran(job), this.options.tau);
    for (const book of this.books) book.ended(this.#facts.jobs, job, wait, slowdown);
  }

  cancel(time: number, job: number): void {
    if (this.#times.isLive(job)) this.#times.leave(time, job);
  }

  runEnd(time: number): void {
    for (let job = 0; job < this.#times.end; job++) if (this.#times.isRunning(job)) this.#book(time, job);
  }

  collect(sink: MetricSink): void {
    for (const book of this.books) {
      const labels = { over: book.key };
      collectShares(sink, book.service(), labels);
      const slowdowns = book.means((tenant) => tenant.slowdown);
      const values = slowdowns.map((t) => t.value);
      if (values.length > 0)
        sink.add("jain-slowdown", { value: jain(values), n: values.length, labels, method: "exact" });
      collectWorst(sink, "worst-mean-slowdown", slowdowns, labels);
      collectWorst(
        sink,
        "worst-mean-wait",
        book.means((tenant) => tenant.wait),
        labels,
      );
    }
  }

  #book(time: number, job: number): void {
    const duration = overlap(this.options.window, this.#times.since(job), time);
    if (duration === 0) return;
    for (const book of this.books)
      book.ran(this.#facts.jobs, job, this.#gpus[job]!, this.#cpus[job]!, duration);
  }
}
