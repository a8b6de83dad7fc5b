import { EventQueue } from "../../../core/event-queue.js";
import { SECOND } from "../../../core/units.js";

/** What a moment of the agenda is for; some come with a number. */
export const Due = {
  /** Time limits, ends of grace, used-up minutes, ended reservations. */
  Check: 0,
  /** A pending job's begin time has come. */
  Eligible: 1,
  /** The decay thread. */
  Decay: 2,
  /** The gang scheduler. */
  Slice: 3,
  /** A reservation begins or ends. */
  Reservation: 4,
  /** A node registers again; its number. */
  Registration: 5,
  /** The scenario's operation of a number. */
  Operation: 6,
  /** A node has been released by an ended job; its number. */
  Released: 7,
  /** A node's slurmd registers after a boot; which node and boot. */
  Booted: 8,
  /** A node that is to be rebooted may be idle; its number. */
  Reboot: 9,
} as const;
export type Due = (typeof Due)[keyof typeof Due];

/** What the controller has to do at moments to come, by time; whole seconds. */
export class Agenda {
  readonly #queue = new EventQueue();
  /** By kind: the moments already asked for, so that grids are asked for once. */
  readonly #asked = new Map<Due, number>();
  /** By kind, how many moments are ahead; checks, which alone are cancelled, are not counted. */
  readonly #ahead = new Map<Due, number>();

  /** Returns what cancels it. */
  at(time: number, due: Due, arg = 0): number {
    if (due !== Due.Check) this.#ahead.set(due, (this.#ahead.get(due) ?? 0) + 1);
    return this.#queue.push(Math.max(Math.round(time * SECOND), this.#queue.time), 0, due, arg);
  }

  /** A moment of a grid, unless an earlier or the same one is asked for. */
  once(time: number, due: Due): void {
    const asked = this.#asked.get(due);
    if (asked !== undefined && asked <= time) return;
    this.#asked.set(due, time);
    this.at(time, due);
  }

  /** Are all moments ahead of these kinds, or checks? */
  holdsOnly(kinds: ReadonlySet<Due>): boolean {
    for (const [due, count] of this.#ahead) if (count > 0 && !kinds.has(due)) return false;
    return true;
  }

  /** Takes a check off. */
  cancel(handle: number): void {
    this.#queue.cancel(handle);
  }

  /** µs; Infinity when there is nothing. */
  get next(): number {
    return this.#queue.peekTime();
  }

  /** Takes the next moment off and tells what it is for. */
  take(): { due: Due; arg: number } {
    this.#queue.pop();
    const due = this.#queue.handler as Due;
    if (due !== Due.Check) this.#ahead.set(due, this.#ahead.get(due)! - 1);
    if (Math.round(this.#asked.get(due)! * SECOND) <= this.#queue.time) this.#asked.delete(due);
    return { due, arg: this.#queue.arg };
  }
}
