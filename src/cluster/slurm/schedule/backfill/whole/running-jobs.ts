import type { JobAllocation, SlurmJob } from "../../../model/job.js";
import type { SlurmState } from "../../../model/state.js";
import { expectedEnd } from "../../../select/will-run.js";
import type { Kernel } from "./kernel.js";

/** Seconds from the present on that stand for any later time. */
const farAway = 2 ** 29;

/** What was said of a job: when it starts again it has another allocation, and ends may be moved. */
interface Told {
  readonly job: SlurmJob;
  readonly allocation: JobAllocation;
  readonly end: number;
}

/** Tells the kernel which jobs run: of most it is only said that they are the ones of before. */
export class RunningJobs {
  #told: Told[] = [];
  #before: Told[] = [];
  #time = 0;
  readonly #come: number[] = [];

  constructor(
    readonly state: SlurmState,
    readonly kernel: Kernel,
  ) {}

  /** `jobs`: those that hold nodes, by the end of their time; each has its nodes to itself. Answers how many they hold. */
  update(jobs: readonly SlurmJob[]): number {
    const { now } = this.state;
    const { exports } = this.kernel;
    exports.reserveJobs(jobs.length);
    const view = this.kernel.view();
    this.#compare(jobs, view, exports.placeBeforeAt() >> 2);
    const expected = exports.expectedAt() >> 2;
    for (let i = 0; i < jobs.length && jobs[i]!.endTime <= now; i++)
      view[expected + i] = Math.min(expectedEnd(this.state, jobs[i]!) - now, farAway);
    this.#introduce(jobs);
    const held = exports.update(jobs.length, now - this.#time);
    this.#time = now;
    return held;
  }

  /** Jobs told last. */
  get count(): number {
    return this.#told.length;
  }

  /** Its place among the jobs told last. */
  placeOf(job: SlurmJob): number {
    return this.#told.findIndex((one) => one.job === job);
  }

  /** Writes the place of each job among those of before, from `at` on; -1 for those that have come or whose end was moved. */
  #compare(jobs: readonly SlurmJob[], view: Int32Array, at: number): void {
    const before = this.#told;
    const told = this.#before;
    const { length } = before;
    this.#come.length = 0;
    for (let i = 0, old = 0; i < jobs.length; i++) {
      const job = jobs[i]!;
      while (old < length && !holds(before[old]!, job) && stoodBefore(before[old]!, job)) old++;
      const stays = old < length && holds(before[old]!, job);
      told[i] = stays ? before[old]! : { job, allocation: job.allocation!, end: job.endTime };
      view[at + i] = stays ? old++ : -1;
      if (!stays) this.#come.push(i);
    }
    told.length = jobs.length;
    this.#told = told;
    this.#before = before;
  }

  /** Tells of the jobs that have come. */
  #introduce(jobs: readonly SlurmJob[]): void {
    if (this.#come.length === 0) return;
    const { now, config } = this.state;
    const { exports } = this.kernel;
    const { bf_resolution } = config.scheduler.parameters;
    let nodes = 0;
    for (const i of this.#come) nodes += jobs[i]!.allocation!.node.length;
    exports.reserveNodes(nodes);
    const view = this.kernel.view();
    const [end, leaving, count] = [
      exports.endsToldAt() >> 2,
      exports.leavingAt() >> 2,
      exports.countsAt() >> 2,
    ];
    let told = exports.nodesAt() >> 2;
    for (const i of this.#come) {
      const { endTime, allocation } = jobs[i]!;
      view[end + i] = Math.min(endTime - now, farAway);
      view[leaving + i] = Math.min(Math.floor(endTime / bf_resolution), 2 ** 31 - 1);
      view[count + i] = allocation!.node.length;
      view.set(allocation!.node, told);
      told += allocation!.node.length;
    }
  }
}

function holds({ job, allocation, end }: Told, one: SlurmJob): boolean {
  return job === one && allocation === one.allocation && end === one.endTime;
}

/** A job that stood before this one, and is not found there, has left, or its end was moved. */
function stoodBefore({ job, end }: Told, one: SlurmJob): boolean {
  return end < one.endTime || (end === one.endTime && job.id <= one.id);
}
