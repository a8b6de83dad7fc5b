import type { ArrivalCursor } from "../core/simulation.js";
import type { JobBatch } from "../workload/batch.js";
import type { JobStream } from "../workload/stream.js";
import type { Cluster } from "./cluster.js";

/** Feeds the jobs of a stream to the cluster at their submit times. */
export class JobArrivals implements ArrivalCursor {
  #batch: JobBatch | null = null;
  #row = 0;
  #next = Number.NaN;

  /** `kill`: a job that overruns its estimate is killed at it. */
  constructor(
    readonly cluster: Cluster,
    readonly stream: JobStream,
    readonly kill: boolean,
  ) {}

  nextTime(): number {
    return this.#next;
  }

  fire(): void {
    const batch = this.#batch!;
    this.cluster.submit(batch, this.#row, this.kill);
    this.#row++;
    this.#next = this.#row < batch.length ? batch.submit[this.#row]! : Number.NaN;
  }

  async refill(): Promise<void> {
    do this.#batch = await this.stream.next();
    while (this.#batch !== null && this.#batch.length === 0);
    this.#row = 0;
    this.#next = this.#batch === null ? Number.POSITIVE_INFINITY : this.#batch.submit[0]!;
  }
}
