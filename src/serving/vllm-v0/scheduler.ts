import type { Batch } from "../batch.js";
import { roundsUntilEnd } from "../decode-rounds.js";
import type { Engine } from "../engine.js";
import { PriorityQueue } from "../heap-queue.js";
import { DecodeGrowth } from "../kv/decode-growth.js";
import type { Leap } from "../leap.js";
import { type EngineLimits, refusal } from "../refusal.js";
import { FifoQueue, type RequestQueue } from "../request-queue.js";
import type { RequestScheduler } from "../request-scheduler.js";
import type { RequestTable } from "../request-table.js";
import type { VllmV0Options } from "./options.js";

/** Blocks that stay free when somebody is let in: one in a hundred of all, which for V0, without a null block, are usable. */
function watermarkOf(usableBlocks: number): number {
  return Math.floor(0.01 * usableBlocks);
}

/**
 * vLLM's scheduler before V1 (vllm/core/scheduler.py): new prompts go before everything, in a pass of their own; without
 * any, everybody decodes. With chunked prefill those who run go first, and prompts come in pieces beside them. Who finds no free block drives out the last one running.
 */
export class VllmV0Scheduler implements RequestScheduler {
  readonly largestBatch: { sequences: number; tokens: number };
  /** The last pass formed computes prompts; when it was formed, and how long the last such pass took, µs. */
  #prompt = false;
  #formed = 0;
  #lastPromptTime = 0;
  /** Somebody was driven out in the last pass formed. */
  #preempted = false;
  /** Those among them that start over; they wait again from the next pass on. */
  readonly #victims: number[] = [];
  #growth: DecodeGrowth | undefined;

  constructor(readonly options: VllmV0Options) {
    this.largestBatch = { sequences: options.max_num_seqs, tokens: options.max_num_batched_tokens };
  }

  createQueue(requests: RequestTable): RequestQueue {
    return this.options.policy === "fcfs" ? new FifoQueue(requests) : new PriorityQueue(requests);
  }

  refuses(requests: RequestTable, request: number, limits: EngineLimits): string | undefined {
    const why = refusal(requests, request, limits);
    if (why !== undefined) return why;
    const tokens = Math.min(requests.input[request]! + requests.output[request]! - 1, limits.maxModelLen);
    const most = limits.usableBlocks - watermarkOf(limits.usableBlocks);
    return Math.ceil(tokens / limits.blockSize) > most
      ? "longer than the KV cache below its watermark"
      : undefined;
  }

  schedule(engine: Engine, out: Batch): void {
    if (this.#prompt) this.#lastPromptTime = engine.now - this.#formed;
    this.#formed = engine.now;
    this.#preempted = false;
    if (this.options.enable_chunked_prefill) this.#mixed(engine, out);
    else this.#promptsFirst(engine, out);
    for (const r of this.#victims) engine.waiting.pushFront(r);
    this.#victims.length = 0;
    // The only one left may have made room for itself by giving way: V0's loop comes round at once.
    if (out.count === 0 && this.#preempted) out.wakeAt = engine.now;
    engine.advance(out);
  }

  /** `_schedule_default`: new prompts in a pass of their own, else everybody decodes. */
  #promptsFirst(engine: Engine, out: Batch): void {
    const { max_num_batched_tokens, policy } = this.options;
    if (engine.swapped.length === 0) this.#schedulePrompts(engine, out, max_num_batched_tokens);
    else if (engine.waiting.length > 0) out.blockedBy = engine.reasons.intern("swapped requests first");
    this.#prompt = out.count > 0;
    if (this.#prompt) return;
    if (policy === "priority") this.#driveOut(engine);
    this.#scheduleRunning(engine, out);
    if (!this.#preempted) this.#scheduleSwapped(engine, out);
  }

  /** `_schedule_chunked_prefill`: who runs first, then new prompts in what the budget leaves. */
  #mixed(engine: Engine, out: Batch): void {
    const { max_num_batched_tokens } = this.options;
    this.#scheduleRunning(engine, out);
    if (!this.#preempted) this.#scheduleSwapped(engine, out);
    const before = out.count;
    this.#schedulePrompts(engine, out, max_num_batched_tokens - out.totalTokens);
    this.#prompt = out.count > before;
  }

  /** Tokens of a request that a pass has room for: all that are left, or with chunked prefill a piece. */
  #piece(left: number, budget: number, { kv }: Engine): number {
    if (left <= budget || !this.options.enable_chunked_prefill) return left;
    return kv.findsPrefixes ? budget - (budget % kv.blockSize) : budget;
  }

  #schedulePrompts(engine: Engine, out: Batch, budget: number): void {
    const { running, waiting, requests, kv, reasons } = engine;
    const { max_num_seqs } = this.options;
    let tokens = 0;
    while (waiting.length > 0) {
      const r = waiting.peek();
      if (!this.#passedDelay(engine, out.count)) {
        out.blockedBy = reasons.intern("scheduler_delay_factor");
        return;
      }
      if (running.length >= max_num_seqs) {
        out.blockedBy = reasons.intern("max_num_seqs");
        return;
      }
      const known = requests.known(r);
      if (!this.#canAllocate(engine, r)) {
        out.blockedBy = reasons.intern("no free KV blocks");
        return;
      }
      if (tokens >= budget) {
        out.blockedBy = reasons.intern("max_num_batched_tokens");
        return;
      }
      // What the prefix cache holds does not count against the budget.
      const hits = kv.lookup(r);
      const n = this.#piece(known - hits, budget - tokens, engine);
      if (n === 0 || tokens + n > budget) {
        out.blockedBy = reasons.intern("max_num_batched_tokens");
        return;
      }
      kv.admit(r, known, known, hits + n);
      waiting.pop();
      engine.start(r);
      requests.computed[r] = hits;
      out.add(r, n);
      tokens += n;
    }
  }

  /** The whole prompt, found blocks too, must leave the watermark free. */
  #canAllocate({ requests, kv }: Engine, request: number): boolean {
    const need = Math.ceil(requests.known(request) / kv.blockSize);
    return kv.pool.free - need >= watermarkOf(kv.pool.usable);
  }

  #passedDelay({ running, waiting, requests, now }: Engine, started: number): boolean {
    const factor = this.options.scheduler_delay_factor;
    if (factor === 0 || running.length === started) return true;
    let earliest = Number.POSITIVE_INFINITY;
    for (const r of waiting.list()) earliest = Math.min(earliest, requests.arrival[r]!);
    return now - earliest > factor * this.#lastPromptTime;
  }

  /** By priority: running requests less urgent than the first waiting one go until that one fits. */
  #driveOut(engine: Engine): void {
    const { running, waiting, requests } = engine;
    const { priority, order } = requests;
    const compare = (a: number, b: number) => priority[a]! - priority[b]! || order[a]! - order[b]!;
    running.sort(compare);
    if (waiting.length === 0) return;
    const first = waiting.pop();
    const out: number[] = [];
    while (running.length > 0 && compare(running.items[running.length - 1]!, first) > 0) {
      if (this.#canAllocate(engine, first) && running.length < this.options.max_num_seqs) break;
      out.push(engine.preempt(running.length - 1));
    }
    waiting.pushFront(first);
    for (const r of out) waiting.pushFront(r);
    if (out.length > 0) this.#preempted = true;
  }

  #scheduleRunning(engine: Engine, out: Batch): void {
    const { running, requests, kv } = engine;
    const { enable_chunked_prefill, max_num_batched_tokens } = this.options;
    const budget = enable_chunked_prefill ? max_num_batched_tokens : Number.POSITIVE_INFINITY;
    for (let i = 0; i < running.length; i++) {
      const r = running.items[i]!;
      const n = this.#piece(requests.known(r) - requests.computed[r]!, budget - out.totalTokens, engine);
      if (n === 0) return;
      // V0 wants a free block for every token, also where the last block has room.
      while (i < running.length && kv.pool.free < 1) this.#preempt(engine, out);
      if (i === running.length) return;
      kv.grow(r, requests.known(r), requests.computed[r]! + n);
      out.add(r, n);
    }
  }

  /** The last one running goes, to host memory or back to the queue. */
  #preempt(engine: Engine, out: Batch): void {
    this.#preempted = true;
    const last = engine.running.length - 1;
    if (this.options.preemption_mode === "swap" && engine.swapOut(last, out)) return;
    this.#victims.push(engine.preempt(last));
  }

  #scheduleSwapped(engine: Engine, out: Batch): void {
    const { running, swapped, requests, kv } = engine;
    const { enable_chunked_prefill, max_num_batched_tokens, max_num_seqs } = this.options;
    const budget = enable_chunked_prefill ? max_num_batched_tokens : Number.POSITIVE_INFINITY;
    while (swapped.length > 0 && running.length < max_num_seqs) {
      const r = swapped.peek();
      const known = requests.known(r);
      const n = this.#piece(known - requests.computed[r]!, budget - out.totalTokens, engine);
      if (n === 0) return;
      const touched = Math.ceil(known / kv.blockSize);
      if (kv.pool.free - touched < watermarkOf(kv.pool.usable) || !engine.swapIn(r, out)) return;
      kv.grow(r, known, requests.computed[r]! + n);
      out.add(r, n);
    }
  }

  complete(engine: Engine, batch: Batch): void {
    engine.complete(batch);
  }

  horizon(engine: Engine, batch: Batch): number {
    const { running, waiting, kv } = engine;
    if (this.#prompt || this.#preempted || batch.count !== running.length) return 0;
    if (waiting.length > 0 && this.options.scheduler_delay_factor > 0) return 0;
    // A head that is looked up in each pass, only to be left no block's worth of the budget.
    const { enable_chunked_prefill: chunked } = this.options;
    if (chunked && kv.findsPrefixes && batch.blockedBy === engine.reasons.intern("max_num_batched_tokens"))
      return 0;
    const rounds = roundsUntilEnd(engine, batch);
    return Math.min(rounds, kv.roundsWithin(running.items, running.length, rounds, 1));
  }

  leap(engine: Engine, batch: Batch, leap: Leap): void {
    this.#growth ??= new DecodeGrowth(engine.kv);
    this.#growth.run(batch, leap, -1);
    engine.decode(batch, leap);
  }
}
