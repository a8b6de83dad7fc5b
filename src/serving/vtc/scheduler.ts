import type { Batch } from "../batch.js";
import type { Engine } from "../engine.js";
import type { RequestTable } from "../request-table.js";
import { type ReservingOptions, ReservingScheduler } from "../reserving/scheduler.js";
import { VtcQueue } from "./queue.js";

export interface VtcOptions extends ReservingOptions {
  input_price: number;
  output_price: number;
  fair_weights?: Readonly<Record<string, number>>;
}

/** The virtual token counter of Sheng et al., OSDI 2024: the tenant that was served least is next. */
export class VtcScheduler extends ReservingScheduler {
  #queue!: VtcQueue;

  constructor(
    readonly options: VtcOptions,
    maxModelLen: number,
  ) {
    super(options, maxModelLen);
  }

  override createQueue(requests: RequestTable): VtcQueue {
    const { input_price: input, output_price: output, fair_weights = {} } = this.options;
    this.#queue = new VtcQueue(requests, { input, output }, (tenant) => fair_weights[tenant] ?? 1);
    return this.#queue;
  }

  protected override admitted(request: number): void {
    this.#queue.chargeInput(request);
  }

  protected override decoding(batch: Batch, rounds: number): void {
    for (let i = 0; i < batch.count; i++) this.#queue.chargeOutput(batch.request[i]!, rounds);
  }

  protected override blockedRounds(engine: Engine, most: number): number {
    const { items, length } = engine.running;
    let first = most + 1;
    this.#queue.heads(items, length, (request, soonest) => {
      first = Math.min(first, this.roundsUntilFit(engine, request, soonest, most));
    });
    return first - 1;
  }
}
