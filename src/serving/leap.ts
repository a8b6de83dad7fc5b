import { grown } from "../core/column.js";
import type { Stretch } from "./stretch.js";

/**
 * Many equal decode passes taken at once: in each of `rounds` rounds a pass ends, every request of the batch gets a
 * token, and the next pass is formed.
 */
export class Leap {
  rounds = 0;
  /** When the pass of each round ends, µs. */
  ends: Float64Array = new Float64Array(64);
  /** KV blocks in use after each round. */
  used: Int32Array = new Int32Array(64);

  /** The first rounds of a stretch, from its running pass on. */
  prepare(rounds: number, stretch: Stretch): this {
    this.rounds = rounds;
    if (rounds > this.ends.length) {
      const size = Math.max(rounds, this.ends.length * 2);
      this.ends = grown(this.ends, size);
      this.used = grown(this.used, size);
    }
    for (let round = 0; round < rounds; round++) this.ends[round] = stretch.endOf(stretch.passes + round);
    return this;
  }
}
