import type { Batch } from "../batch.js";
import { roundsUntilEnd } from "../decode-rounds.js";
import type { Engine } from "../engine.js";
import { DecodeGrowth } from "../kv/decode-growth.js";
import type { Leap } from "../leap.js";
import { type EngineLimits, refusal } from "../refusal.js";
import type { RequestQueue } from "../request-queue.js";
import type { RequestScheduler } from "../request-scheduler.js";
import type { RequestTable } from "../request-table.js";
import { FuturePeak } from "./future-peak.js";

export interface ReservingOptions {
  batch_max_tokens?: number;
  running_max_req_size: number;
  max_wait_tokens: number;
}

/**
 * The loop that LightLLM's router and its descendants share (S-LoRA, slora/server/router/manager.py as in
 * Ying1123/VTC-artifact 192c2e20): new requests are taken from the head of the queue and computed in a pass of their own,
 * then everybody decodes. One joins only if the cache holds all answers at their longest, so nobody is ever preempted.
 * What differs from policy to policy is who stands at the head.
 */
export abstract class ReservingScheduler implements RequestScheduler {
  readonly largestBatch: { sequences: number; tokens: number };
  readonly #peak = new FuturePeak();
  /** Decode passes since somebody was let in, counted up to `max_wait_tokens`. */
  #decodes = 0;
  /** The last pass formed computes prompts. */
  #prefill = false;
  /** Number of the reason that `heldBack` gave for the last pass formed; -1 none. */
  #held = -1;
  #growth: DecodeGrowth | undefined;

  constructor(
    readonly reserving: ReservingOptions,
    maxModelLen: number,
  ) {
    this.largestBatch = {
      sequences: reserving.running_max_req_size,
      tokens: Math.min(reserving.batch_max_tokens ?? maxModelLen, 8192),
    };
  }

  abstract createQueue(requests: RequestTable): RequestQueue;

  /** Before the head of the queue is looked at; may take it away. */
  protected beforeHead?(engine: Engine, out: Batch): void;

  /** Why a pass goes to those who run although the head of the queue might come in; undefined when it does not. */
  protected heldBack?(engine: Engine): string | undefined;

  /** For how many more passes `heldBack` will say so. */
  protected heldRounds?(engine: Engine): number;

  /** The request was let in. */
  protected admitted?(request: number): void;

  /** Each request of the batch is to decode so many tokens. */
  protected decoding?(batch: Batch, rounds: number): void;

  /** For how many more passes, of `most`, nobody who may come to the head will fit. */
  protected blockedRounds(engine: Engine, most: number): number {
    return this.roundsUntilFit(engine, engine.waiting.peek(), 1, most) - 1;
  }

  refuses(requests: RequestTable, request: number, limits: EngineLimits): string | undefined {
    const { batch_max_tokens = Number.POSITIVE_INFINITY } = this.reserving;
    const why = refusal(requests, request, limits);
    if (why !== undefined) return why;
    const { maxModelLen, usableBlocks, blockSize } = limits;
    const longest = Math.min(requests.input[request]! + requests.maxTokens[request]!, maxModelLen);
    if (longest + blockSize - 1 >= usableBlocks * blockSize) return "longer than the whole KV cache";
    return requests.input[request]! > batch_max_tokens ? "prompt longer than batch_max_tokens" : undefined;
  }

  schedule(engine: Engine, out: Batch): void {
    const { running, waiting, requests, kv, reasons } = engine;
    if (waiting.length > 0) this.beforeHead?.(engine, out);
    this.#held = -1;
    if (waiting.length > 0) {
      const held = running.length > 0 ? this.heldBack?.(engine) : undefined;
      if (held !== undefined) out.blockedBy = this.#held = reasons.intern(held);
      else if (running.length === 0 || this.#decodes >= this.reserving.max_wait_tokens)
        this.#admit(engine, out);
      else out.blockedBy = reasons.intern("max_wait_tokens");
    }
    this.#prefill = out.count > 0;
    if (this.#prefill) this.#decodes = 0;
    else if (running.length > 0) {
      for (let i = 0; i < running.length; i++) {
        const r = running.items[i]!;
        const known = requests.known(r);
        kv.grow(r, known, known);
        out.add(r, known - requests.computed[r]!);
      }
      this.decoding?.(out, 1);
      this.#decodes = Math.min(this.#decodes + 1, this.reserving.max_wait_tokens);
    }
    engine.advance(out);
  }

  #admit(engine: Engine, out: Batch): void {
    const { running, waiting, requests, kv, reasons } = engine;
    const { running_max_req_size } = this.reserving;
    const capacity = kv.pool.usable * kv.blockSize;
    // S-LoRA's launcher: a sixth of the cache, but at least the longest request.
    const most = this.reserving.batch_max_tokens ?? Math.max(Math.floor(capacity / 6), engine.maxModelLen);
    if (running.length < running_max_req_size) this.#look(engine);
    let total = 0;
    while (waiting.length > 0) {
      if (running.length >= running_max_req_size) {
        out.blockedBy = reasons.intern("running_max_req_size");
        return;
      }
      const r = waiting.peek();
      const known = requests.known(r);
      if (this.#peakWith(engine, r, 0) >= capacity) {
        out.blockedBy = reasons.intern("max_total_token_num");
        return;
      }
      // One that lost its replica computes its answer again too: alone, if it must.
      if (total + known > most && (total > 0 || requests.tokens[r] === 0)) {
        out.blockedBy = reasons.intern("batch_max_tokens");
        return;
      }
      const hits = kv.lookup(r);
      if (!kv.admit(r, known, known, known)) {
        out.blockedBy = reasons.intern("no free KV blocks");
        return;
      }
      this.#peak.add(known + kv.blockSize, this.#left(engine, r));
      waiting.pop();
      engine.start(r);
      requests.computed[r] = hits;
      out.add(r, known - hits);
      total += known;
      this.admitted?.(r);
      if (waiting.length > 0) this.beforeHead?.(engine, out);
    }
  }

  /** Gathers what the running requests hold and may come to hold; each may waste all but one place of its last block. */
  #look(engine: Engine): void {
    const { running, requests, kv } = engine;
    this.#peak.clear();
    for (let i = 0; i < running.length; i++) {
      const r = running.items[i]!;
      this.#peak.add(requests.known(r) + kv.blockSize - 1, this.#left(engine, r));
    }
  }

  /** The peak if a waiting request joined in so many passes. */
  #peakWith(engine: Engine, request: number, rounds: number): number {
    const held = engine.requests.known(request) + engine.kv.blockSize;
    return this.#peak.with(held, this.#left(engine, request), rounds);
  }

  /** Tokens that may still follow the next one. */
  #left({ requests, maxModelLen }: Engine, request: number): number {
    const longest = Math.min(requests.maxTokens[request]!, maxModelLen - requests.input[request]!);
    return longest - requests.tokens[request]! - 1;
  }

  /**
   * The first pass from the `from`-th on, of `most`, in which a waiting request would fit if nobody ended. From pass to pass
   * the peak sinks by no more than one token: an answer that comes to outlive the newcomer no longer does so gradually.
   */
  protected roundsUntilFit(engine: Engine, request: number, from: number, most: number): number {
    const capacity = engine.kv.pool.usable * engine.kv.blockSize;
    let round = from;
    while (round <= most) {
      const over = this.#peakWith(engine, request, round) - capacity;
      if (over < 0) break;
      round += over + 1;
    }
    return Math.min(round, most + 1);
  }

  complete(engine: Engine, batch: Batch): void {
    engine.complete(batch);
  }

  horizon(engine: Engine, batch: Batch): number {
    const { running, waiting, reasons } = engine;
    const { running_max_req_size, max_wait_tokens } = this.reserving;
    if (this.#prefill) return 0;
    const rounds = roundsUntilEnd(engine, batch);
    if (waiting.length === 0 || rounds <= 0) return rounds;
    if (this.#held >= 0) return Math.min(rounds, this.heldRounds!(engine));
    const reason = batch.blockedBy;
    if (reason === reasons.intern("max_wait_tokens"))
      return Math.min(rounds, max_wait_tokens - this.#decodes);
    if (running.length >= running_max_req_size) return rounds;
    if (reason !== reasons.intern("max_total_token_num")) return 0;
    this.#look(engine);
    return this.blockedRounds(engine, rounds);
  }

  leap(engine: Engine, batch: Batch, leap: Leap): void {
    this.#growth ??= new DecodeGrowth(engine.kv);
    this.#growth.run(batch, leap, -1);
    this.decoding?.(batch, leap.rounds);
    this.#decodes = Math.min(this.#decodes + leap.rounds, this.reserving.max_wait_tokens);
    engine.decode(batch, leap);
  }
}
