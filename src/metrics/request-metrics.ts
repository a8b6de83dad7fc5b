import type { RunFacts } from "../journal/facts.js";
import { type JournalListener, ReplicaState, RequestOutcome } from "../journal/journal.js";
import { roomFor } from "./grow.js";
import type { MetricOptions } from "./options.js";
import { RequestTimes } from "./request-times.js";
import { ServiceMetrics } from "./service-metrics.js";
import type { MetricSink } from "./sink.js";
import { countWithin, type Window, within } from "./window.js";

/** How each service treated the requests that arrived in the window. */
export class RequestMetrics implements JournalListener {
  readonly services: ServiceMetrics[] = [];
  readonly #window: Window;
  readonly #times = new RequestTimes();
  #facts!: RunFacts;
  /** By request, so that the many token events ask nobody. */
  #serviceOf = new Int32Array(0);
  #tenantOf = new Int32Array(0);
  /** By replica: service + 1, and whether it holds GPUs. */
  #replicaService = new Int32Array(0);
  #holdsGpus = new Uint8Array(0);
  #runEnd = 0;

  constructor(readonly options: MetricOptions) {
    this.#window = options.window;
  }

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
    for (const service of facts.services) this.services.push(new ServiceMetrics(service, this.options));
  }

  replicaState(time: number, service: number, replica: number, state: ReplicaState): void {
    this.#replicaService = roomFor(this.#replicaService, replica);
    this.#holdsGpus = roomFor(this.#holdsGpus, replica);
    this.#replicaService[replica] = service + 1;
    const holds = state === ReplicaState.Starting || state === ReplicaState.Ready ? 1 : 0;
    const books = this.services[service]!;
    books.gpus.add(time, (holds - this.#holdsGpus[replica]!) * books.facts.gpusPerReplica);
    this.#holdsGpus[replica] = holds;
  }

  requestArrive(time: number, request: number): void {
    const facts = this.#facts.requests;
    const service = facts.service(request);
    const tenant = facts.tenantId(request);
    const books = this.services[service]!;
    this.#times.arrive(time, request);
    this.#serviceOf = roomFor(this.#serviceOf, request);
    this.#tenantOf = roomFor(this.#tenantOf, request);
    this.#serviceOf[request] = service;
    this.#tenantOf[request] = tenant;
    books.queue.add(time, 1);
    if (tenant >= 0 && books.tenant(tenant) === undefined) books.openTenant(tenant, facts.tenant(request));
    if (!within(this.#window, time)) return;
    books.arrive(tenant);
    books.slo.arrive(request, facts);
  }

  prefixHit(_time: number, request: number, gpu: number, host: number, disk: number): void {
    // Only what a request finds before it first runs: later it mostly finds itself.
    if (this.#times.queueTime(request) >= 0 || !this.#counts(request)) return;
    const { hits } = this.services[this.#serviceOf[request]!]!;
    hits.gpu += gpu;
    hits.host += host;
    hits.disk += disk;
  }

  requestSchedule(time: number, request: number): void {
    if (!this.#times.schedule(time, request)) return;
    const books = this.services[this.#serviceOf[request]!]!;
    books.queue.add(time, -1);
    if (!this.#counts(request)) return;
    books.promptTokens += this.#facts.requests.inputTokens(request);
    const queueTime = this.#times.queueTime(request);
    books.all.queueTime.add(queueTime);
    books.tenant(this.#tenantOf[request]!)?.samples?.queueTime.add(queueTime);
  }

  requestPreempt(time: number, request: number): void {
    this.#times.preempt(request);
    if (within(this.#window, time)) this.services[this.#serviceOf[request]!]!.preemptions++;
  }

  tokens(time: number, request: number, count: number): void {
    const books = this.services[this.#serviceOf[request]!]!;
    const gap = this.#times.tokens(time, request, count);
    if (within(this.#window, time)) {
      books.outputTokens += count;
      const tenant = books.tenant(this.#tenantOf[request]!);
      if (tenant !== undefined)
        tenant.tokens += count + (gap < 0 ? this.#facts.requests.inputTokens(request) : 0);
    }
    if (!this.#counts(request)) return;
    if (gap < 0) this.#firstToken(request);
    else books.itl.add(gap);
  }

  decode(requests: Int32Array, count: number, times: Float64Array, rounds: number): void {
    const books = this.services[this.#serviceOf[requests[0]!]!]!;
    const inWindow = countWithin(this.#window, times, rounds);
    const first = within(this.#window, times[0]!);
    books.outputTokens += inWindow * count;
    let counted = 0;
    for (let i = 0; i < count; i++) {
      const request = requests[i]!;
      const gap = this.#times.decode(request, times, rounds);
      const tenant = books.tenant(this.#tenantOf[request]!);
      if (tenant !== undefined)
        tenant.tokens += inWindow + (gap < 0 && first ? this.#facts.requests.inputTokens(request) : 0);
      if (!this.#counts(request)) continue;
      counted++;
      if (gap < 0) this.#firstToken(request);
      else books.itl.add(gap);
    }
    if (counted > 0)
      for (let round = 1; round < rounds; round++)
        books.itl.addEqual(times[round]! - times[round - 1]!, counted);
  }

  requestEnd(time: number, request: number, outcome: RequestOutcome): void {
    const books = this.services[this.#serviceOf[request]!]!;
    const times = this.#times;
    if (times.queueTime(request) < 0) books.queue.add(time, -1);
    times.leave(request);
    const ended = outcome === RequestOutcome.Completed || outcome === RequestOutcome.Length;
    const good = ended && books.slo.meets(time, request, times, this.#facts.requests);
    if (ended && within(this.#window, time)) {
      books.endedInWindow++;
      if (good) books.slo.good++;
    }
    if (!this.#counts(request)) return;
    books.slo.judged++;
    if (good) books.slo.met++;
    if (outcome === RequestOutcome.Rejected) books.rejected++;
    else if (outcome === RequestOutcome.Aborted) books.aborted++;
    else if (outcome === RequestOutcome.Shed) books.shed++;
    else {
      books.ended++;
      books.all.ended(time, request, times);
      books.tenant(this.#tenantOf[request]!)?.samples?.ended(time, request, times);
    }
  }

  batch(
    time: number,
    replica: number,
    end: number,
    _n: number,
    _t: number,
    blocks: number,
    totalBlocks: number,
  ): void {
    const service = (this.#replicaService[replica] ?? 0) - 1;
    if (service >= 0) this.services[service]!.pass(time, end, blocks, totalBlocks);
  }

  runEnd(time: number): void {
    this.#runEnd = time;
    for (const books of this.services) {
      books.gpus.advance(time);
      books.queue.advance(time);
    }
    for (let request = 0; request < this.#times.end; request++) {
      if (!this.#times.isLive(request) || !this.#counts(request)) continue;
      const books = this.services[this.#serviceOf[request]!]!;
      if (books.slo.isLost(time, request, this.#times, this.#facts.requests)) books.slo.judged++;
      else books.slo.censored++;
      books.all.censored(request, this.#times);
      books.tenant(this.#tenantOf[request]!)?.samples?.censored(request, this.#times);
    }
  }

  collect(sink: MetricSink): void {
    for (const books of this.services) books.collect(sink, this.#runEnd);
  }

  /** Whether the request is one of the population. */
  #counts(request: number): boolean {
    return within(this.#window, this.#times.arrival(request));
  }

  #firstToken(request: number): void {
    const books = this.services[this.#serviceOf[request]!]!;
    const ttft = this.#times.ttft(request);
    books.all.ttft.add(ttft);
    const tenant = books.tenant(this.#tenantOf[request]!);
    if (tenant === undefined) return;
    tenant.ttft += ttft;
    tenant.n++;
    tenant.samples?.ttft.add(ttft);
  }
}
