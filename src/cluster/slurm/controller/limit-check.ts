import type { SlurmJob } from "../model/job.js";
import { Due } from "./agenda.js";
import { gridUp } from "./clocks.js";
import type { Controller } from "./controller.js";
import type { Eviction } from "./eviction.js";

/** Seconds between two checks (`PERIODIC_TIMEOUT`). */
const PERIOD = 30;

/**
 * The check of running jobs every 30 s (`job_time_limit`): who has passed the time limit and its grace, whose grace
 * after a preemption is over, whose QOS or association has used up its minutes. Only moments at which somebody could be
 * found are looked at.
 */
export class LimitCheck {
  /** Moments asked for, by job. */
  readonly #asked = new Map<SlurmJob, number>();

  constructor(
    readonly controller: Controller,
    readonly eviction: Eviction,
  ) {}

  /** The job has begun, or its end has moved. */
  watch(job: SlurmJob): void {
    this.forget(job);
    const due = this.#due(job);
    if (due === Number.POSITIVE_INFINITY) return;
    const { agenda, phases } = this.controller;
    this.#asked.set(job, agenda.at(gridUp(due, phases.limits, PERIOD), Due.Check));
  }

  forget(job: SlurmJob): void {
    const asked = this.#asked.get(job);
    if (asked === undefined) return;
    this.controller.agenda.cancel(asked);
    this.#asked.delete(job);
  }

  /** When the job has had its time, seconds; after a preemption the end of its grace. */
  #due(job: SlurmJob): number {
    if (job.preemptTime >= 0) return job.endTime;
    const { config } = this.controller.state;
    return job.endTime + 60 * (job.partition.config.overTimeLimit ?? config.overTimeLimit);
  }

  /** Usage has grown: somebody's minutes may be used up at the next check. */
  usageGrew(): void {
    const { agenda, state, phases, parts } = this.controller;
    const [first] = parts.limits.exhausted();
    if (first !== undefined) agenda.once(gridUp(state.now, phases.limits, PERIOD), Due.Check);
  }

  run(): void {
    const { state, host, parts } = this.controller;
    const over = [...this.#asked.keys()].filter((job) => this.#due(job) <= state.now);
    for (const job of over) {
      this.#asked.delete(job);
      if (job.preemptTime >= 0) this.eviction.carryOut(job);
      else host.kill(job, "TIMEOUT");
    }
    for (const job of parts.limits.exhausted()) host.kill(job, "TIMEOUT");
  }
}
