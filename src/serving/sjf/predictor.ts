import type { Stream } from "../../core/random.js";
import type { RequestTable } from "../request-table.js";

/**
 * Predicts how many tokens an answer will have: the true number times a log-normal factor of median 1. A request keeps its
 * prediction as long as it is in the table.
 */
export class LengthPredictor {
  #predicted = new Float64Array(64);
  /** Whose prediction the slot holds. */
  #serial = new Float64Array(64).fill(-1);

  /** @param error standard deviation of the factor's logarithm */
  constructor(
    readonly requests: RequestTable,
    readonly error: number,
    readonly random: Stream,
  ) {}

  predict(request: number): number {
    const { requests, error } = this;
    if (error === 0) return requests.output[request]!;
    if (request >= this.#serial.length) this.#grow(request);
    const serial = requests.serial[request]!;
    if (this.#serial[request] !== serial) {
      this.#serial[request] = serial;
      this.#predicted[request] = requests.output[request]! * Math.exp(error * this.#normal());
    }
    return this.#predicted[request]!;
  }

  /** Box and Muller's, of which one half is thrown away: a draw costs little beside a request. */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
  }

  #grow(request: number): void {
    const size = Math.max(request + 1, this.#serial.length * 2);
    const serial = new Float64Array(size).fill(-1);
    const predicted = new Float64Array(size);
    serial.set(this.#serial);
    predicted.set(this.#predicted);
    this.#serial = serial;
    this.#predicted = predicted;
  }
}
