import { GangScheduler } from "../gang/gang.js";
import type { SlurmJob } from "../model/job.js";
import { Due } from "./agenda.js";
import { gridUp } from "./clocks.js";
import type { Controller } from "./controller.js";
import type { Eviction } from "./eviction.js";

/** Starts jobs, and has them take turns with others where PreemptMode=GANG lets them share cores. */
export class Turns {
  readonly #gang: GangScheduler | undefined;
  readonly #eviction: Eviction;
  readonly #left: SlurmJob[] = [];
  /** Have started where they may not stay. */
  readonly #leaving: SlurmJob[] = [];
  #starting: SlurmJob | undefined;
  /** What becomes of it as soon as it has started. */
  #then: "runs" | "stops" | "goes" = "runs";

  constructor(
    readonly controller: Controller,
    eviction: Eviction,
  ) {
    this.#eviction = eviction;
    if (!controller.state.config.preempt.gang) return;
    this.#gang = new GangScheduler(controller.state, {
      suspend: (job) => {
        if (job === this.#starting) this.#then = "stops";
        else controller.suspend(job, true);
      },
      resume: (job) => controller.resume(job, true),
      evict: (job) => {
        if (job === this.#starting) this.#then = "goes";
        else this.#eviction.carryOut(job);
      },
    });
  }

  /** Has the cluster start it. Those whose cores it takes stop before, and it stops, or goes, after when it must wait its turn. */
  start(job: SlurmJob): void {
    const { host } = this.controller;
    this.settle();
    this.#starting = job;
    this.#then = "runs";
    this.#gang?.started(job);
    this.#starting = undefined;
    host.start(job);
    this.#follow(job);
    this.#ask();
  }

  #follow(job: SlurmJob): void {
    if (this.#then === "stops") this.controller.suspend(job, true);
    else if (this.#then === "goes") this.#leaving.push(job);
  }

  /** It ends. Others may take its cores once the cluster has them back: with the next `settle`. */
  ended(job: SlurmJob): void {
    if (this.#gang !== undefined) this.#left.push(job);
  }

  /** The administrator stops it: others have its turn, and its cores, at once. */
  leave(job: SlurmJob): void {
    this.ended(job);
    this.settle();
  }

  /** The administrator lets it go on. */
  rejoin(job: SlurmJob): void {
    this.#gang?.rejoined(job);
    this.#ask();
  }

  /** Fills the places of those that have left; some of those who come may have others leave. */
  settle(): void {
    while (this.#left.length > 0) this.#gang!.ended(...this.#left.splice(0));
    this.#ask();
  }

  /** After the passes, which count on what they have started: those that may not stay leave. */
  sendAway(): void {
    for (const job of this.#leaving.splice(0)) this.#eviction.carryOut(job);
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
