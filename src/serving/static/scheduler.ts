import { admitReserved } from "../admit-reserved.js";
import type { Batch } from "../batch.js";
import { roundsUntilEnd } from "../decode-rounds.js";
import type { Engine } from "../engine.js";
import { engineOptions } from "../engine-options.js";
import { type EngineLimits, refusal } from "../refusal.js";
import type { RequestScheduler, RequestSchedulerEntry } from "../request-scheduler.js";
import type { RequestTable } from "../request-table.js";

interface StaticOptions {
  max_batch_size: number;
  /** µs. */
  max_wait: number;
}

/**
 * Request-level batching: a batch is formed, computed to its last request's end, and only then comes the next. Room for
 * prompt and longest answer is reserved, so nobody is ever preempted.
 */
class StaticScheduler implements RequestScheduler {
  readonly largestBatch: { sequences: number; tokens: number };

  constructor(
    readonly options: StaticOptions,
    maxModelLen: number,
  ) {
    // Whole prompts of a whole batch pass at once; engines of this kind are built for a bounded number of tokens.
    this.largestBatch = {
      sequences: options.max_batch_size,
      tokens: Math.min(options.max_batch_size * maxModelLen, 8192),
    };
  }

  refuses(requests: RequestTable, request: number, limits: EngineLimits): string | undefined {
    const reserved = requests.input[request]! + requests.maxTokens[request]!;
    return refusal(requests, request, limits, reserved);
  }

  schedule(engine: Engine, out: Batch): void {
    const { running, waiting, requests, reasons } = engine;
    if (running.length === 0) this.#form(engine, out);
    else {
      for (let i = 0; i < running.length; i++) {
        const r = running.items[i]!;
        out.add(r, requests.known(r) - requests.computed[r]!);
      }
      if (waiting.length > 0) out.blockedBy = reasons.intern("batch in progress");
    }
    engine.advance(out);
  }

  #form(engine: Engine, out: Batch): void {
    const { waiting, requests, reasons } = engine;
    const { max_batch_size, max_wait } = this.options;
    if (waiting.length === 0) return;
    if (waiting.length < max_batch_size && max_wait > 0) {
      const due = requests.arrival[waiting.peek()]! + max_wait;
      if (engine.now < due) {
        out.wakeAt = due;
        out.blockedBy = reasons.intern("batch not full");
        return;
      }
    }
    admitReserved(engine, out, max_batch_size);
  }

  complete(engine: Engine, batch: Batch): void {
    engine.complete(batch);
  }

  horizon(engine: Engine, batch: Batch): number {
    // A batch just formed gives those behind it another reason than its later passes will.
    if (engine.waiting.length > 0 && batch.blockedBy !== engine.reasons.intern("batch in progress")) return 0;
    return roundsUntilEnd(engine, batch);
  }
}

export const staticBatching: RequestSchedulerEntry = {
  info: {
    name: "static",
    kind: "request",
    summary:
      "Request-level batching: a batch runs until its last request ends, and only then comes the next.",
    follows:
      "FasterTransformer's serving loop as in microsoft/sarathi-serve 96f99117 (faster_transformer_scheduler.py) and TensorRT-LLM's STATIC_BATCH",
    simplifies: ["prompts are not padded to the longest of the batch"],
    options: [
      {
        name: "max_batch_size",
        type: "integer",
        minimum: 1,
        default: 32,
        description: "Most requests in a batch",
      },
      {
        name: "max_wait",
        type: "duration",
        default: "0s",
        description: "How long the first request of a batch waits for others while the batch is not full",
      },
      ...engineOptions(false),
    ],
  },
  create: (options, { maxModelLen }) => new StaticScheduler(options as unknown as StaticOptions, maxModelLen),
};
