import type { SlurmJob } from "../model/job.js";
import type { SlurmState } from "../model/state.js";
import { type Agenda, Due } from "./agenda.js";

/**
 * `after:job+minutes` comes true by time alone: a pass is asked for at that moment. Where the job waited for has not
 * begun, the delay is remembered until it does.
 */
export class DelayedDependencies {
  /** Delays in minutes by the id of the job, or array, that is waited for. */
  readonly #delays = new Map<number, Set<number>>();

  constructor(
    readonly state: SlurmState,
    readonly agenda: Agenda,
  ) {}

  /** The job has come, or has other dependencies. */
  added({ dependencies }: SlurmJob): void {
    for (const { kind, job, delay } of dependencies) {
      if (kind !== "after" || delay === 0) continue;
      const target = this.state.jobById.get(job);
      if (target === undefined) continue;
      const delays = this.#delays.get(job) ?? new Set();
      this.#delays.set(job, delays);
      delays.add(delay);
      if (target.startTime >= 0) this.#ask(target.startTime, delay);
    }
  }

  started(job: SlurmJob): void {
    const delays = this.#delays.get(job.array?.id ?? job.id);
    for (const delay of delays ?? []) this.#ask(job.startTime, delay);
  }

  #ask(start: number, delay: number): void {
    const at = start + 60 * delay;
    if (at > this.state.now) this.agenda.at(at, Due.Eligible);
  }
}
