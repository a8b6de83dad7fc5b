import type { Batch } from "../batch.js";
import type { Engine } from "../engine.js";
import { type EngineLimits, refusal } from "../refusal.js";
import { FifoQueue, type RequestQueue } from "../request-queue.js";
import type { RequestScheduler, SchedulerSetup } from "../request-scheduler.js";
import { RequestStatus, type RequestTable } from "../request-table.js";
import { Levels } from "./levels.js";

export interface FastserveOptions {
  /** µs. */
  quantum: number;
  skip_join: boolean;
  max_batch_size: number;
  max_tokens_per_batch: number;
  /** µs. */
  starvation_threshold: number;
  starvation_period: number;
}

/** Prompts are held back while less of the host memory is free. */
const HOST_RESERVE = 0.1;

/**
 * Skip-join multi-level feedback queue (Wu et al., 2023; fastserve/scheduler.py of LLMServe/FastServe 187a2742). A request
 * joins the first level whose quantum covers its prefill and sinks by a level whenever its quantum is used up; each pass takes
 * requests from the top. What does not fit on the GPU meanwhile lies in host memory.
 */
export class FastserveScheduler implements RequestScheduler {
  readonly largestBatch: { sequences: number; tokens: number };
  readonly #levels: Levels;
  #passes = 0;
  /** When the running pass began, µs. */
  #began = 0;
  /** A request leaves the queue to run, not to end. */
  #admitting = false;

  constructor(
    readonly options: FastserveOptions,
    readonly setup: SchedulerSetup,
  ) {
    this.#levels = new Levels(options.quantum);
    this.largestBatch = { sequences: options.max_batch_size, tokens: options.max_tokens_per_batch };
  }

  refuses(requests: RequestTable, request: number, limits: EngineLimits): string | undefined {
    if (requests.input[request]! > this.options.max_tokens_per_batch)
      return "prompt longer than max_tokens_per_batch";
    return refusal(requests, request, limits);
  }

  createQueue(requests: RequestTable): RequestQueue {
    return new ArrivalQueue(
      requests,
      (request) => this.#join(requests, request),
      (request) => {
        if (!this.#admitting) this.#levels.remove(request);
      },
    );
  }

  #join(requests: RequestTable, request: number): void {
    if (this.#levels.holds(request)) return;
    const time = this.options.skip_join ? this.setup.prefillTime(requests.known(request)) : 0;
    this.#levels.join(request, this.#levels.levelFor(time), requests.arrival[request]!);
  }

  schedule(engine: Engine, out: Batch): void {
    const { starvation_period, starvation_threshold } = this.options;
    if (++this.#passes % starvation_period === 0) this.#levels.promote(engine.now, starvation_threshold);
    this.#began = engine.now;
    const stopped = this.#fill(engine, out);
    if (engine.waiting.length > 0) out.blockedBy = engine.reasons.intern(stopped);
    engine.advance(out);
  }

  /** Takes requests from the top; returns why it stopped. */
  #fill(engine: Engine, out: Batch): string {
    const { requests } = engine;
    const { max_batch_size, max_tokens_per_batch } = this.options;
    let prompts = 0;
    for (let r = this.#levels.first; r >= 0; r = this.#levels.next(r)) {
      if (out.count === max_batch_size) return "max_batch_size";
      const status = requests.status[r]!;
      const inPrefill = status === RequestStatus.Waiting || status === RequestStatus.Preempted;
      if (inPrefill && this.#hostIsFull(engine)) continue;
      const tokens = inPrefill ? requests.known(r) : 0;
      if (inPrefill && prompts > 0 && prompts + tokens > max_tokens_per_batch) return "max_tokens_per_batch";
      if (!this.#bringIn(engine, r, out)) return "no free KV blocks";
      prompts += tokens;
      out.add(r, requests.known(r) - requests.computed[r]!);
    }
    return this.#hostIsFull(engine) ? "host memory" : "level";
  }

  /** Whether new prompts wait for room in host memory: while something lies there, that can run instead. */
  #hostIsFull({ kv: { swap } }: Engine): boolean {
    return swap !== undefined && swap.used > 0 && swap.blocks - swap.used < HOST_RESERVE * swap.blocks;
  }

  /** Sees to it that the request's KV is on the GPU with room for the pass, at the cost of those behind it. */
  #bringIn(engine: Engine, request: number, out: Batch): boolean {
    while (!this.#fits(engine, request, out)) {
      const victim = this.#lastBehind(engine, request);
      if (victim < 0) return false;
      const at = engine.running.items.indexOf(victim);
      if (engine.swapOut(at, out)) continue;
      // With the host full as well, starting over is all that is left; better not while others can run.
      if (out.count > 0) return false;
      engine.waiting.pushFront(engine.preempt(at));
    }
    return true;
  }

  #fits(engine: Engine, request: number, out: Batch): boolean {
    const { requests, kv } = engine;
    if (requests.status[request] === RequestStatus.Swapped && !engine.swapIn(request, out)) return false;
    if (requests.status[request] === RequestStatus.Running) {
      const slots = requests.computed[request]! + 1;
      return kv.grow(request, slots, slots);
    }
    const known = requests.known(request);
    const hits = kv.lookup(request);
    if (!kv.admit(request, known, known, known)) return false;
    this.#admitting = true;
    engine.waiting.remove(request);
    this.#admitting = false;
    engine.start(request);
    requests.computed[request] = hits;
    return true;
  }

  /** The lowest request behind this one that holds blocks, or -1. */
  #lastBehind({ requests }: Engine, request: number): number {
    for (let r = this.#levels.last; r >= 0 && r !== request; r = this.#levels.previous(r))
      if (requests.status[r] === RequestStatus.Running) return r;
    return -1;
  }

  complete(engine: Engine, batch: Batch): void {
    const time = engine.now - this.#began;
    const { items, length } = engine.yieldTokens(batch);
    // From the last, so that those that come to the front of one level keep their order.
    for (let i = length - 1; i >= 0; i--) this.#levels.ranFor(items[i]!, time, engine.now);
    for (let i = 0; i < length; i++) {
      const r = items[i]!;
      if (engine.isDone(r)) this.#levels.remove(r);
      engine.finishIfDone(r);
    }
  }
}

/** Arrivals in order, with a word to the levels when one comes or goes. */
class ArrivalQueue extends FifoQueue {
  constructor(
    requests: RequestTable,
    readonly joins: (request: number) => void,
    readonly leaves: (request: number) => void,
  ) {
    super(requests);
  }

  override push(request: number): void {
    super.push(request);
    this.joins(request);
  }

  override pushFront(request: number): void {
    super.pushFront(request);
    this.joins(request);
  }

  override remove(request: number): void {
    super.remove(request);
    this.leaves(request);
  }
}
