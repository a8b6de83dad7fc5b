import type { ArrivalCursor } from "../core/simulation.js";
import type { RequestBatch } from "../workload/batch.js";
import type { RequestStream } from "../workload/stream.js";

/** Feeds the requests of a stream to a service at their arrival times. */
export class RequestArrivals implements ArrivalCursor {
  #batch: RequestBatch | null = null;
  #row = 0;
  #next = Number.NaN;

  constructor(
    readonly stream: RequestStream,
    readonly arrive: (batch: RequestBatch, row: number) => void,
  ) {}

  nextTime(): number {
    return this.#next;
  }

  fire(): void {
    const batch = this.#batch!;
    this.arrive(batch, this.#row);
    this.#row++;
    this.#next = this.#row < batch.length ? batch.arrival[this.#row]! : Number.NaN;
  }

  async refill(): Promise<void> {
    do this.#batch = await this.stream.next();
    while (this.#batch !== null && this.#batch.length === 0);
    this.#row = 0;
    this.#next = this.#batch === null ? Number.POSITIVE_INFINITY : this.#batch.arrival[0]!;
  }
}
