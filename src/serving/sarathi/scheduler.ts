import { grown } from "../../core/column.js";
import type { Batch } from "../batch.js";
import { roundsUntilEnd } from "../decode-rounds.js";
import type { Engine } from "../engine.js";
import { DecodeGrowth } from "../kv/decode-growth.js";
import type { Leap } from "../leap.js";
import type { RequestScheduler } from "../request-scheduler.js";

export interface SarathiOptions {
  chunk_size: number;
  max_num_seqs: number;
  /** Share of the blocks that a newcomer must leave free. */
  watermark: number;
}

/**
 * Stall-free batching (Agrawal et al., OSDI 2024; sarathi_scheduler.py of microsoft/sarathi-serve 96f99117): every running
 * decode gets its token in every pass, and chunks of prompts fill what the chunk size leaves.
 */
export class SarathiScheduler implements RequestScheduler {
  readonly largestBatch: { sequences: number; tokens: number };
  /** By request: tokens to compute before it decodes. */
  #prompt: Int32Array = new Int32Array(64);
  #growth: DecodeGrowth | undefined;

  constructor(readonly options: SarathiOptions) {
    this.largestBatch = { sequences: options.max_num_seqs, tokens: options.chunk_size };
  }

  schedule(engine: Engine, out: Batch): void {
    this.#decodes(engine, out);
    this.#runningPrefills(engine, out);
    this.#newcomers(engine, out);
    engine.advance(out);
  }

  #prefills(engine: Engine, request: number): boolean {
    return engine.requests.computed[request]! < this.#prompt[request]!;
  }

  /** One token for each that decodes. */
  #decodes(engine: Engine, out: Batch): void {
    const { running, requests, kv } = engine;
    const { computed } = requests;
    for (let i = 0; i < running.length; i++) {
      const r = running.items[i]!;
      if (this.#prefills(engine, r)) continue;
      let victim = -1;
      while (victim !== r && !kv.grow(r, computed[r]! + 1, computed[r]! + 1)) {
        // The last of those whose turn has not come; in the end the request itself.
        victim = engine.preempt(running.length - 1);
        engine.waiting.pushFront(victim);
      }
      if (victim !== r) out.add(r, 1);
    }
  }

  #runningPrefills(engine: Engine, out: Batch): void {
    const { running, requests } = engine;
    for (let i = 0; i < running.length; i++) {
      const r = running.items[i]!;
      if (!this.#prefills(engine, r)) continue;
      const rest = this.#prompt[r]! - requests.computed[r]!;
      const chunk = Math.min(rest, this.options.chunk_size - out.totalTokens);
      if (chunk > 0) out.add(r, chunk);
    }
  }

  #newcomers(engine: Engine, out: Batch): void {
    const { running, waiting, requests, kv, reasons } = engine;
    const { chunk_size, max_num_seqs } = this.options;
    while (waiting.length > 0) {
      const r = waiting.peek();
      if (running.length >= max_num_seqs) {
        out.blockedBy = reasons.intern("max_num_seqs");
        return;
      }
      if (out.totalTokens >= chunk_size) {
        out.blockedBy = reasons.intern("chunk_size");
        return;
      }
      const known = requests.known(r);
      const hits = kv.lookup(r);
      const chunk = Math.min(known - hits, chunk_size - out.totalTokens);
      if (!kv.admit(r, known, known + this.#reserve(engine), hits + chunk)) {
        out.blockedBy = reasons.intern("no free KV blocks");
        return;
      }
      waiting.pop();
      engine.start(r);
      this.#keepOrder(engine);
      requests.computed[r] = hits;
      if (r >= this.#prompt.length) this.#prompt = grown(this.#prompt, 2 * r);
      this.#prompt[r] = known;
      out.add(r, chunk);
    }
  }

  /** Tokens that must fit beside a newcomer; none when nobody else runs, or it might wait for ever. */
  #reserve({ kv, running }: Engine): number {
    return running.length === 0 ? 0 : Math.floor(this.options.watermark * kv.pool.usable) * kv.blockSize;
  }

  /** Running requests stand in order of arrival, also when one comes back. */
  #keepOrder({ running, requests }: Engine): void {
    const { order } = requests;
    const { items, length } = running;
    if (length > 1 && order[items[length - 1]!]! < order[items[length - 2]!]!)
      running.sort((a, b) => order[a]! - order[b]!);
  }

  complete(engine: Engine, batch: Batch): void {
    engine.complete(batch);
  }

  horizon(engine: Engine, batch: Batch): number {
    const { running, waiting, kv } = engine;
    if (batch.count !== running.length) return 0;
    if (this.#looksUpHead(engine, batch) && kv.growsPrefix(waiting.peek(), running.items, running.length))
      return 0;
    return kv.roundsWithin(running.items, running.length, roundsUntilEnd(engine, batch));
  }

  leap(engine: Engine, batch: Batch, leap: Leap): void {
    this.#growth ??= new DecodeGrowth(engine.kv);
    this.#growth.run(batch, leap, this.#looksUpHead(engine, batch) ? engine.waiting.peek() : -1);
    engine.decode(batch, leap);
  }

  /** The head of the queue is looked up before it is held back for want of blocks, and the look-up is counted. */
  #looksUpHead({ waiting, running }: Engine, batch: Batch): boolean {
    const { chunk_size, max_num_seqs } = this.options;
    return waiting.length > 0 && running.length < max_num_seqs && batch.count < chunk_size;
  }
}
