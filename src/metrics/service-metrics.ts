import { SECOND } from "../core/units.js";
import type { ServiceFacts } from "../journal/facts.js";
import { collectShares, collectWorst } from "./fairness.js";
import { TimeIntegral } from "./integral.js";
import type { MetricOptions } from "./options.js";
import { RequestSamples } from "./request-samples.js";
import { Samples } from "./samples.js";
import type { MetricSink } from "./sink.js";
import { SloBook } from "./slo.js";
import { overlap, windowLength } from "./window.js";

/** What a tenant of a service received and met. */
interface RequestTenant {
  name: string;
  /** Whether a request of the tenant arrived in the window. */
  arrived: boolean;
  /** Input and output tokens in the window. */
  tokens: number;
  /** Sum over the first tokens of the population, µs. */
  ttft: number;
  n: number;
  /** Present when results are grouped by tenant. */
  samples: RequestSamples | undefined;
}

/** The books of one service. */
export class ServiceMetrics {
  readonly all: RequestSamples;
  /** Millions of gaps: sketched from the start. */
  readonly itl = new Samples(0);
  readonly slo: SloBook;
  /** GPUs that the replicas hold. */
  readonly gpus: TimeIntegral;
  /** Requests that have never been in a batch. */
  readonly queue: TimeIntegral;
  queueAtLastArrival = 0;
  arrived = 0;
  ended = 0;
  rejected = 0;
  aborted = 0;
  shed = 0;
  preemptions = 0;
  endedInWindow = 0;
  outputTokens = 0;
  /** Of the population's requests that have been in a batch: tokens of their prompts, and those found cached, by tier. */
  promptTokens = 0;
  readonly hits = { gpu: 0, host: 0, disk: 0 };
  readonly #tenants: RequestTenant[] = [];
  #blocksTime = 0;
  #capacityTime = 0;
  #mostUse = 0;
  #passes = 0;

  constructor(
    readonly facts: ServiceFacts,
    readonly options: MetricOptions,
  ) {
    this.all = new RequestSamples(options.exactSamples);
    this.slo = new SloBook(facts.slo);
    this.gpus = new TimeIntegral(options.window);
    this.queue = new TimeIntegral(options.window);
  }

  tenant(id: number): RequestTenant | undefined {
    // Reading an array at -1 would be a slow look-up of a property.
    return id < 0 ? undefined : this.#tenants[id];
  }

  openTenant(id: number, name: string): void {
    const grouped = this.options.groupBy.includes("tenant");
    const samples = grouped ? new RequestSamples(this.options.exactSamples) : undefined;
    this.#tenants[id] = { name, arrived: false, tokens: 0, ttft: 0, n: 0, samples };
  }

  /** A request arrives in the window; one without a tenant (-1) is in nobody's book. */
  arrive(tenant: number): void {
    this.arrived++;
    this.queueAtLastArrival = this.queue.level;
    const book = this.tenant(tenant);
    if (book !== undefined) book.arrived = true;
  }

  pass(time: number, end: number, blocks: number, totalBlocks: number): void {
    const duration = overlap(this.options.window, time, end);
    if (duration === 0 || totalBlocks === 0) return;
    this.#passes++;
    this.#blocksTime += blocks * duration;
    this.#capacityTime += totalBlocks * duration;
    if (blocks > this.#mostUse * totalBlocks) this.#mostUse = blocks / totalBlocks;
  }

  collect(sink: MetricSink, runEnd: number): void {
    const labels = { service: this.facts.name };
    const censored = this.all.unfinished;
    const { arrived, ended, rejected, aborted, shed } = this;
    for (const [state, value] of Object.entries({ arrived, ended, rejected, aborted, shed, censored }))
      sink.count("requests", value, { ...labels, state });
    this.all.collect(sink, labels);
    sink.distribution("itl", this.itl.summary(), labels, censored);
    this.#collectRates(sink, labels, windowLength(this.options.window, runEnd) / SECOND);
    const mean = this.#capacityTime === 0 ? null : this.#blocksTime / this.#capacityTime;
    sink.add("kv-use", { value: mean, n: this.#passes, labels, method: "time-weighted mean" }, "mean");
    const most = this.#passes === 0 ? null : this.#mostUse;
    sink.add("kv-use", { value: most, n: this.#passes, labels, method: "exact" }, "max");
    sink.count("request-preemptions", this.preemptions, labels);
    this.#collectHits(sink, labels);
    this.#collectTenants(sink, labels);
  }

  /** A tier in which nothing was found is left out, except the GPUs. */
  #collectHits(sink: MetricSink, labels: Record<string, string>): void {
    const { promptTokens, hits } = this;
    for (const [tier, tokens] of Object.entries(hits)) {
      if (tokens === 0 && tier !== "gpu") continue;
      const value = promptTokens === 0 ? null : tokens / promptTokens;
      sink.add("prefix-hit-share", { value, n: promptTokens, labels: { ...labels, tier }, method: "exact" });
    }
  }

  #collectRates(sink: MetricSink, labels: Record<string, string>, seconds: number): void {
    const rate = (count: number, over: number) => (over === 0 ? null : count / over);
    const method = "exact";
    const { endedInWindow, outputTokens, slo } = this;
    sink.add("request-throughput", { value: rate(endedInWindow, seconds), n: endedInWindow, labels, method });
    sink.add("output-throughput", { value: rate(outputTokens, seconds), n: outputTokens, labels, method });
    const perGpu = rate(outputTokens, this.gpus.sum.toNumber() / SECOND);
    sink.add("output-throughput-per-gpu", { value: perGpu, n: outputTokens, labels, method });
    if (!slo.hasTargets) return;
    const attained = rate(slo.met, slo.judged);
    sink.add("slo-attainment", { value: attained, n: slo.judged, labels, censored: slo.censored, method });
    sink.add("goodput", { value: rate(slo.good, seconds), n: slo.good, labels, method });
  }

  #collectTenants(sink: MetricSink, labels: Record<string, string>): void {
    const known = this.#tenants.filter(
      (tenant) => tenant !== undefined && (tenant.arrived || tenant.tokens > 0),
    );
    const over = { ...labels, over: "tenant" };
    collectShares(
      sink,
      known.map(({ name, tokens }) => ({ name, value: tokens })),
      over,
    );
    const means = known.filter((t) => t.n > 0).map(({ name, ttft, n }) => ({ name, value: ttft / n, n }));
    collectWorst(sink, "worst-mean-ttft", means, over);
    for (const { name, samples } of known) samples?.collect(sink, { ...labels, tenant: name });
  }
}
