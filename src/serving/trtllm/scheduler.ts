import type { Batch } from "../batch.js";
import { roundsUntilEnd } from "../decode-rounds.js";
import type { Engine } from "../engine.js";
import { DecodeGrowth } from "../kv/decode-growth.js";
import type { Leap } from "../leap.js";
import { type EngineLimits, refusal } from "../refusal.js";
import type { RequestScheduler } from "../request-scheduler.js";
import type { RequestTable } from "../request-table.js";

export interface TrtllmOptions {
  capacity_scheduler_policy: "GUARANTEED_NO_EVICT" | "MAX_UTILIZATION" | "STATIC_BATCH";
  max_batch_size: number;
  max_num_tokens: number;
  enable_chunked_context: boolean;
}

/**
 * TensorRT-LLM's in-flight batching (cpp/tensorrt_llm/batch_manager/capacityScheduler.cpp, commit 02a10fed): a capacity
 * scheduler says who may run, then a pass takes generating requests first and contexts after them.
 *
 * The active list is in order of arrival. Who runs is always its front, so `engine.running` followed by
 * `engine.waiting` is that list, and a paused request goes back to the front of those that wait.
 */
export class TrtllmScheduler implements RequestScheduler {
  readonly largestBatch: { sequences: number; tokens: number };
  readonly #reserves: boolean;
  /** Somebody was paused in the last pass formed, which cut the list there. */
  #paused = false;
  #growth: DecodeGrowth | undefined;

  constructor(readonly options: TrtllmOptions) {
    this.#reserves = options.capacity_scheduler_policy !== "MAX_UTILIZATION";
    this.largestBatch = { sequences: options.max_batch_size, tokens: options.max_num_tokens };
  }

  refuses(requests: RequestTable, request: number, limits: EngineLimits): string | undefined {
    const { max_num_tokens, enable_chunked_context } = this.options;
    if (!enable_chunked_context && requests.input[request]! > max_num_tokens)
      return "prompt longer than max_num_tokens without chunked context";
    const toItsEnd = requests.input[request]! + requests.maxTokens[request]!;
    return this.#reserves ? refusal(requests, request, limits, toItsEnd) : refusal(requests, request, limits);
  }

  schedule(engine: Engine, out: Batch): void {
    const { running, waiting, reasons } = engine;
    const pending = running.length === 0 || this.options.capacity_scheduler_policy !== "STATIC_BATCH";
    this.#paused = !this.#generating(engine, out);
    this.#contexts(engine, out);
    if (this.#paused) out.blockedBy = waiting.length > 0 ? reasons.intern("no free KV blocks") : -1;
    else if (pending) this.#newContexts(engine, out);
    else if (waiting.length > 0) out.blockedBy = reasons.intern("batch in progress");
    engine.advance(out);
  }

  #inContext({ requests }: Engine, request: number): boolean {
    return requests.known(request) - requests.computed[request]! > 1;
  }

  /** One token for each that generates. False when somebody was paused for that. */
  #generating(engine: Engine, out: Batch): boolean {
    const { running, waiting, requests, kv } = engine;
    const { computed } = requests;
    let room = true;
    for (let i = 0; i < running.length; i++) {
      const r = running.items[i]!;
      if (this.#inContext(engine, r)) continue;
      let victim = -1;
      while (victim !== r && !kv.grow(r, computed[r]! + 1, computed[r]! + 1)) {
        victim = engine.preempt(running.length - 1);
        waiting.pushFront(victim);
        room = false;
      }
      if (victim !== r) out.add(r, 1);
    }
    return room;
  }

  /** Later chunks of contexts; their blocks were taken with the first. */
  #contexts(engine: Engine, out: Batch): void {
    const { running, requests } = engine;
    for (let i = 0; i < running.length; i++) {
      const r = running.items[i]!;
      if (!this.#inContext(engine, r)) continue;
      const chunk = this.#chunk(engine, requests.known(r) - requests.computed[r]!, out);
      if (chunk === 0) return;
      out.add(r, chunk);
    }
  }

  #newContexts(engine: Engine, out: Batch): void {
    const { running, waiting, requests, kv, reasons } = engine;
    let promised = this.#reserves ? this.#promised(engine) : 0;
    while (waiting.length > 0) {
      if (running.length >= this.options.max_batch_size) {
        out.blockedBy = reasons.intern("max_batch_size");
        return;
      }
      const r = waiting.peek();
      const known = requests.known(r);
      const hits = kv.lookup(r);
      const chunk = this.#chunk(engine, known - hits, out);
      if (chunk === 0) {
        out.blockedBy = reasons.intern("max_num_tokens");
        return;
      }
      const fits = this.#reserves ? this.#toItsEnd(engine, r) + promised * kv.blockSize : known;
      if (!kv.admit(r, known, fits, hits + chunk)) {
        out.blockedBy = reasons.intern("no free KV blocks");
        return;
      }
      if (this.#reserves) promised += this.#blocksToItsEnd(engine, r) - requests.blocks[r]!;
      waiting.pop();
      engine.start(r);
      requests.computed[r] = hits;
      out.add(r, chunk);
    }
  }

  /** Tokens of a context in this pass: a whole number of blocks unless it is the rest; 0 when the budget has no room. */
  #chunk({ kv }: Engine, rest: number, out: Batch): number {
    const { max_num_tokens, enable_chunked_context } = this.options;
    const left = max_num_tokens - out.totalTokens;
    if (rest <= left) return rest;
    return enable_chunked_context ? Math.max(0, left - (left % kv.blockSize)) : 0;
  }

  #toItsEnd({ requests, maxModelLen }: Engine, request: number): number {
    return Math.min(requests.input[request]! + requests.maxTokens[request]!, maxModelLen);
  }

  #blocksToItsEnd(engine: Engine, request: number): number {
    return Math.ceil(this.#toItsEnd(engine, request) / engine.kv.blockSize);
  }

  /** Blocks that the running requests have yet to take on the way to their ends. */
  #promised(engine: Engine): number {
    const { running, requests } = engine;
    let blocks = 0;
    for (let i = 0; i < running.length; i++) {
      const r = running.items[i]!;
      blocks += this.#blocksToItsEnd(engine, r) - requests.blocks[r]!;
    }
    return blocks;
  }

  complete(engine: Engine, batch: Batch): void {
    engine.complete(batch);
  }

  horizon(engine: Engine, batch: Batch): number {
    const { running, waiting, kv } = engine;
    if (batch.count !== running.length || this.#paused) return 0;
    // A batch just formed gives those behind it another reason than its later passes will.
    if (
      this.#isStatic &&
      waiting.length > 0 &&
      batch.blockedBy !== engine.reasons.intern("batch in progress")
    )
      return 0;
    if (this.#looksUpHead(engine) && kv.growsPrefix(waiting.peek(), running.items, running.length)) return 0;
    const rounds = roundsUntilEnd(engine, batch);
    return this.#reserves ? rounds : kv.roundsWithin(running.items, running.length, rounds);
  }

  leap(engine: Engine, batch: Batch, leap: Leap): void {
    this.#growth ??= new DecodeGrowth(engine.kv);
    this.#growth.run(batch, leap, this.#looksUpHead(engine) ? engine.waiting.peek() : -1);
    engine.decode(batch, leap);
  }

  get #isStatic(): boolean {
    return this.options.capacity_scheduler_policy === "STATIC_BATCH";
  }

  /** The head of the queue is looked up before it is held back for want of blocks, and the look-up is counted. */
  #looksUpHead({ waiting, running }: Engine): boolean {
    return !this.#isStatic && waiting.length > 0 && running.length < this.options.max_batch_size;
  }
}
