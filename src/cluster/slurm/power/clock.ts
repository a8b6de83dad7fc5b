import { SECOND } from "../../../core/units.js";

/** When the power thread looks; seconds from the run's start. */
export interface LookClock {
  /** A node has changed at a time up to which looks have been made (`advance`). */
  changed(time: number): void;
  /** The first look to come at which the clock shows this second, or a later one; a time. */
  first(second: number): number;
  /** Makes all looks up to a time; `visit` hears of them: so many, each so many seconds after the one before. */
  advance(time: number, visit: (seconds: number, looks: number) => void): void;
}

/**
 * When the power thread looks at the nodes: at a tick, one each second, if since its last look a node has changed or
 * `interval` has gone by. What is compared are whole seconds, so that a change in the very second of a look leads to
 * another one.
 *
 * `_power_save_thread` of src/slurmctld/power_save.c, 22.05; [run]: the thread's own changes do not count.
 */
export class PowerClock implements LookClock {
  /** Ticks from `phase` to the last look. */
  #last = 0;
  /** Second of the last change, and the first tick after it. */
  #changed = Number.NEGATIVE_INFINITY;
  #tick = 0;
  /** Ticks between two looks when nothing changes. */
  readonly #pause: number;

  /** @param phase a time of a look, seconds from the run's start */
  constructor(
    readonly phase: number,
    interval: number,
    readonly minInterval: number,
  ) {
    this.#pause = Math.max(1, interval, minInterval);
  }

  changed(time: number): void {
    this.#changed = Math.floor(time);
    this.#tick = Math.floor(time - this.phase) + 1;
  }

  first(second: number): number {
    if (second === Number.POSITIVE_INFINITY) return second;
    let look = this.#after(this.#last);
    while (this.#second(look) < second) {
      const next = this.#after(look);
      const step = next - look;
      look = step < this.#pause ? next : look + step * Math.ceil((second - this.#second(look)) / step);
    }
    return this.#time(look);
  }

  advance(time: number, visit: (seconds: number, looks: number) => void): void {
    for (;;) {
      const step = this.#after(this.#last) - this.#last;
      if (this.#time(this.#last + step) > time) return;
      const most = Math.floor((time - this.phase - this.#last) / step);
      const looks = step < this.#pause ? 1 : Math.max(most, 1);
      visit(step, looks);
      this.#last += step * looks;
    }
  }

  /** To the microsecond, as the simulation's times are: a sum may lie beside the moment that it stands for. */
  #time(tick: number): number {
    return Math.round((this.phase + tick) * SECOND) / SECOND;
  }

  #second(tick: number): number {
    return Math.floor(this.phase + tick);
  }

  #after(last: number): number {
    const pause = last + this.#pause;
    if (this.#changed < this.#second(last)) return pause;
    return Math.min(pause, Math.max(this.#tick, last + 1, last + this.minInterval));
  }
}
