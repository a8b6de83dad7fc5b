import { Due } from "./agenda.js";
import { anyRuns } from "./any-runs.js";
import { gridUp } from "./clocks.js";
import type { Controller } from "./controller.js";
import { usageMayFree } from "./usage-may-free.js";

/** The thread that decays usage and computes the priorities of waiting jobs anew, while that can change anything. */
export class DecayThread {
  /** Jobs are pending, nothing runs, and no moment to come can change that: it waits for an arrival. */
  #rests = false;

  constructor(readonly controller: Controller) {}

  ask(): void {
    const { state, phases, agenda } = this.controller;
    const { priority, accounting } = state.config;
    // Without slurmdbd there is no decay thread.
    if (priority.type !== "multifactor" || accounting === undefined) return;
    agenda.once(gridUp(state.now + 1, phases.decay, priority.calcPeriod), Due.Decay);
  }

  /** Its round has come. Usage may have grown past a limit: `grew` looks. */
  tick(grew: () => void): void {
    const { state, agenda, parts } = this.controller;
    parts.priorities.tick();
    grew();
    const waits = state.pending.size + state.running.size > 0;
    if (anyRuns(state) || (waits && agenda.next !== Number.POSITIVE_INFINITY) || usageMayFree(state))
      this.ask();
    else this.#rests = state.pending.size > 0;
  }

  /** It had nothing left to change but ages: they are brought up to its last round before now. */
  stir(): void {
    if (!this.#rests) return;
    this.#rests = false;
    const { state, phases, parts } = this.controller;
    state.pending.stirred = true;
    const { now } = state;
    const { calcPeriod } = state.config.priority;
    state.now = gridUp(now, phases.decay, calcPeriod) - calcPeriod;
    parts.priorities.tick();
    state.now = now;
    this.ask();
  }
}
