import { grown } from "../../../core/column.js";

/** When pending jobs are to start, by job; -1 for those without a reservation. */
export class StartTimes {
  #at: Float64Array = new Float64Array(64).fill(-1);

  get(job: number): number {
    return this.#at[job] ?? -1;
  }

  set(job: number, time: number): void {
    const { length } = this.#at;
    if (job >= length) this.#at = grown(this.#at, job * 2).fill(-1, length);
    this.#at[job] = time;
  }
}
