import { periodOf } from "../schedule/recurrence.js";
import { Due } from "./agenda.js";
import { anyRuns } from "./any-runs.js";
import type { Controller } from "./controller.js";
import { usageMayFree } from "./usage-may-free.js";

/** What comes again and again, or follows from what does. */
const PERIODIC: ReadonlySet<Due> = new Set([Due.Check, Due.Decay, Due.Reservation, Due.Operation]);

/**
 * Has the controller come to rest: do only things lie ahead that come again and again, and has a whole period of them
 * passed in which no job came, began or left? Whoever still waits then waits for ever, and the run may end.
 */
export class Rest {
  /** Second of the last change. */
  #changed = 0;
  /** Longest period of an operation that does something, seconds. */
  readonly #period: number;

  constructor(readonly controller: Controller) {
    this.#period = controller.operations.reduce(
      (most, { every = 0, operation }) => (operation.kind === "print" ? most : Math.max(most, every)),
      0,
    );
  }

  /** A job has come, begun or left. */
  changed(): void {
    this.#changed = this.controller.state.now;
  }

  get reached(): boolean {
    const { state, agenda, operations } = this.controller;
    if (anyRuns(state) || this.controller.nextPass() !== Number.POSITIVE_INFINITY) return false;
    if (this.controller.nodes.next !== Number.POSITIVE_INFINITY) return false;
    let period = this.#period;
    for (const { recurs, flags, end } of state.reservations) {
      if (recurs !== undefined) period = Math.max(period, periodOf(recurs));
      else if (!flags.has("TIME_FLOAT") && end !== Number.POSITIVE_INFINITY && end + 30 > state.now)
        return false;
    }
    if (state.now - this.#changed < period) return false;
    if (operations.some(({ at, every }) => every === undefined && at > state.now)) return false;
    return agenda.holdsOnly(PERIODIC) && !usageMayFree(state);
  }
}
