import { IntList } from "../core/int-list.js";
import type { Names } from "../core/names.js";
import { RequestOutcome } from "../journal/journal.js";
import type { Batch } from "./batch.js";
import type { KvCache } from "./kv/kv-cache.js";
import type { KvMemory } from "./kv/kv-memory.js";
import type { Leap } from "./leap.js";
import { FifoQueue, type RequestQueue } from "./request-queue.js";
import { RequestStatus, type RequestTable } from "./request-table.js";

/** What `generate` returns of a request that goes on. */
export const UNFINISHED = -1;

/** Who hears what happens inside an engine, and when (µs). */
export interface EngineEvents {
  /** The request, about to enter a batch, finds so many of its tokens cached, by the tier that they lie in. */
  found?(time: number, request: number, gpu: number, host: number, disk: number): void;
  /** The request, out of the queue and not in a batch, waits for another reason: a number of the engine's reasons. */
  waits?(time: number, request: number, why: number): void;
  /** The request enters a batch for the first time, or again after a preemption. */
  scheduled(time: number, request: number): void;
  /** It lost its place; `why` is a number of the engine's reasons, "preempted" when absent. */
  preempted(time: number, request: number, why?: number): void;
  /** One more output token. */
  generated(time: number, request: number): void;
  /** One more output token of each of the first `count` requests at each of the first `rounds` times. */
  decoded(requests: Int32Array, count: number, times: Float64Array, rounds: number): void;
  /** The request leaves the engine. It holds nothing any more; its facts can still be read during the call. */
  ended(time: number, request: number, outcome: RequestOutcome): void;
}

/**
 * The state of one serving engine, and the steps that every request scheduler is made of. A scheduler decides; what its
 * decisions do to requests, KV blocks and the record is done here, so that no policy can lose a request or a block.
 */
export class Engine {
  /** Requests in the engine, in order of admission. */
  readonly running = new IntList();
  /** Requests whose blocks are in host memory, in the order in which they were swapped out. */
  readonly swapped: FifoQueue;
  /** Requests whose blocks come from tiers below, in order: each is read when the one before it is there. */
  readonly loading: FifoQueue;
  /** When the last of them will be there, µs. */
  #loaded = 0;
  /** µs since the run's start. */
  now = 0;
  readonly #sampled = new IntList();
  /** Those of `#sampled` that have their last token. */
  readonly #done = new IntList();
  readonly #time = new Float64Array(1);
  /** Its memory as the paged blocks that most schedulers work with; not for one that brings memory of its own. */
  readonly kv: KvCache;

  constructor(
    readonly requests: RequestTable,
    /** Requests that wait, in the order of the scheduler's choice. */
    readonly waiting: RequestQueue,
    readonly memory: KvMemory,
    /** Prompt and answer of one request, in tokens. */
    readonly maxModelLen: number,
    /** Words for why requests wait. */
    readonly reasons: Names,
    readonly events: EngineEvents,
  ) {
    this.swapped = new FifoQueue(requests);
    this.loading = new FifoQueue(requests);
    this.kv = memory as KvCache;
  }

  get unfinished(): number {
    return this.waiting.length + this.running.length + this.swapped.length + this.loading.length;
  }

  /** Puts a request, just taken from the queue and given its blocks, at the end of the running ones. */
  start(request: number): void {
    this.#tellFound(request);
    this.requests.status[request] = RequestStatus.Running;
    this.running.push(request);
    this.events.scheduled(this.now, request);
  }

  #tellFound(request: number): void {
    const { found } = this.memory;
    if (found.request !== request) return;
    this.events.found?.(this.now, request, found.gpu, found.host, found.disk);
    found.request = -1;
  }

  /**
   * Puts a request, just taken from the queue and given its blocks, at the end of the loading ones: passes go on without it
   * until `loadedAt`.
   *
   * @param computed tokens whose blocks it will have then
   */
  load(request: number, computed: number): void {
    const { requests } = this;
    this.#tellFound(request);
    this.#loaded = Math.max(this.#loaded, this.now) + this.memory.takeTransfer();
    requests.loadedAt[request] = Math.round(this.#loaded);
    requests.computed[request] = computed;
    requests.status[request] = RequestStatus.Loading;
    this.loading.push(request);
    this.events.waits?.(this.now, request, this.reasons.intern("KV load"));
  }

  /** Gives up a loading request's blocks: it stands in no queue, and looks for its prefix again. */
  dropLoading(request: number): number {
    const { requests } = this;
    this.loading.remove(request);
    this.kv.free(request, false);
    requests.status[request] = RequestStatus.Waiting;
    requests.computed[request] = 0;
    return request;
  }

  /**
   * Takes a running request's blocks; it must compute everything again. It is out of the running list when this
   * returns, and the scheduler puts it where it shall wait. The answer's tokens so far are kept.
   *
   * @param at its index in `running`
   * @param why a number of `reasons`; "preempted" when absent
   */
  preempt(at: number, why?: number): number {
    const { requests } = this;
    const request = this.running.items[at]!;
    this.running.removeAt(at);
    this.memory.free(request, true);
    requests.status[request] = RequestStatus.Preempted;
    requests.computed[request] = 0;
    requests.preemptions[request]!++;
    this.events.preempted(this.now, request, why);
    return request;
  }

  /**
   * Moves a running request's blocks to host memory; what is computed stays so. It stands at the end of `swapped` when
   * this returns.
   *
   * @param at its index in `running`
   * @param out the pass that waits for the transfer
   * @returns false, and nothing changed, when host memory has no room
   */
  swapOut(at: number, out: Batch): boolean {
    const { requests } = this;
    const request = this.running.items[at]!;
    const time = this.kv.swapOut(request);
    if (time < 0) return false;
    out.transfer += time;
    this.running.removeAt(at);
    this.swapped.push(request);
    requests.status[request] = RequestStatus.Swapped;
    requests.preemptions[request]!++;
    this.events.preempted(this.now, request);
    return true;
  }

  /**
   * Moves a swapped request's blocks back and puts it at the end of the running ones.
   *
   * @param out the pass that waits for the transfer
   * @returns false, and nothing changed, when there are too few free blocks
   */
  swapIn(request: number, out: Batch): boolean {
    const time = this.kv.swapIn(request);
    if (time < 0) return false;
    out.transfer += time;
    this.swapped.remove(request);
    this.start(request);
    return true;
  }

  /** Gives up a swapped request's blocks: it must compute everything again, and stands in no queue. */
  dropSwapped(request: number): number {
    const { requests } = this;
    this.swapped.remove(request);
    this.kv.free(request, false);
    requests.status[request] = RequestStatus.Preempted;
    requests.computed[request] = 0;
    return request;
  }

  /**
   * A pass yielded a token for the request. Its blocks stay until `finish`.
   *
   * @returns the outcome when the request is done, else UNFINISHED
   */
  generate(request: number): RequestOutcome | typeof UNFINISHED {
    this.requests.tokens[request]!++;
    this.events.generated(this.now, request);
    return this.#outcome(request);
  }

  /** Ends a request, running, swapped or waiting; its blocks are free for the next pass. */
  finish(request: number, outcome: RequestOutcome): void {
    const { requests } = this;
    if (requests.status[request] === RequestStatus.Running) this.running.remove(request);
    else if (requests.status[request] === RequestStatus.Swapped) this.swapped.remove(request);
    else if (requests.status[request] === RequestStatus.Loading) this.loading.remove(request);
    else this.waiting.remove(request);
    requests.status[request] = RequestStatus.Ended;
    this.memory.free(request, false);
    this.events.ended(this.now, request, outcome);
  }

  /**
   * The usual end of a pass: every entry that reached the end of what was known gets one token, and who is done leaves,
   * in batch order. Entries whose request has ended meanwhile are passed over; their token is lost.
   */
  complete(batch: Batch): void {
    this.yieldTokens(batch);
    this.finishDone();
  }

  /**
   * Every entry that reached the end of what was known gets one token, unless its request has ended meanwhile. Nobody leaves
   * yet: `finishDone` follows, or `finishIfDone` for one of them.
   *
   * @param ahead passes are formed ahead (see `advance`)
   * @returns who got one, in batch order; valid until the next call
   */
  yieldTokens(batch: Batch, ahead = false): IntList {
    const { serial, tokens, placeholders, output, input } = this.requests;
    const { maxModelLen } = this;
    const sampled = this.#sampled;
    const done = this.#done;
    sampled.clear();
    done.clear();
    const { count, request, samples, serial: serialThen } = batch;
    for (let i = 0; i < count; i++) {
      const r = request[i]!;
      if (samples[i] === 0 || serial[r] !== serialThen[i]) continue;
      const generated = tokens[r]! + 1;
      tokens[r] = generated;
      if (ahead) placeholders[r]!--;
      sampled.push(r);
      if (generated >= output[r]! || input[r]! + generated >= maxModelLen) done.push(r);
    }
    this.#time[0] = this.now;
    if (sampled.length > 0) this.events.decoded(sampled.items, sampled.length, this.#time, 1);
    return sampled;
  }

  /** Whether the request has its last token. */
  isDone(request: number): boolean {
    return this.#outcome(request) !== UNFINISHED;
  }

  /** Those who got their last token in the last `yieldTokens` leave, in batch order. */
  finishDone(): void {
    const done = this.#done;
    for (let i = 0; i < done.length; i++) this.finishIfDone(done.items[i]!);
    done.clear();
  }

  finishIfDone(request: number): void {
    const outcome = this.#outcome(request);
    if (outcome !== UNFINISHED) this.finish(request, outcome);
  }

  #outcome(request: number): RequestOutcome | typeof UNFINISHED {
    const { requests } = this;
    const tokens = requests.tokens[request]!;
    if (tokens >= requests.output[request]!) return RequestOutcome.Completed;
    return requests.input[request]! + tokens >= this.maxModelLen ? RequestOutcome.Length : UNFINISHED;
  }

  /** A decoding batch repeats so many times: each request gets as many tokens; nobody ends, and no blocks are taken. */
  decode(batch: Batch, { ends, rounds }: Leap): void {
    const { computed, tokens } = this.requests;
    for (let i = 0; i < batch.count; i++) {
      const r = batch.request[i]!;
      tokens[r]! += rounds;
      computed[r]! += rounds;
    }
    this.events.decoded(batch.request, batch.count, ends, rounds);
  }

  /**
   * Tokens of a batch count as computed from its scheduling on; entries that reach the end of what is known sample.
   *
   * @param ahead passes are formed before the tokens of the one that runs are known: a token to come is a placeholder
   */
  advance(batch: Batch, ahead = false): void {
    const { computed, input, tokens, placeholders } = this.requests;
    batch.transfer += this.memory.takeTransfer();
    const { count, request, tokens: news } = batch;
    for (let i = 0; i < count; i++) {
      const r = request[i]!;
      const after = computed[r]! + news[i]!;
      const pending = placeholders[r]!;
      computed[r] = after;
      if (after < input[r]! + tokens[r]! + pending) continue;
      batch.sample(i);
      if (ahead) placeholders[r] = pending + 1;
    }
  }
}
