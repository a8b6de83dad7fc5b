import type { Batch } from "./batch.js";
import type { TimeModel } from "./time-model.js";

/**
 * When passes end. A stretch is a run of passes one behind the other in which the same requests decode one token each;
 * its k-th pass ends at the stretch's start plus the rounded sum of its first k times, in closed form. So it makes no
 * difference, to the microsecond, whether an engine takes the passes one by one or leaps over them. Any other pass is a
 * stretch of its own.
 */
export class Stretch {
  #start = 0;
  #first = 0;
  #growth = 0;
  /** Passes for which `growth` holds. */
  #limit = 0;
  /** Passes begun; the last one runs. */
  passes = 0;
  /** End of the last pass begun, µs. */
  end = -1;

  constructor(readonly model: TimeModel) {}

  /**
   * A pass begins.
   *
   * @param before the pass that ended just now on the same engine, if any
   * @returns when it ends, µs
   */
  begin(now: number, batch: Batch, before: Batch): number {
    if (now === this.end && this.passes < this.#limit && batch.continues(before)) this.passes++;
    else {
      this.#start = now;
      const steady = batch.isDecode && batch.transfer === 0;
      this.#first = Math.max(1, this.model.time(batch)) + batch.transfer;
      this.#growth = steady ? this.model.growth(batch) : 0;
      this.#limit = steady ? this.model.linear(batch) : 1;
      this.passes = 1;
    }
    this.end = this.endOf(this.passes);
    return this.end;
  }

  /** Passes that may follow the running one in the same stretch. */
  get left(): number {
    return this.#limit - this.passes;
  }

  /** The running pass ended and the next one of the stretch began. */
  next(): number {
    this.end = this.endOf(++this.passes);
    return this.end;
  }

  /** How many passes from the running one on, of `most`, end before `time`. */
  endedBefore(time: number, most: number): number {
    let low = 0;
    let high = most;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.endOf(this.passes + middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** End of the stretch's k-th pass, µs. */
  endOf(k: number): number {
    return this.#start + Math.round(k * this.#first + (this.#growth * k * (k - 1)) / 2);
  }
}
