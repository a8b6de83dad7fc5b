import { grown } from "../../../core/column.js";

/** Changes of a number at times to come, in order of time; changes at one time add up. */
export class Timeline {
  time: Float64Array = new Float64Array(64);
  delta: Int32Array = new Int32Array(64);
  length = 0;

  /** O(log n) and a move of the later entries. */
  add(time: number, delta: number): void {
    let at = 0;
    let high = this.length;
    while (at < high) {
      const middle = (at + high) >>> 1;
      if (this.time[middle]! < time) at = middle + 1;
      else high = middle;
    }
    if (at < this.length && this.time[at] === time) {
      this.delta[at]! += delta;
      if (this.delta[at] === 0) this.#move(at, at + 1, this.length--);
      return;
    }
    if (this.length === this.time.length) {
      this.time = grown(this.time, this.length * 2);
      this.delta = grown(this.delta, this.length * 2);
    }
    this.#move(at + 1, at, this.length++);
    this.time[at] = time;
    this.delta[at] = delta;
  }

  clear(): void {
    this.length = 0;
  }

  #move(to: number, from: number, end: number): void {
    this.time.copyWithin(to, from, end);
    this.delta.copyWithin(to, from, end);
  }
}
