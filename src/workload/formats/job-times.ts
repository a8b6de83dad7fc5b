import type { JobBatch } from "../batch.js";
import { Adjusted } from "../reasons.js";
import type { Tally } from "../tally.js";
import type { JobParseOptions } from "./format.js";

/** Applies the options on run times and estimates, the same way for every format, and counts what it changes. */
export class JobTimes {
  readonly #tally: Tally;
  readonly #maxRun: number;
  readonly #maxEstimate: number;
  readonly #fromRun: boolean;
  readonly #fallback: number;

  constructor(options: JobParseOptions, tally: Tally) {
    this.#tally = tally;
    this.#maxRun = options.maxRun;
    this.#maxEstimate = options.maxEstimate;
    this.#fromRun = options.missingEstimate === "run";
    this.#fallback =
      typeof options.missingEstimate === "number" ? options.missingEstimate : Number.POSITIVE_INFINITY;
  }

  /**
   * Writes run time and estimate (Infinity when missing; µs) of the row at `batch.length`.
   *
   * @param timedOut it was killed at its estimate, and would have run for longer
   */
  write(batch: JobBatch, run: number, estimate: number, timedOut = false): void {
    if (timedOut) run = Math.max(run, estimate);
    if (run > this.#maxRun) {
      run = this.#maxRun;
      this.#tally.adjust(Adjusted.runCut);
    }
    if (estimate === Number.POSITIVE_INFINITY) {
      if (this.#fromRun) {
        estimate = run;
        this.#tally.adjust(Adjusted.estimateFromRun);
      } else estimate = this.#fallback;
    } else if (estimate > this.#maxEstimate) {
      estimate = this.#maxEstimate;
      this.#tally.adjust(Adjusted.estimateCut);
    }
    batch.run[batch.length] = run;
    batch.estimate[batch.length] = estimate;
    batch.timedOut[batch.length] = timedOut ? 1 : 0;
  }
}
