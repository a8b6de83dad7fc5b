import type { SlurmState } from "../../../model/state.js";
import type { PlainEntry } from "../../plain-queue.js";
import { awaitsTest } from "../vacancies.js";
import { LimitClasses } from "./classes.js";
import { farAway, type Kernel } from "./kernel.js";

/** Tells the kernel which jobs wait, in the order of the pass. */
export class WaitingJobs {
  readonly #classes = new LimitClasses();

  constructor(
    readonly state: SlurmState,
    readonly kernel: Kernel,
  ) {}

  /** Classes of limits among the jobs told last. */
  get classes(): number {
    return this.#classes.shortest.length;
  }

  /** `vacant`: nodes that hold no job. False when they are too few for any of the jobs. */
  tell(queue: readonly PlainEntry[], vacant: number): boolean {
    const { state } = this;
    const { exports } = this.kernel;
    const limits = this.#classes;
    limits.update(queue);
    exports.reserveQueue(queue.length);
    const view = this.kernel.view();
    const [nodes, seconds, classes, vacancies] = [
      exports.queueNodesAt() >> 2,
      exports.secondsAt() >> 2,
      exports.classesAt() >> 2,
      exports.vacanciesAt() >> 2,
    ];
    let any = false;
    for (let i = 0; i < queue.length; i++) {
      const entry = queue[i]!;
      // Any test sets the number of CPUs that such a job would get.
      const needed = awaitsTest(entry.job, state) ? 0 : entry.nodes;
      any ||= needed <= vacant;
      view[nodes + i] = entry.nodes;
      view[seconds + i] = Math.min(60 * entry.minutes, farAway);
      view[classes + i] = limits.of(entry.minutes);
      view[vacancies + i] = needed;
    }
    if (any) this.#tellClasses();
    return any;
  }

  /** Slots that jobs of each class take at least, and the one in which they would end if they started now. */
  #tellClasses(): void {
    const { now, config } = this.state;
    const { bf_resolution } = config.scheduler.parameters;
    const { exports } = this.kernel;
    const view = this.kernel.view();
    const [ends, lengths] = [exports.classEndsAt() >> 2, exports.lengthsAt() >> 2];
    const over = now % bf_resolution;
    for (const [i, limit] of this.#classes.shortest.entries()) {
      view[ends + i] = Math.floor((60 * limit + over) / bf_resolution);
      view[lengths + i] = Math.floor((60 * limit) / bf_resolution);
    }
  }
}
