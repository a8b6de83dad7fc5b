import type { JobAllocation, SlurmJob } from "../../../model/job.js";
import type { SlurmState } from "../../../model/state.js";
import { expectedEnd } from "../../../select/will-run.js";
import type { Kernel } from "./kernel.js";

/** Seconds from the present on that stand for any later time. */
const farAway = 2 ** 29;

/** Tells the kernel which jobs run: of most it is only said that they are the ones of before. */
export class RunningJobs {
  jobs: readonly SlurmJob[] = [];
  /** A job that starts again has another. */
  #allocations: JobAllocation[] = [];
  #ends: number[] = [];

  constructor(
    readonly state: SlurmState,
    readonly kernel: Kernel,
  ) {}

  /** `jobs`: those that hold nodes, by the end of their time; each has its nodes to itself. Answers how many they hold. */
  update(jobs: readonly SlurmJob[]): number {
    const { now, config } = this.state;
    const { exports } = this.kernel;
    const places = this.#places(jobs);
    let nodes = 0;
    for (let i = 0; i < jobs.length; i++) if (places[i]! < 0) nodes += jobs[i]!.allocation!.node.length;
    exports.reserveJobs(jobs.length);
    exports.reserveNodes(nodes);
    const view = this.kernel.view();
    const [at, end, expected, leaving, count, node] = [
      exports.placeBeforeAt() >> 2,
      exports.endsAt() >> 2,
      exports.expectedAt() >> 2,
      exports.leavingAt() >> 2,
      exports.countsAt() >> 2,
      exports.nodesAt() >> 2,
    ];
    const { bf_resolution } = config.scheduler.parameters;
    for (let i = 0, told = node; i < jobs.length; i++) {
      const job = jobs[i]!;
      view[at + i] = places[i]!;
      view[end + i] = Math.min(job.endTime - now, farAway);
      view[expected + i] = Math.min(expectedEnd(this.state, job) - now, farAway);
      if (places[i]! >= 0) continue;
      view[leaving + i] = Math.min(Math.floor(job.endTime / bf_resolution), 2 ** 31 - 1);
      view[count + i] = job.allocation!.node.length;
      view.set(job.allocation!.node, told);
      told += job.allocation!.node.length;
    }
    this.jobs = [...jobs];
    this.#allocations = jobs.map((job) => job.allocation!);
    this.#ends = jobs.map((job) => job.endTime);
    return exports.update(jobs.length);
  }

  /** The place of each job among those of before; -1 for those that have come, or whose end was moved. */
  #places(jobs: readonly SlurmJob[]): Int32Array {
    const places = new Int32Array(jobs.length);
    let old = 0;
    for (let i = 0; i < jobs.length; i++) {
      while (old < this.jobs.length && !this.#runsOn(old, jobs[i]!) && this.#stoodBefore(old, jobs[i]!))
        old++;
      places[i] = old < this.jobs.length && this.#runsOn(old, jobs[i]!) ? old++ : -1;
    }
    return places;
  }

  #runsOn(old: number, job: SlurmJob): boolean {
    return (
      this.jobs[old] === job && this.#allocations[old] === job.allocation && this.#ends[old] === job.endTime
    );
  }

  /** A job that stood before this one, and is not found there, has left, or its end was moved. */
  #stoodBefore(old: number, job: SlurmJob): boolean {
    const end = this.#ends[old]!;
    return end < job.endTime || (end === job.endTime && this.jobs[old]!.id <= job.id);
  }
}
