import type { JobAllocation, SlurmJob } from "../../../model/job.js";
import type { SlurmState } from "../../../model/state.js";
import { expectedEnd } from "../../../select/will-run.js";
import { farAway, type Kernel } from "./kernel.js";

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
    this.kernel.exports.reserveJobs(jobs.length);
    this.#compare(jobs);
    return this.#tell(jobs);
  }

  /** The same when nothing has happened since but that a job has come. Answers its place among them. */
  add(job: SlurmJob, jobs: readonly SlurmJob[]): number {
    const { exports } = this.kernel;
    const { node } = job.allocation!;
    const place = jobs.indexOf(job);
    this.#told.splice(place, 0, recordOf(job));
    exports.reserveJobs(jobs.length);
    exports.reserveNodes(node.length);
    this.kernel.view().set(node, exports.nodesAt() >> 2);
    exports.insert(place, node.length, Math.min(job.endTime - this.state.now, farAway));
    return place;
  }

  #tell(jobs: readonly SlurmJob[]): number {
    const { now } = this.state;
    const { exports } = this.kernel;
    const view = this.kernel.view();
    const expected = exports.expectedAt() >> 2;
    for (let i = 0; i < jobs.length && jobs[i]!.endTime <= now; i++)
      view[expected + i] = Math.min(expectedEnd(this.state, jobs[i]!) - now, farAway);
    this.#introduce(jobs);
    const held = exports.update(jobs.length, now - this.#time);
    this.#time = now;
    return held;
  }

  /** Tells the place of each job among those of before; -1 for those that have come or whose end was moved. */
  #compare(jobs: readonly SlurmJob[]): void {
    const view = this.kernel.view();
    const at = this.kernel.exports.placeBeforeAt() >> 2;
    const before = this.#told;
    const told = this.#before;
    const { length } = before;
    this.#come.length = 0;
    for (let i = 0, old = 0; i < jobs.length; i++) {
      const job = jobs[i]!;
      while (old < length && !holds(before[old]!, job) && stoodBefore(before[old]!, job)) old++;
      const stays = old < length && holds(before[old]!, job);
      told[i] = stays ? before[old]! : recordOf(job);
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
    const { now } = this.state;
    const { exports } = this.kernel;
    let nodes = 0;
    for (const i of this.#come) nodes += jobs[i]!.allocation!.node.length;
    exports.reserveNodes(nodes);
    const view = this.kernel.view();
    const [end, count] = [exports.endsToldAt() >> 2, exports.countsAt() >> 2];
    let told = exports.nodesAt() >> 2;
    for (const i of this.#come) {
      const { endTime, allocation } = jobs[i]!;
      view[end + i] = Math.min(endTime - now, farAway);
      view[count + i] = allocation!.node.length;
      view.set(allocation!.node, told);
      told += allocation!.node.length;
    }
  }
}

function recordOf(job: SlurmJob): Told {
  return { job, allocation: job.allocation!, end: job.endTime };
}

function holds({ job, allocation, end }: Told, one: SlurmJob): boolean {
  return job === one && allocation === one.allocation && end === one.endTime;
}

/** A job that stood before this one, and is not found there, has left, or its end was moved. */
function stoodBefore({ job, end }: Told, one: SlurmJob): boolean {
  return end < one.endTime || (end === one.endTime && job.id <= one.id);
}
