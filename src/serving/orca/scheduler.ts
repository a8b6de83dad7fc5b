import { admitReserved } from "../admit-reserved.js";
import type { Batch } from "../batch.js";
import { roundsUntilEnd } from "../decode-rounds.js";
import type { Engine } from "../engine.js";
import { engineOptions } from "../engine-options.js";
import type { Leap } from "../leap.js";
import { type EngineLimits, refusal } from "../refusal.js";
import type { RequestScheduler, RequestSchedulerEntry } from "../request-scheduler.js";
import type { RequestTable } from "../request-table.js";

/** Tokens for which Orca wants room before it lets a request in: its prompt and its longest answer. */
const reservation = ({ input, maxTokens }: RequestTable, request: number) =>
  input[request]! + maxTokens[request]!;

/**
 * Iteration-level scheduling (Yu et al., OSDI 2022; orca_scheduler.py of microsoft/sarathi-serve 96f99117): every pass
 * holds all running requests, and whoever is let in at its beginning joins with the whole prompt.
 */
class OrcaScheduler implements RequestScheduler {
  readonly largestBatch: { sequences: number; tokens: number };

  constructor(
    readonly maxBatchSize: number,
    maxModelLen: number,
  ) {
    // Whole prompts pass at once; engines of this kind are built for a bounded number of tokens.
    this.largestBatch = { sequences: maxBatchSize, tokens: Math.min(maxBatchSize * maxModelLen, 8192) };
  }

  refuses(requests: RequestTable, request: number, limits: EngineLimits): string | undefined {
    return refusal(requests, request, limits, reservation(requests, request));
  }

  schedule(engine: Engine, out: Batch): void {
    const { running, requests } = engine;
    for (let i = 0; i < running.length; i++) {
      const r = running.items[i]!;
      out.add(r, requests.known(r) - requests.computed[r]!);
    }
    admitReserved(engine, out, this.maxBatchSize);
    engine.advance(out);
  }

  complete(engine: Engine, batch: Batch): void {
    engine.complete(batch);
  }

  horizon(engine: Engine, batch: Batch): number {
    return roundsUntilEnd(engine, batch);
  }

  leap(engine: Engine, batch: Batch, leap: Leap): void {
    const { waiting, running, kv } = engine;
    // The head of the queue is looked up before it is held back for want of blocks, and the look-up is counted.
    if (waiting.length > 0 && running.length < this.maxBatchSize)
      for (let round = 0; round < leap.rounds; round++) kv.lookup(waiting.peek());
    leap.used.fill(kv.pool.used, 0, leap.rounds);
    engine.decode(batch, leap);
  }
}

export const orca: RequestSchedulerEntry = {
  info: {
    name: "orca",
    kind: "request",
    summary:
      "Iteration-level scheduling: requests join and leave at every pass, with room reserved for their longest answer.",
    follows: "Yu et al., OSDI 2022, and microsoft/sarathi-serve 96f99117 (orca_scheduler.py)",
    simplifies: [
      "one pass at a time: the paper's pipeline stages, which bound the batches in flight, are not modelled",
    ],
    options: [
      {
        name: "max_batch_size",
        type: "integer",
        minimum: 1,
        default: 32,
        description: "Most requests in a pass",
      },
      ...engineOptions(false),
    ],
  },
  create: (options, { maxModelLen }) => new OrcaScheduler(options.max_batch_size as number, maxModelLen),
};
