import type { SlurmState } from "../../../model/state.js";
import type { PlainEntry, QueueWatcher } from "../../plain-queue.js";
import { awaitsTest } from "../vacancies.js";
import { farAway, type Kernel } from "./kernel.js";

/** Limits are told apart up to so many; then neighbours count as the shortest of them. */
export const mostClasses = 24;

/** Tells the kernel which jobs wait, in the order of the pass, as they come and go. */
export class WaitingJobs implements QueueWatcher {
  /** The limits of the jobs sorted into classes: the shortest of each, minutes, ascending. */
  classes: readonly number[] = [];
  /** Every limit is a class of its own. */
  #apart = true;
  /** All are to be told again. */
  #stale = true;

  constructor(
    readonly state: SlurmState,
    readonly kernel: Kernel,
  ) {}

  came({ nodes, minutes }: PlainEntry, place: number): void {
    if (this.#stale) return;
    this.#stale = this.kernel.exports.queueCame(place, nodes, secondsOf(minutes)) === 0;
  }

  left(place: number): void {
    if (!this.#stale) this.kernel.exports.queueLeft(place);
  }

  reordered(): void {
    this.#stale = true;
  }

  /** Before a pass over `queue`. */
  tell(queue: readonly PlainEntry[]): void {
    if (this.#stale) this.#tellAll(queue);
    if (this.state.config.priority.weightJobSize !== 0) this.#tellUntested(queue);
    this.#tellClasses();
  }

  #tellAll(queue: readonly PlainEntry[]): void {
    const { exports } = this.kernel;
    exports.reserveQueue(queue.length);
    const view = this.kernel.view();
    const nodes = exports.queueNodesAt() >> 2;
    const seconds = exports.secondsAt() >> 2;
    const vacancies = exports.vacanciesAt() >> 2;
    for (let i = 0; i < queue.length; i++) {
      const entry = queue[i]!;
      view[nodes + i] = view[vacancies + i] = entry.nodes;
      view[seconds + i] = secondsOf(entry.minutes);
    }
    // Classes stay until a limit comes that none is for.
    if (exports.setJobs(queue.length, this.classes.length, this.#apart) === 0) {
      this.#renew(queue);
      exports.setJobs(queue.length, this.classes.length, this.#apart);
    }
    this.#stale = false;
  }

  /** Any test sets the number of CPUs that such a job would get. */
  #tellUntested(queue: readonly PlainEntry[]): void {
    const view = this.kernel.view();
    const vacancies = this.kernel.exports.vacanciesAt() >> 2;
    for (let i = 0; i < queue.length; i++) {
      const { job, nodes } = queue[i]!;
      view[vacancies + i] = awaitsTest(job, this.state) ? 0 : nodes;
    }
  }

  #tellClasses(): void {
    const { exports } = this.kernel;
    const { bf_resolution } = this.state.config.scheduler.parameters;
    const over = this.state.now % bf_resolution;
    const view = this.kernel.view();
    const ends = exports.classEndsAt() >> 2;
    const lengths = exports.lengthsAt() >> 2;
    for (let i = 0; i < this.classes.length; i++) {
      const limit = 60 * this.classes[i]!;
      // The slot in which such a job would end if it started now, and slots that it takes at least.
      view[ends + i] = Math.floor((limit + over) / bf_resolution);
      view[lengths + i] = Math.floor(limit / bf_resolution);
    }
  }

  #renew(queue: readonly PlainEntry[]): void {
    const limits = [...new Set(queue.map(({ minutes }) => minutes))].sort((a, b) => a - b);
    const size = Math.ceil(limits.length / mostClasses);
    this.classes = limits.filter((_, i) => i % size === 0);
    this.#apart = size === 1;
    const view = this.kernel.view();
    const shortest = this.kernel.exports.shortestAt() >> 2;
    for (const [i, limit] of this.classes.entries()) view[shortest + i] = secondsOf(limit);
  }
}

function secondsOf(minutes: number): number {
  return Math.min(60 * minutes, farAway);
}
