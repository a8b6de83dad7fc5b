import { SECOND } from "../../../core/units.js";
import type { Controller } from "./controller.js";
import type { TimedSchedulers } from "./parts.js";
import { type PassClocks, Passes } from "./passes.js";

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Passes that take time. A scheduler holds its locks while it tests jobs, and the other waits for them; a backfill pass
 * gives them away from time to time and goes on after a sleep. Without bf_continue it ends there when a job or a node has
 * changed meanwhile, and always when a partition or a reservation has.
 */
export class TimedPasses extends Passes {
  /** Until when a scheduler holds the locks, µs. */
  #locked = 0;
  /** When the backfill pass that sleeps goes on, µs; Infinity when none does. */
  #resumes = NEVER;
  /** When the next one begins though nothing asks for it, µs: it finds what the last one found. Infinity when none does. */
  #repeats = NEVER;
  /** The one that sleeps was begun so. */
  #repeating = false;
  /** When the last backfill pass began, µs, and whether anything has changed since. */
  #began = 0;
  #stirred = false;
  /** Second of the last change of a job or a node, now and when the backfill pass fell asleep: slurmctld compares these. */
  #changed = -1;
  #seen = -1;
  /** A partition or a reservation has changed since then. */
  #rebuilt = false;
  /** A change that no backfill pass will notice before the main scheduler has run. */
  #missed = false;

  constructor(
    controller: Controller,
    clocks: PassClocks | undefined,
    readonly schedulers: TimedSchedulers,
  ) {
    super(controller, clocks);
  }

  override next(): number {
    if (this.controller.state.pending.size === 0) return NEVER;
    const backfill = this.#sleeps ? (this.#isRepeat ? NEVER : this.#resumes) : super.planning();
    return Math.max(Math.min(this.main.next(), backfill), this.#locked);
  }

  override nextInPassing(): number {
    if (this.controller.state.pending.size === 0) return NEVER;
    const backfill = this.#sleeps ? (this.#isRepeat ? this.#resumes : NEVER) : this.#repeats;
    return Math.max(backfill, this.#locked);
  }

  protected override planning(): number {
    return this.#sleeps ? this.#resumes : Math.min(super.planning(), this.#repeats);
  }

  get #sleeps(): boolean {
    return this.#resumes !== NEVER;
  }

  /** Nothing that the pass which sleeps could find has changed since the last one. */
  get #isRepeat(): boolean {
    return this.#repeating && !this.#stirred;
  }

  override run(now: number): void {
    if (this.controller.state.pending.size === 0 || this.#locked > now) return;
    if (this.main.next() <= now) this.#runMain(now);
    if (this.planning() <= now && this.#locked <= now) this.#runBackfill(now);
  }

  #runMain(now: number): void {
    const took = this.schedulers.main(this.main.ran(now) === "full", now);
    // It has given jobs their reasons.
    this.#changed = Math.floor(now / SECOND);
    if (this.#missed) this.backfill.changed(now);
    this.#missed = false;
    if (took === 0) return;
    this.#locked = now + took;
    this.main.over?.(this.#locked, true);
  }

  #runBackfill(now: number): void {
    const { backfill } = this.schedulers;
    if (!this.#sleeps) {
      this.#repeating = super.planning() > now;
      this.#repeats = NEVER;
      this.backfill.ran(now);
      this.#began = now;
      this.#stirred = false;
      backfill.begin(now);
    } else if (this.#mustStop()) {
      backfill.stop();
      this.#end(now);
      return;
    }
    this.#resumes = NEVER;
    const over = backfill.run(now);
    this.#locked = now + backfill.took;
    if (over) this.#end(this.#locked);
    else {
      this.#resumes = this.#locked + this.controller.state.config.scheduler.parameters.bf_yield_sleep;
      this.#seen = this.#changed;
      this.#rebuilt = false;
    }
  }

  #mustStop(): boolean {
    const { bf_continue } = this.controller.state.config.scheduler.parameters;
    return this.#rebuilt || (!bf_continue && this.#changed !== this.#seen);
  }

  /**
   * slurmctld looks for changes since the second of a pass's end, and marking idle nodes as planned then is one. A pass that
   * plans is one too, when it ends in the second in which it has begun. What has changed before waits for the next pass of
   * the main scheduler, which is a change.
   */
  #end(now: number): void {
    this.#resumes = NEVER;
    const { plans, plansIdle } = this.schedulers.backfill;
    const { sched_interval, bf_interval } = this.controller.state.config.scheduler.parameters;
    const second = Math.floor(now / SECOND);
    const repeats = plansIdle || (plans && Math.floor(this.#began / SECOND) === second);
    if (now === this.#began) {
      if (repeats) this.backfill.repeats?.();
      return;
    }
    const again = this.#changed >= second || (this.#stirred && (repeats || sched_interval < 0));
    this.backfill.over?.(now, again);
    if (again) return;
    if (repeats) this.#repeats = now + SECOND * bf_interval;
    else if (this.#stirred) {
      this.#missed = true;
      this.main.changed(now);
    }
  }

  override queue(now: number): void {
    this.#note(now);
    super.queue(now);
  }

  override changed(now: number): void {
    this.#note(now);
    super.changed(now);
  }

  override freed(now: number): void {
    this.#note(now);
    super.freed(now);
  }

  #note(now: number): void {
    this.#stirred = true;
    this.#changed = Math.floor(now / SECOND);
  }

  override left(nodes: Iterable<number>): void {
    for (const node of nodes) this.schedulers.backfill.freed(node);
  }

  override rebuilt(): void {
    this.#rebuilt = true;
  }

  override catchUp(now: number): void {
    if (this.#resumes < now) {
      this.schedulers.backfill.stop();
      this.#end(this.#resumes);
    }
    this.#repeats = NEVER;
    super.catchUp(now);
  }
}
