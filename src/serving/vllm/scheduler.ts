import type { Batch } from "../batch.js";
import type { Engine } from "../engine.js";
import { PriorityQueue } from "../heap-queue.js";
import { DecodeGrowth } from "../kv/decode-growth.js";
import type { Leap } from "../leap.js";
import { FifoQueue, type RequestQueue } from "../request-queue.js";
import type { RequestScheduler } from "../request-scheduler.js";
import { RequestStatus, type RequestTable } from "../request-table.js";
import type { VllmOptions } from "./options.js";

/**
 * The request scheduler of vLLM V1 (vllm/v1/core/sched/scheduler.py and async_scheduler.py, commit 4ff865c3 of
 * 2026-05-29): running requests first, in order of admission, then waiting ones from the head of the queue, within one
 * token budget; who does not get a KV block makes the last (or least urgent) running request start over.
 */
export class VllmScheduler implements RequestScheduler {
  readonly passesInFlight: 1 | 2;
  readonly largestBatch: { sequences: number; tokens: number };
  readonly #budget: number;
  /** Somebody was preempted in the last pass formed, so that it let nobody in; the next one may. */
  #preempted = false;
  #growth: DecodeGrowth | undefined;

  constructor(readonly options: VllmOptions) {
    this.passesInFlight = options.async_scheduling ? 2 : 1;
    this.largestBatch = { sequences: options.max_num_seqs, tokens: options.max_num_batched_tokens };
    this.#budget = options.max_num_scheduled_tokens;
  }

  createQueue(requests: RequestTable): RequestQueue {
    return this.options.policy === "fcfs" ? new FifoQueue(requests) : new PriorityQueue(requests);
  }

  schedule(engine: Engine, out: Batch): void {
    const left = this.#scheduleRunning(engine, out);
    this.#preempted = left < 0;
    if (left >= 0) this.#admit(engine, out, left);
    else {
      if (engine.waiting.length > 0) out.blockedBy = engine.reasons.intern("no free KV blocks");
      // The first in line was the least urgent and gave way: the step is empty, and the loop comes round at once.
      if (out.count === 0) out.wakeAt = engine.now;
    }
    if (engine.loading.length > 0) this.#awaitLoads(engine, out);
    engine.advance(out, this.options.async_scheduling);
  }

  /** Tokens left of the budget; -1 when somebody was preempted, so that nobody may be let in. */
  #scheduleRunning(engine: Engine, out: Batch): number {
    const { requests, running, kv, maxModelLen } = engine;
    const { long_prefill_token_threshold: threshold, async_scheduling: async } = this.options;
    const { input, tokens, computed, placeholders, maxTokens, quiet } = requests;
    let budget = this.#budget;
    let preempted = false;
    let i = 0;
    while (i < running.length && budget > 0) {
      const r = running.items[i]!;
      const done = computed[r]!;
      const pending = placeholders[r]!;
      // The passes in flight will reach the length limit: another one would be for nothing.
      if (async && pending > 0 && done + 2 - pending >= input[r]! + maxTokens[r]!) {
        i++;
        continue;
      }
      let n = input[r]! + tokens[r]! + pending - done;
      if (threshold > 0 && n > threshold) n = threshold;
      n = Math.min(n, budget, maxModelLen - 1 - done);
      if (n <= 0) {
        i++;
        continue;
      }
      let room = true;
      const known = input[r]! + tokens[r]!;
      // Of many decoding requests few need a block or fill one: asking no further spares most of the others' time.
      while (
        done + n > quiet[r]! &&
        !kv.grow(r, Math.min(done + n, maxModelLen), Math.min(done + n, known))
      ) {
        preempted = true;
        const at = this.#victim(engine);
        const victim = engine.preempt(at);
        engine.waiting.pushFront(victim);
        const returned = out.remove(victim);
        if (returned > 0) {
          budget += returned;
          i--;
        }
        if (victim === r) {
          room = false;
          break;
        }
      }
      if (!room) break;
      out.add(r, n);
      budget -= n;
      i++;
    }
    return preempted ? -1 : budget;
  }

  /** Lets requests in: first those whose blocks have come from tiers below, then from the head of the queue. */
  #admit(engine: Engine, out: Batch, left: number): void {
    const { loading, waiting, running, reasons } = engine;
    let budget = left;
    while (waiting.length > 0 || this.#isLoaded(engine)) {
      let why: string | undefined;
      if (budget <= 0) why = "token budget";
      else if (running.length >= this.options.max_num_seqs) why = "max_num_seqs";
      else {
        const tokens = out.totalTokens;
        why = this.#isLoaded(engine)
          ? this.#admitLoaded(engine, out, loading.first, budget)
          : this.#admitWaiting(engine, out, waiting.peek(), budget);
        budget -= out.totalTokens - tokens;
      }
      if (why === undefined) continue;
      out.blockedBy = reasons.intern(why);
      return;
    }
  }

  /** Gives a waiting request its blocks; undefined, or why not. */
  #admitWaiting(engine: Engine, out: Batch, request: number, budget: number): string | undefined {
    const { requests, waiting, kv, maxModelLen } = engine;
    const hits = kv.lookup(request);
    const known = requests.known(request);
    // What lies in tiers below is read while others go on: only then are the other tokens scheduled.
    const { loads } = kv;
    const n = loads > 0 ? 0 : this.#piece(known - hits, budget);
    if (n < 0) return "token budget";
    const slots = Math.min(hits + n, maxModelLen);
    const fits = this.options.scheduler_reserve_full_isl ? Math.min(known, maxModelLen) : slots;
    const findable = hits + n - loads * kv.blockSize;
    if (!kv.admit(request, slots, fits, Math.min(findable, known))) return "no free KV blocks";
    waiting.pop();
    if (loads > 0) engine.load(request, hits);
    else {
      engine.start(request);
      requests.computed[request] = hits;
      out.add(request, n);
    }
    return undefined;
  }

  /** Lets in a request whose blocks have been read; undefined, or why not. */
  #admitLoaded(engine: Engine, out: Batch, request: number, budget: number): string | undefined {
    const { requests, loading, kv, maxModelLen } = engine;
    const known = requests.known(request);
    const done = requests.computed[request]!;
    const n = this.#piece(known - done, budget);
    if (n < 0) return "token budget";
    const whole = this.options.scheduler_reserve_full_isl;
    if (whole && !kv.hasRoom(request, Math.min(known, maxModelLen))) return "no free KV blocks";
    if (!kv.grow(request, Math.min(done + n, maxModelLen), done + n)) return "no free KV blocks";
    loading.remove(request);
    engine.start(request);
    out.add(request, n);
    return undefined;
  }

  /** Tokens of a prompt that a pass may take; -1 when it must take all of them and has no room. */
  #piece(left: number, budget: number): number {
    const { long_prefill_token_threshold: threshold, enable_chunked_prefill } = this.options;
    const n = threshold > 0 && left > threshold ? threshold : left;
    return !enable_chunked_prefill && n > budget ? -1 : Math.min(n, budget);
  }

  /** The first of those that load is there. */
  #isLoaded({ loading, requests, now }: Engine): boolean {
    return loading.length > 0 && requests.loadedAt[loading.first]! <= now;
  }

  /** Asks to be called when the next one is there; none may hold blocks that all of them wait for. */
  #awaitLoads(engine: Engine, out: Batch): void {
    const { loading, running, requests, now } = engine;
    if (!this.#isLoaded(engine)) out.wakeAt = requests.loadedAt[loading.first]!;
    else if (out.count === 0 && running.length === 0) {
      engine.waiting.pushFront(engine.dropLoading(loading.last));
      out.wakeAt = now;
    }
  }

  /** Index in `running` of who starts over: the last, or by priority the least urgent, of equals the first. */
  #victim(engine: Engine): number {
    const { running, requests } = engine;
    if (this.options.policy === "fcfs") return running.length - 1;
    const { priority, order } = requests;
    let worst = 0;
    for (let i = 1; i < running.length; i++) {
      const r = running.items[i]!;
      const w = running.items[worst]!;
      if (priority[r]! > priority[w]! || (priority[r] === priority[w] && order[r]! > order[w]!)) worst = i;
    }
    return worst;
  }

  complete(engine: Engine, batch: Batch): void {
    if (!this.options.async_scheduling) {
      engine.complete(batch);
      return;
    }
    const { requests, kv } = engine;
    const { status, computed, placeholders, quiet } = requests;
    const { items, length } = engine.yieldTokens(batch, true);
    for (let i = 0; i < length; i++) {
      const r = items[i]!;
      const findable = computed[r]! - placeholders[r]!;
      if (findable > quiet[r]! && status[r] === RequestStatus.Running) kv.cache(r, findable);
    }
    engine.finishDone();
  }

  horizon(engine: Engine, batch: Batch): number {
    const { requests, running, kv, maxModelLen } = engine;
    if (batch.count !== running.length || this.#preempted) return 0;
    if (
      this.#looksUpHead(engine, batch) &&
      // What the head finds in tiers below changes with every block that is written there.
      (kv.offload !== undefined || kv.growsPrefix(engine.waiting.peek(), running.items, running.length))
    )
      return 0;
    const { tokens, output, maxTokens, computed } = requests;
    const inFlight = this.passesInFlight;
    let rounds = Number.POSITIVE_INFINITY;
    for (let i = 0; i < batch.count; i++) {
      const r = batch.request[i]!;
      const generated = tokens[r]!;
      rounds = Math.min(
        rounds,
        output[r]! - generated - 1,
        maxTokens[r]! - generated - inFlight,
        maxModelLen - 1 - computed[r]!,
      );
    }
    return Math.min(rounds, kv.roundsWithin(running.items, running.length, rounds));
  }

  leap(engine: Engine, batch: Batch, leap: Leap): void {
    const { requests, kv } = engine;
    const ahead = this.passesInFlight - 1;
    // What `repeat` makes findable before it counts the round's token is from the second round on an old story.
    if (ahead > 0)
      for (let i = 0; i < batch.count; i++) {
        const r = batch.request[i]!;
        kv.cache(r, requests.computed[r]! - ahead);
      }
    this.#growth ??= new DecodeGrowth(kv);
    this.#growth.run(batch, leap, this.#looksUpHead(engine, batch) ? engine.waiting.peek() : -1);
    engine.decode(batch, leap);
  }

  repeat(engine: Engine, batch: Batch): void {
    const { requests, kv } = engine;
    const { computed, input, tokens } = requests;
    const ahead = this.passesInFlight - 1;
    for (let i = 0; i < batch.count; i++) {
      const r = batch.request[i]!;
      engine.generate(r);
      // With two passes in flight one token is still to come, and only what is known can be found by others.
      if (ahead > 0) kv.cache(r, computed[r]! - ahead);
    }
    for (let i = 0; i < batch.count; i++) {
      const r = batch.request[i]!;
      const done = ++computed[r]!;
      kv.grow(r, done, Math.min(done, input[r]! + tokens[r]!));
    }
    if (this.#looksUpHead(engine, batch)) kv.lookup(engine.waiting.peek());
  }

  /** The head of the queue is looked up before it is held back for want of blocks, and the look-up is counted. */
  #looksUpHead(engine: Engine, batch: Batch): boolean {
    const { waiting, running } = engine;
    if (waiting.length === 0 || this.#isLoaded(engine)) return false;
    return running.length < this.options.max_num_seqs && batch.count < this.#budget;
  }
}
