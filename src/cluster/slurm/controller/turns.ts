import { GangScheduler } from "../gang/gang.js";
import type { SlurmJob } from "../model/job.js";
import { Due } from "./agenda.js";
import { gridUp } from "./clocks.js";
import type { Controller } from "./controller.js";
import type { Eviction } from "./eviction.js";

/** Starts jobs, and has them take turns with others where PreemptMode=GANG lets them share cores. */
export class Turns {
  readonly #gang: GangScheduler | undefined;
  readonly #left: SlurmJob[] = [];
  #starting: SlurmJob | undefined;
  #standsStill = false;

  constructor(
    readonly controller: Controller,
    eviction: Eviction,
  ) {
    if (!controller.state.config.preempt.gang) return;
    this.#gang = new GangScheduler(controller.state, {
      suspend: (job) => {
        if (job === this.#starting) this.#standsStill = true;
        else controller.suspend(job, true);
      },
      resume: (job) => controller.resume(job, true),
      evict: (job) => eviction.carryOut(job),
    });
  }

  /**
   * Has the cluster start it. Those whose cores it takes stop before, and it stops after when it must wait its turn.
   * `late`: it has had its nodes for a while, so that others may run on its cores by now.
   */
  start(job: SlurmJob, late = false): void {
    const { host } = this.controller;
    this.settle();
    this.#starting = job;
    this.#standsStill = false;
    this.#gang?.started(job);
    this.#starting = undefined;
    host.start(job, late && this.#standsStill);
    if (this.#standsStill) this.controller.suspend(job, true);
    this.#ask();
  }

  /** It ends. Others may take its cores once the cluster has them back: with the next `settle`. */
  ended(job: SlurmJob): void {
    if (this.#gang !== undefined) this.#left.push(job);
  }

  /** Fills the places of those that have left. */
  settle(): void {
    if (this.#left.length > 0) this.#gang!.ended(...this.#left.splice(0));
    this.#ask();
  }

  slice(): void {
    this.settle();
    this.#gang?.slice();
    this.#ask();
  }

  #ask(): void {
    if (!this.#gang?.waiting) return;
    const { agenda, phases, state } = this.controller;
    agenda.once(gridUp(state.now + 1, phases.slice, state.config.scheduler.timeSlice), Due.Slice);
  }
}
