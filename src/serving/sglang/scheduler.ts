import type { Stream } from "../../core/random.js";
import { RequestOutcome } from "../../journal/journal.js";
import type { Batch } from "../batch.js";
import type { Engine } from "../engine.js";
import { contradiction } from "../engine-options.js";
import type { Leap } from "../leap.js";
import type { EngineLimits } from "../refusal.js";
import type { RequestScheduler } from "../request-scheduler.js";
import type { RequestTable } from "../request-table.js";
import { NewTokenRatio, RETRACT_DECODE_STEPS } from "./new-token-ratio.js";
import type { SglangOptions } from "./options.js";
import { AddResult, PrefillAdder } from "./prefill-adder.js";
import { WaitingList } from "./queue.js";
import { RadixMemory } from "./radix-memory.js";
import { maxNewTokens, maxRunningRequests, promptLimit, refuses } from "./request-limits.js";
import { RunningBatch } from "./running-batch.js";
import { SchedulePolicy } from "./schedule-policy.js";

/** Why the next request in line is not let in. */
const WORDS: Record<Exclude<AddResult, 0>, string> = {
  [AddResult.NoToken]: "no free KV tokens",
  [AddResult.Chunk]: "chunked_prefill_size",
  [AddResult.Input]: "max_prefill_tokens",
  [AddResult.Requests]: "prefill_max_requests",
};

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
  readonly ratio: NewTokenRatio;
  /** The request of whose prompt a part is computed; -1 for none. */
  chunked = -1;
  /** Nobody is tried before somebody has left. */
  full = false;
  #fullBecause = -1;
  /** Passes are formed before the tokens of the one that runs are known. */
  readonly #ahead: boolean;
  /** Somebody was retracted whose token the pass in flight computes. */
  #lost = false;
  readonly #mixes: boolean;
  #maxRunning = 0;
  #memory!: RadixMemory;
  #waiting!: WaitingList;
  #running!: RunningBatch;
  #adder!: PrefillAdder;
  #policy!: SchedulePolicy;
  /** How many entries of the pass formed last, the first ones, compute prompts. */
  prefills = 0;
  /** That pass; none when it would have been empty. */
  #last: Batch | undefined;
  /** The same numbers of the passes in flight. */
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
    this.ratio = new NewTokenRatio(options.schedule_conservativeness);
    this.#mixes = options.enable_mixed_chunk && options.chunked_prefill_size > 0;
  }

  createMemory(requests: RequestTable, { usableBlocks, blockSize }: EngineLimits): RadixMemory {
    const { options } = this;
    const total = usableBlocks * blockSize;
    if (promptLimit(total, this.contextLength) <= 0)
      throw contradiction(
        `the KV cache holds ${total} tokens, or context_length is too short: no prompt could be served`,
        this.path,
        "SGLang keeps 6 tokens of both for itself: raise max_total_tokens, mem_fraction_static or context_length",
      );
    const caching = !options.disable_radix_cache;
    this.#memory = new RadixMemory(requests, total, blockSize, caching, options.radix_eviction_policy);
    this.#maxRunning = maxRunningRequests(options.max_running_requests, total, this.contextLength);
    this.#running = new RunningBatch(requests);
    this.#adder = new PrefillAdder(requests, this.#memory, options);
    this.#policy = new SchedulePolicy(requests, this.#memory, options, this.random);
    return this.#memory;
  }

  createQueue(requests: RequestTable): WaitingList {
    const { total, pageSize } = this.#memory;
    this.#waiting = new WaitingList(requests, (request) => {
      const most = maxNewTokens(requests.input[request]!, total, pageSize, this.contextLength);
      requests.maxTokens[request] = Math.min(requests.maxTokens[request]!, most);
      this.#adder.forget(request);
    });
    return this.#waiting;
  }

  refuses(requests: RequestTable, request: number, limits: EngineLimits): string | undefined {
    return refuses(requests, request, this.contextLength, limits);
  }

  reset(): void {
    this.#inFlight.length = 0;
    this.#forgetBatches();
    this.chunked = -1;
    this.#lost = false;
    this.#emptySince = -1;
    this.ratio.reset();
  }

  #forgetBatches(): void {
    this.#running.clear();
    this.full = false;
    this.#last = undefined;
    this.prefills = 0;
  }

  /** One turn of the loop (`get_next_batch_to_run`). */
  schedule(engine: Engine, out: Batch): void {
    this.#wake(engine.now);
    this.#stash(engine);
    if (this.prefills > 0) this.#merge(this.#last!);
    const before = this.#running.count;
    const prefills = this.#prefill(engine, out);
    if (prefills === 0) this.#decode(engine, out);
    else if (this.#mixes) this.#mix(out);
    if (this.full && engine.waiting.length > 0) out.blockedBy = this.#fullBecause;
    this.prefills = prefills;
    this.#last = out.count > 0 ? out : undefined;
    if (out.count > 0) {
      engine.advance(out, this.#ahead);
      this.#inFlight.push(prefills);
      // Somebody was only now struck off the list: the loop comes round at once.
    } else if (this.#running.count < before) out.wakeAt = engine.now;
  }

  /** Makes up for the turns of the loop since the last request left. */
  #wake(now: number): void {
    if (this.#emptySince < 0) return;
    if (now > this.#emptySince) this.#forgetBatches();
    if (now > this.#idleSince) this.ratio.reset();
    if (this.#waiting.length > 0) this.#emptySince = -1;
  }

  /** What is computed of a long prompt goes over to the tree. */
  #stash({ requests }: Engine): void {
    const { chunked } = this;
    if (chunked < 0) return;
    const computed = requests.computed[chunked]!;
    if (computed > this.#memory.cached(chunked)) this.#memory.cache(chunked, computed, true);
  }

  /** Those whose prompts the pass before has computed join those who decode. */
  #merge(last: Batch): void {
    const running = this.#running;
    const { serial } = last.requests;
    const before = running.count;
    for (let i = 0; i < last.count; i++) {
      const r = last.request[i]!;
      if (serial[r] === last.serial[i] && r !== this.chunked) running.push(r);
    }
    const joined = running.count - before;
    // The flag belongs to the list: an empty one gives way to that of the newcomers, on which it is not set.
    if (joined < last.count || before === 0) this.full = false;
  }

  /** Forms a pass of prompts, if there are any that can be computed now; their number (`get_new_batch_prefill`). */
  #prefill(engine: Engine, out: Batch): number {
    const { options } = this;
    const waiting = this.#waiting;
    const adder = this.#adder;
    if (options.enable_priority_scheduling) this.full = false;
    if ((this.full || waiting.length === 0) && this.chunked < 0) return 0;
    if (this.#slots(engine) <= 0 && this.chunked < 0 && !options.enable_priority_scheduling) {
      this.#fill(engine, "max_running_requests");
      return 0;
    }
    this.#policy.sort(waiting);
    adder.begin(this.#running, this.ratio.value, this.#mixes ? this.#running.count : 0);
    const continued = this.chunked;
    if (continued >= 0) {
      if (!adder.addChunked(continued)) this.chunked = -1;
      if (adder.list.length === 0) return 0;
    }
    this.#admit(engine, out);
    const { items, length } = adder.list;
    if (length === 0) return 0;
    if (adder.newChunked >= 0) this.chunked = adder.newChunked;
    const memory = this.#memory;
    let need = memory.pageSize > 1 ? length * memory.pageSize : 0;
    for (let i = 0; i < length; i++) need += adder.extend.items[i]!;
    memory.ensure(need);
    for (let i = 0; i < length; i++) {
      const r = items[i]!;
      const tokens = adder.extend.items[i]!;
      memory.take(r, tokens);
      if (r !== continued) {
        memory.tell(r);
        engine.start(r);
      }
      out.add(r, tokens);
    }
    return length;
  }

  /** Requests that may still start. One that has ended but is still listed among the running ones counts. */
  #slots({ running }: Engine): number {
    return this.#maxRunning - Math.max(this.#running.count, running.length);
  }

  #fill(engine: Engine, why: string): void {
    this.full = true;
    this.#fullBecause = engine.reasons.intern(why);
  }

  /** Lets waiting requests in, in order, up to the first that does not fit. */
  #admit(engine: Engine, out: Batch): void {
    const waiting = this.#waiting;
    const adder = this.#adder;
    const preempted: number[] = [];
    while (waiting.length > 0) {
      const r = waiting.peek();
      if (adder.list.length >= this.#slots(engine)) this.#fill(engine, "max_running_requests");
      if (this.full && !this.#preemptFor(engine, r, preempted)) break;
      const before = adder.list.length;
      const result = adder.add(r);
      if (adder.list.length > before) waiting.pop();
      if (result === AddResult.Continue) continue;
      const why = WORDS[result];
      if (result === AddResult.NoToken) this.#fill(engine, why);
      else if (waiting.length > 0) out.blockedBy = engine.reasons.intern(why);
      break;
    }
    for (const request of preempted) waiting.push(request);
  }

  /** Makes less urgent requests give way to a waiting one, if that is enough to let it in (`preempt_to_schedule`). */
  #preemptFor(engine: Engine, request: number, preempted: number[]): boolean {
    const { options } = this;
    if (!options.enable_priority_scheduling) return false;
    const running = this.#running;
    const adder = this.#adder;
    const { priority } = engine.requests;
    const { entry } = this.#waiting;
    const sign = options.schedule_low_priority_values_first ? -1 : 1;
    const candidates: number[] = [];
    for (let i = 0; i < running.count; i++) if (running.lives(i)) candidates.push(i);
    const of = (at: number) => running.request[at]!;
    candidates.sort((a, b) => sign * (priority[of(a)]! - priority[of(b)]!) || entry[of(b)]! - entry[of(a)]!);
    let short = adder.shortage(request);
    const victims: number[] = [];
    for (const at of candidates) {
      const difference = sign * (priority[request]! - priority[of(at)]!);
      if (difference <= options.priority_scheduling_preemption_threshold) break;
      victims.push(at);
      short -= running.left(at) * this.ratio.value;
      if (short <= 0) break;
    }
    if (victims.length === 0 || short > 0) return false;
    const before = running.count;
    victims.sort((a, b) => a - b);
    for (let k = 0; k < victims.length; k++) {
      adder.preempted(running.left(victims[k]!));
      preempted.push(of(victims[k]!));
    }
    for (let k = 0; k < victims.length; k++)
      this.#release(engine, preempted.at(k - victims.length)!, before - k - 1, "preempted");
    for (const victim of preempted.slice(-victims.length)) running.filter(victim);
    return true;
  }

  /** A running request loses its memory and must compute everything again; some is made free for those who stay. */
  #release(engine: Engine, request: number, stay: number, why: string): void {
    engine.preempt(engine.running.items.indexOf(request), engine.reasons.intern(why));
    engine.requests.placeholders[request] = 0;
    this.#lost = this.#ahead;
    this.#memory.ensure(stay * RETRACT_DECODE_STEPS);
  }

  /** One token for everybody who decodes (`update_running_batch`). */
  #decode(engine: Engine, out: Batch): void {
    const running = this.#running;
    const memory = this.#memory;
    const before = running.count;
    if (before === 0) return;
    running.filter();
    if (running.count > 0) {
      if (memory.ensure(memory.decodeNeed(running.request, running.count))) this.ratio.decode(1);
      else this.#retract(engine);
    }
    if (running.count < before) this.full = false;
    this.#addDecodes(out);
  }

  #addDecodes(out: Batch): void {
    const { request, count } = this.#running;
    this.#memory.takeDecode(request, count);
    for (let i = 0; i < count; i++) out.add(request[i]!, 1);
  }

  /** Sends requests back to the end of the queue until the others have memory for their next tokens (`retract_decode`). */
  #retract(engine: Engine): void {
    const running = this.#running;
    const memory = this.#memory;
    const fits = () => memory.ensure(memory.decodeNeed(running.request, running.count));
    const retracted: number[] = [];
    running.sortForRetraction();
    while (running.count > 1) {
      const victim = running.pop();
      retracted.push(victim);
      this.#release(engine, victim, running.count, "retracted");
      if (fits()) break;
    }
    if (running.count === 1 && !fits()) {
      engine.finish(running.pop(), RequestOutcome.Aborted);
    }
    this.ratio.retracted(running);
    for (const victim of retracted) this.#waiting.push(victim);
  }

  /** Those who decode take part in a pass of prompts. */
  #mix(out: Batch): void {
    const running = this.#running;
    running.filter();
    if (!this.#memory.ensure(this.#memory.decodeNeed(running.request, running.count))) return;
    this.#addDecodes(out);
    running.clear();
  }

  complete(engine: Engine, batch: Batch): void {
    const { requests } = engine;
    const { serial, tokens, output, maxTokens } = requests;
    const prefills = this.#inFlight.shift()!;
    if (this.#lost) this.#loseTokens(batch);
    engine.yieldTokens(batch, this.#ahead);
    for (let i = 0; i < batch.count; i++) {
      const r = batch.request[i]!;
      if (batch.samples[i] === 0 || serial[r] !== batch.serial[i]) continue;
      if (tokens[r]! >= output[r]!) this.#finish(engine, r, RequestOutcome.Completed);
      else if (tokens[r]! >= maxTokens[r]!) this.#finish(engine, r, RequestOutcome.Length);
      else if (i < prefills) this.#memory.cache(r, batch.computed[i]! + batch.tokens[i]!, false);
    }
    if (engine.unfinished > 0) return;
    if (this.#emptySince < 0) this.#emptySince = engine.now;
    this.#idleSince = engine.now;
  }

  /** The tokens of those who were retracted while the pass ran are lost. */
  #loseTokens({ requests, request, samples, count }: Batch): void {
    for (let i = 0; i < count; i++) if (requests.placeholders[request[i]!] === 0) samples[i] = 0;
    this.#lost = false;
  }

  #finish(engine: Engine, request: number, outcome: RequestOutcome): void {
    const left = engine.requests.maxTokens[request]! - engine.requests.tokens[request]!;
    if (left > 0) this.#running.ends(request, left);
    engine.finish(request, outcome);
  }

  horizon(engine: Engine, batch: Batch): number {
    // A prompt of which one token is computed looks like a request that decodes.
    if (this.#inFlight.some((prefills) => prefills > 0) || this.chunked >= 0) return 0;
    const { waiting, requests } = engine;
    if (waiting.length > 0 && (!this.full || this.options.enable_priority_scheduling)) return 0;
    const { tokens, output, maxTokens } = requests;
    let rounds = Number.POSITIVE_INFINITY;
    for (let i = 0; i < batch.count; i++) {
      const r = batch.request[i]!;
      const last = Math.min(output[r]!, maxTokens[r]!);
      if (last - tokens[r]! - 1 < rounds) rounds = last - tokens[r]! - 1;
    }
    return this.#memory.roundsWithin(batch.request, batch.count, rounds);
  }

  leap(engine: Engine, batch: Batch, leap: Leap): void {
    this.#memory.grow(batch.request, batch.count, leap);
    this.ratio.decode(leap.rounds);
    engine.decode(batch, leap);
  }
}
