import { ExactSum } from "../core/exact-sum.js";
import { overlap, type Window } from "./window.js";

/** ExactSum multiplies exactly below 2^21. */
const MOST = 2 ** 20;

/**
 * A whole-numbered level over time (queue length, GPUs in use): its exact integral over the measured window and the
 * highest level that lasted longer than an instant.
 */
export class TimeIntegral {
  level = 0;
  max = 0;
  /** Level × µs within the window, as of the last advance. */
  readonly sum = new ExactSum();
  #last = 0;

  constructor(readonly window: Window) {}

  add(time: number, change: number): void {
    if (time > this.#last) this.advance(time);
    this.level += change;
  }

  /** Accounts for the present level up to `time`, which lies ahead. */
  advance(time: number): void {
    const duration = overlap(this.window, this.#last, time);
    this.#last = time;
    if (duration > 0) this.hold(duration);
  }

  /** Accounts for the present level over so many µs of the window. */
  hold(duration: number): void {
    if (this.level > this.max) this.max = this.level;
    let rest = this.level;
    for (; rest > MOST; rest -= MOST) this.sum.addProduct(MOST, duration);
    this.sum.addProduct(rest, duration);
  }
}
