import type { Journal } from "../journal/journal.js";
import { CapacityLedger } from "./capacity-ledger.js";
import { HistoryMetrics } from "./history/history-metrics.js";
import { JobMetrics } from "./job-metrics.js";
import { NeverRan, neverRanWarnings } from "./never-ran.js";
import { NodeTimes } from "./node-times.js";
import { type MetricOptions, metricOptions } from "./options.js";
import { RequestMetrics } from "./request-metrics.js";
import type { Metric, Result } from "./result.js";
import { MetricSink } from "./sink.js";
import { WaitReasons } from "./wait-reasons.js";
import { runWarnings, type Settings, sampleWarnings, type Warning } from "./warnings.js";

/** All metrics of one run: listens to its journal from before the start, and is asked once after the end. */
export class RunMetrics {
  readonly jobs: JobMetrics;
  readonly requests: RequestMetrics;
  readonly ledger: CapacityLedger;
  readonly reasons: WaitReasons;
  readonly history: HistoryMetrics;
  readonly nodes: NodeTimes;
  readonly #neverRan = new NeverRan();

  constructor(options: Partial<MetricOptions> = {}) {
    const full = metricOptions(options);
    this.jobs = new JobMetrics(full);
    this.requests = new RequestMetrics(full);
    this.ledger = new CapacityLedger(full.window);
    this.nodes = new NodeTimes(full.window);
    this.reasons = new WaitReasons(full.window);
    this.history = new HistoryMetrics(full.window);
  }

  listen(journal: Journal): void {
    const { jobs, requests, ledger, nodes, reasons, history } = this;
    for (const listener of [jobs, requests, ledger, nodes, reasons, history, this.#neverRan])
      journal.listen(listener);
  }

  /** After the journal's `runEnd`; ends the collection. Metrics of jobs are left out of a run that had none. */
  collect(settings: Settings): {
    metrics: Metric[];
    warnings: Warning[];
    neverRan: NonNullable<Result["neverRan"]>;
  } {
    const neverRan = this.#neverRan.list(settings.settled ?? false);
    const warnings = [...neverRanWarnings(neverRan), ...runWarnings(this.jobs, this.requests, settings)];
    const sink = new MetricSink();
    if (this.jobs.submitted > 0 || this.requests.services.length === 0) this.jobs.collect(sink);
    this.requests.collect(sink);
    this.ledger.collect(sink);
    this.nodes.collect(sink);
    this.reasons.collect(sink);
    this.history.collect(sink);
    const metrics = sink.sorted();
    return { metrics, warnings: [...warnings, ...sampleWarnings(metrics)], neverRan };
  }
}
