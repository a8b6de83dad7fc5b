import { SECOND } from "../../../core/units.js";
import { BackfillClock, MainClock, type PassClock } from "./clocks.js";
import type { Controller } from "./controller.js";

const NEVER = Number.POSITIVE_INFINITY;

/** The clocks by which the two schedulers run. Tests give those of a recording. */
export interface PassClocks {
  main: PassClock;
  backfill: PassClock;
}

/** When the schedulers run, and their running. */
export class Passes {
  protected readonly main: PassClock;
  protected readonly backfill: PassClock;

  constructor(
    readonly controller: Controller,
    clocks: PassClocks | undefined,
  ) {
    const { parameters } = controller.state.config.scheduler;
    const { phases } = controller;
    this.main = clocks?.main ?? new MainClock(parameters, phases.loop * SECOND);
    this.backfill = clocks?.backfill ?? new BackfillClock(parameters, phases.backfill * SECOND);
  }

  /** When the next pass is due, µs; Infinity while nobody waits. */
  next(): number {
    return this.controller.state.pending.size === 0 ? NEVER : Math.min(this.main.next(), this.planning());
  }

  /** When one is due that only repeats the last, µs: it need not come when nothing else happens. */
  nextInPassing(): number {
    return NEVER;
  }

  protected planning(): number {
    return this.controller.state.config.scheduler.type === "backfill" ? this.backfill.next() : NEVER;
  }

  /** Runs those that are due. */
  run(now: number): void {
    const { parts, state } = this.controller;
    if (state.pending.size === 0) return;
    if (this.main.next() <= now) parts.main(this.main.ran(now) === "full");
    if (this.planning() > now) return;
    this.backfill.ran(now);
    parts.backfill();
    if (parts.plans()) this.backfill.repeats?.();
  }

  /** Something has changed; a pass of the main scheduler may wait for its loop. */
  queue(now: number): void {
    this.main.queue(now);
    this.backfill.queue(now);
  }

  /** Something has changed that only a pass over the full queue may notice. */
  changed(now: number): void {
    this.main.changed(now);
    this.backfill.changed(now);
  }

  /** Nodes have come free: the main scheduler looks at once. */
  freed(now: number): void {
    this.main.ended(now);
    this.backfill.ended(now);
  }

  /** Nodes have lost a job: it has ended, or is through with its epilog. */
  left(_nodes: Iterable<number>): void {}

  /** A partition or a reservation has changed. */
  rebuilt(): void {}

  /** Passes that would have found an empty queue have happened all the same. */
  catchUp(now: number): void {
    if (this.main.next() < now) this.main.ran(this.main.next());
    if (this.backfill.next() < now) this.backfill.ran(this.backfill.next());
  }
}
