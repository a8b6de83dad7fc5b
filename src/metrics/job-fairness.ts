import type { JobFacts } from "../journal/facts.js";
import { collectShares, collectWorst, jain } from "./fairness.js";
import type { JobRows } from "./job-rows.js";
import type { MetricOptions } from "./options.js";
import type { MetricSink } from "./sink.js";
import { JOB_TENANTS, TenantBook } from "./tenant-book.js";

/** How evenly service and waiting fell on users, accounts and queues. */
export class JobFairness {
  readonly books: readonly TenantBook[];

  constructor(options: MetricOptions) {
    this.books = JOB_TENANTS.map((key) => new TenantBook(key, options.tau));
  }

  meet(jobs: JobFacts, job: number): void {
    for (const book of this.books) book.meet(jobs, job);
  }

  add(rows: JobRows): void {
    for (const book of this.books) book.add(rows);
  }

  collect(sink: MetricSink): void {
    for (const book of this.books) {
      const labels = { over: book.key };
      collectShares(sink, book.service(), labels);
      const slowdowns = book.meanSlowdowns();
      const values = slowdowns.map((t) => t.value);
      if (values.length > 0)
        sink.add("jain-slowdown", { value: jain(values), n: values.length, labels, method: "exact" });
      collectWorst(sink, "worst-mean-slowdown", slowdowns, labels);
      collectWorst(sink, "worst-mean-wait", book.meanWaits(), labels);
    }
  }
}
