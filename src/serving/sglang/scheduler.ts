import type { Stream } from "../../core/random.js";
import { RequestOutcome } from "../../journal/journal.js";
import type { Batch } from "../batch.js";
import type { Engine } from "../engine.js";
import { contradiction } from "../engine-options.js";
import type { Leap } from "../leap.js";
import type { EngineLimits } from "../refusal.js";
import type { RequestScheduler } from "../request-scheduler.js";
import type { RequestTable } from "../request-table.js";
import { formDecodePass, mixDecodes } from "./decode-pass.js";
import { NewTokenRatio } from "./new-token-ratio.js";
import type { SglangOptions } from "./options.js";
import { PrefillAdder } from "./prefill-adder.js";
import { PrefillPasses } from "./prefill-pass.js";
import { WaitingList } from "./queue.js";
import { RadixMemory } from "./radix-memory.js";
import { maxNewTokens, maxRunningRequests, promptLimit, refuses } from "./request-limits.js";
import { RunningBatch } from "./running-batch.js";
import { SchedulePolicy } from "./schedule-policy.js";
import { SchedulerState } from "./scheduler-state.js";

/**
 * SGLang's scheduler (python/sglang/srt/managers/scheduler.py, commit 9864059e of 2026-06-15): a pass either computes
 * prompts, while everybody who decodes pauses, or decodes. Waiting requests are tried in the order of the schedule policy;
 * memory is promised to them on a guess of how much the running ones will generate, and who was let in on a wrong guess
 * goes back to the end of the queue.
 */
export class SglangScheduler implements RequestScheduler {
  readonly passesInFlight: 1 | 2;
  /** mem_fraction_static leaves room for activations by itself: they take nothing from the KV cache. */
  readonly largestBatch = { sequences: 0, tokens: 0 };
  /** How many entries of the pass formed last, the first ones, compute prompts. */
  prefills = 0;
  state!: SchedulerState;
  #prefillPasses!: PrefillPasses;
  /** Passes are formed before the tokens of the one that runs are known. */
  readonly #ahead: boolean;
  readonly #mixes: boolean;
  /** The pass formed last; none when it would have been empty. */
  #last: Batch | undefined;
  /** Entries that compute prompts, of each pass in flight. */
  readonly #inFlight: number[] = [];
  /** When the last request left, and when the last pass after that was over, µs; -1 while somebody is there. */
  #emptySince = -1;
  #idleSince = -1;

  constructor(
    readonly options: SglangOptions,
    readonly contextLength: number,
    readonly random: Stream,
    /** Keys from the scenario's root to the options, for complaints. */
    readonly path: readonly (string | number)[] = [],
  ) {
    this.#ahead = !options.disable_overlap_schedule;
    this.passesInFlight = this.#ahead ? 2 : 1;
    this.#mixes = options.enable_mixed_chunk && options.chunked_prefill_size > 0;
  }

  createMemory(requests: RequestTable, { usableBlocks, blockSize }: EngineLimits): RadixMemory {
    const { options, contextLength } = this;
    const total = usableBlocks * blockSize;
    if (promptLimit(total, contextLength) <= 0)
      throw contradiction(
        `the KV cache holds ${total} tokens, or context_length is too short: no prompt could be served`,
        this.path,
        "SGLang keeps 6 tokens of both for itself: raise max_total_tokens, mem_fraction_static or context_length",
      );
    const caching = !options.disable_radix_cache;
    const memory = new RadixMemory(requests, total, blockSize, caching, options.radix_eviction_policy);
    const adder = new PrefillAdder(requests, memory, options);
    const waiting = new WaitingList(requests, (request) => {
      const most = maxNewTokens(requests.input[request]!, total, blockSize, contextLength);
      requests.maxTokens[request] = Math.min(requests.maxTokens[request]!, most);
      adder.forget(request);
    });
    const ratio = new NewTokenRatio(options.schedule_conservativeness);
    this.state = new SchedulerState(memory, waiting, new RunningBatch(requests), ratio);
    const policy = new SchedulePolicy(requests, memory, options, this.random);
    const most = maxRunningRequests(options.max_running_requests, total, contextLength);
    this.#prefillPasses = new PrefillPasses(this.state, adder, policy, options, most, this.#mixes);
    return memory;
  }

  createQueue(): WaitingList {
    return this.state.waiting;
  }

  refuses(requests: RequestTable, request: number, limits: EngineLimits): string | undefined {
    return refuses(requests, request, this.contextLength, limits);
  }

  reset(): void {
    this.#inFlight.length = 0;
    this.#emptySince = -1;
    this.#forgetPasses();
    this.state.chunked = -1;
    this.state.lostTokens = false;
    this.state.ratio.reset();
  }

  #forgetPasses(): void {
    this.state.forgetRunning();
    this.#last = undefined;
    this.prefills = 0;
  }

  /** One turn of the loop (`get_next_batch_to_run`). */
  schedule(engine: Engine, out: Batch): void {
    const { state } = this;
    const { running, waiting } = state;
    this.#wake(engine.now);
    this.#stash(engine);
    if (this.prefills > 0) this.#merge(this.#last!);
    const before = running.count;
    const prefills = this.#prefillPasses.form(engine, out);
    if (prefills === 0) formDecodePass(state, engine, out);
    else if (this.#mixes) mixDecodes(state, out);
    if (state.full && waiting.length > 0) out.blockedBy = state.fullBecause;
    this.prefills = prefills;
    this.#last = out.count > 0 ? out : undefined;
    if (out.count > 0) {
      engine.advance(out, this.#ahead);
      this.#inFlight.push(prefills);
      // Somebody was only now struck off the list: the loop comes round at once.
    } else if (running.count < before) out.wakeAt = engine.now;
  }

  /** Makes up for the turns of the loop since the last request left. */
  #wake(now: number): void {
    if (this.#emptySince < 0) return;
    if (now > this.#emptySince) this.#forgetPasses();
    if (now > this.#idleSince) this.state.ratio.reset();
    if (this.state.waiting.length > 0) this.#emptySince = -1;
  }

  /** What is computed of a long prompt goes over to the tree. */
  #stash({ requests }: Engine): void {
    const { chunked, memory } = this.state;
    if (chunked < 0) return;
    const computed = requests.computed[chunked]!;
    if (computed > memory.cached(chunked)) memory.cache(chunked, computed, true);
  }

  /** Those whose prompts the pass before has computed join those who decode. */
  #merge({ requests, request, serial, count }: Batch): void {
    const { state } = this;
    const { running } = state;
    const before = running.count;
    for (let i = 0; i < count; i++) {
      const r = request[i]!;
      if (requests.serial[r] === serial[i] && r !== state.chunked) running.push(r);
    }
    // The flag belongs to the list: an empty one gives way to that of the newcomers, on which it is not set.
    if (running.count - before < count || before === 0) state.full = false;
  }

  complete(engine: Engine, batch: Batch): void {
    const { memory, lostTokens } = this.state;
    const { serial, tokens, output, maxTokens } = engine.requests;
    const prefills = this.#inFlight.shift()!;
    if (lostTokens) this.#loseTokens(batch);
    engine.yieldTokens(batch, this.#ahead);
    for (let i = 0; i < batch.count; i++) {
      const r = batch.request[i]!;
      if (batch.samples[i] === 0 || serial[r] !== batch.serial[i]) continue;
      if (tokens[r]! >= output[r]!) this.#finish(engine, r, RequestOutcome.Completed);
      else if (tokens[r]! >= maxTokens[r]!) this.#finish(engine, r, RequestOutcome.Length);
      else if (i < prefills) memory.cache(r, batch.computed[i]! + batch.tokens[i]!, false);
    }
    if (engine.unfinished > 0) return;
    if (this.#emptySince < 0) this.#emptySince = engine.now;
    this.#idleSince = engine.now;
  }

  /** The tokens of those who were sent back while the pass ran are lost. */
  #loseTokens({ requests, request, samples, count }: Batch): void {
    if (this.#ahead)
      for (let i = 0; i < count; i++) if (requests.placeholders[request[i]!] === 0) samples[i] = 0;
    this.state.lostTokens = false;
  }

  #finish(engine: Engine, request: number, outcome: RequestOutcome): void {
    const left = engine.requests.maxTokens[request]! - engine.requests.tokens[request]!;
    if (left > 0) this.state.running.ends(request, left);
    engine.finish(request, outcome);
  }

  horizon(engine: Engine, batch: Batch): number {
    const { chunked, memory } = this.state;
    // A prompt of which one token is computed looks like a request that decodes.
    if (this.#inFlight.some((prefills) => prefills > 0) || chunked >= 0) return 0;
    if (!this.#prefillPasses.closed(engine)) return 0;
    const { tokens, output, maxTokens } = engine.requests;
    let rounds = Number.POSITIVE_INFINITY;
    for (let i = 0; i < batch.count; i++) {
      const r = batch.request[i]!;
      const last = Math.min(output[r]!, maxTokens[r]!);
      if (last - tokens[r]! - 1 < rounds) rounds = last - tokens[r]! - 1;
    }
    return memory.roundsWithin(batch.request, batch.count, rounds);
  }

  leap(engine: Engine, batch: Batch, leap: Leap): void {
    this.state.memory.grow(batch.request, batch.count, leap);
    this.state.ratio.decode(leap.rounds);
    engine.decode(batch, leap);
  }
}
