import type { SlurmJob } from "../../../model/job.js";
import type { RunningWatcher } from "../../../model/parts.js";
import { expectedEnd } from "../../../select/will-run.js";
import type { SchedulerContext } from "../../context.js";
import { farAway, type Kernel } from "./kernel.js";

/** Tells the kernel which jobs run, as they come and go. */
export class RunningJobs implements RunningWatcher {
  /** The place of the job that came last. */
  lastCame = 0;
  /** The kernel's present. */
  #time = 0;

  constructor(
    readonly context: Pick<SchedulerContext, "state" | "selector">,
    readonly kernel: Kernel,
  ) {
    context.selector.watch(this);
  }

  came({ allocation, endTime }: SlurmJob, place: number): void {
    const { exports } = this.kernel;
    const { node } = allocation!;
    exports.reserveNodes(node.length);
    this.kernel.view().set(node, exports.nodesAt() >> 2);
    exports.came(place, node.length, Math.min(endTime - this.#time, farAway));
    this.lastCame = place;
  }

  left(place: number): void {
    this.kernel.exports.left(place);
  }

  /** Lets the kernel's present be that of the cluster. Answers how many nodes the jobs hold, if each has its own to itself. */
  advance(): number {
    const { state, selector } = this.context;
    const { now } = state;
    const { exports } = this.kernel;
    const held = exports.advance(now - this.#time);
    this.#time = now;
    const view = this.kernel.view();
    const expected = exports.expectedAt() >> 2;
    const jobs = selector.running();
    for (let i = 0; i < jobs.length && jobs[i]!.endTime <= now; i++)
      view[expected + i] = Math.min(expectedEnd(state, jobs[i]!) - now, farAway);
    return held;
  }
}
