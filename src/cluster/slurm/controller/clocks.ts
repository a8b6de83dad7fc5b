import { SECOND } from "../../../core/units.js";
import type { SchedulerParameters } from "../model/config.js";

const NEVER = Number.POSITIVE_INFINITY;

/** When a scheduler runs; it is told what happens. Times are µs. */
export interface PassClock {
  /** A job ended: its nodes may be given away at once. */
  ended(now: number): void;
  /** Something asks for a pass that may wait for its turn: a submission, an update, a node. */
  queue(now: number): void;
  /** Something has changed that only a pass over the full queue may notice. */
  changed(now: number): void;
  /** When the next pass is due; Infinity when nothing asks for one. */
  next(): number;
  /** Tells that the pass that was due has run, and answers whether it goes over the full queue. */
  ran(now: number): "full" | "limited";
  /** The pass that has run comes again, whether anything changes or not. */
  repeats?(): void;
  /**
   * The pass that has run is over; only where passes take time. `again`: something has changed that asks for another, not
   * whatever changed in between.
   */
  over?(now: number, again: boolean): void;
}

/**
 * When the main scheduler runs (`controller.c` and `job_scheduler.c`): at once when a job has ended, and otherwise from
 * a loop that looks once a second: over the full queue every `sched_interval`, with limited depth when something was
 * queued at least `batch_sched_delay` after its last look. Times are µs. What would find everything as it was is left
 * out: passes cost only when something has changed.
 */
export class MainClock implements PassClock {
  #soon = NEVER;
  #queued = NEVER;
  #changed = NEVER;
  #lastRun = -NEVER;
  #lastLoop: number;
  #lastFull: number;

  /** @param phase when the loop first looks, µs: it then looks every second */
  constructor(
    readonly parameters: SchedulerParameters,
    readonly phase: number,
  ) {
    this.#lastLoop = phase - SECOND * parameters.batch_sched_delay;
    this.#lastFull = phase - SECOND;
  }

  ended(now: number): void {
    if (this.parameters.defer) this.queue(now);
    else this.#soon = Math.min(this.#soon, Math.max(now, this.#lastRun + this.parameters.sched_min_interval));
    this.changed(now);
  }

  queue(now: number): void {
    if (this.#queued === NEVER) this.#queued = now;
    this.changed(now);
  }

  changed(now: number): void {
    if (this.#changed === NEVER) this.#changed = now;
  }

  next(): number {
    return Math.min(this.#soon, this.#limited(), this.#full());
  }

  ran(now: number): "full" | "limited" {
    const full = this.#full() <= now;
    if (full || this.#limited() <= now) {
      this.#queued = NEVER;
      this.#lastLoop = now;
    }
    if (full) {
      this.#changed = NEVER;
      this.#lastFull = now;
    }
    this.#soon = NEVER;
    this.#lastRun = now;
    return full ? "full" : "limited";
  }

  over(now: number): void {
    this.#lastRun = now;
  }

  #limited(): number {
    if (this.#queued === NEVER) return NEVER;
    return this.#look(Math.max(this.#queued, this.#lastLoop + SECOND * this.parameters.batch_sched_delay));
  }

  #full(): number {
    const { sched_interval } = this.parameters;
    if (this.#changed === NEVER || sched_interval < 0) return NEVER;
    const interval = SECOND * Math.max(1, sched_interval);
    const periods = Math.max(1, Math.ceil((this.#changed - this.#lastFull) / interval));
    return this.#look(this.#lastFull + periods * interval);
  }

  /** The first look of the loop at or after a time. */
  #look(time: number): number {
    return this.phase + Math.ceil((time - this.phase) / SECOND) * SECOND;
  }
}

/**
 * When the backfill thread runs (`backfill.c`): it sleeps `bf_interval`; when nothing has changed by then it looks again
 * every second. Planning a job is a change of it, so that after a pass that has done so the next one comes `bf_interval`
 * later in any case [run: of 5,334 passes with plans after which nothing happened, all but thirty]. Those that would find
 * everything as it was are left out. Times are µs.
 */
export class BackfillClock implements PassClock {
  #changed = NEVER;
  #repeats = false;
  #lastEnd: number;

  /** @param phase when the thread first looks, µs */
  constructor(
    readonly parameters: SchedulerParameters,
    phase: number,
  ) {
    this.#lastEnd = phase - SECOND * Math.max(1, parameters.bf_interval);
  }

  ended(now: number): void {
    this.changed(now);
  }

  queue(now: number): void {
    this.changed(now);
  }

  changed(now: number): void {
    if (this.#changed === NEVER) this.#changed = now;
  }

  next(): number {
    if (this.#changed === NEVER || this.parameters.bf_interval < 0) return NEVER;
    const interval = SECOND * Math.max(1, this.parameters.bf_interval);
    const due = this.#lastEnd + interval;
    return gridUp(Math.max(this.#changed, due), due, this.#repeats ? interval : SECOND);
  }

  ran(now: number): "full" {
    this.#changed = NEVER;
    this.#repeats = false;
    this.#lastEnd = now;
    return "full";
  }

  repeats(): void {
    this.#repeats = true;
  }

  over(now: number, again: boolean): void {
    this.#changed = again ? now : NEVER;
    this.#lastEnd = now;
  }
}

/** The first point of a grid at or after a time; all in the same unit. */
export function gridUp(time: number, phase: number, period: number): number {
  return phase + Math.ceil((time - phase) / period) * period;
}
