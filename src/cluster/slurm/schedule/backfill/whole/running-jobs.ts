import { lowerBound } from "../../../../../core/lower-bound.js";
import type { JobAllocation, SlurmJob } from "../../../model/job.js";
import type { SlurmState } from "../../../model/state.js";
import { expectedEnd } from "../../../select/will-run.js";
import { farAway, type Kernel } from "./kernel.js";

/** What was said of the jobs, by place: when one starts again it has another allocation, and ends may be moved. */
interface Told {
  readonly ids: number[];
  readonly allocations: JobAllocation[];
  readonly ends: number[];
}

/** Tells the kernel which jobs run: of most it is only said that they are the ones of before. */
export class RunningJobs {
  #told: Told = { ids: [], allocations: [], ends: [] };
  #before: Told = { ids: [], allocations: [], ends: [] };
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
  add(job: SlurmJob): number {
    const { exports } = this.kernel;
    const { node } = job.allocation!;
    const { ids, allocations, ends } = this.#told;
    const place = this.#placeOf(job);
    ids.splice(place, 0, job.id);
    allocations.splice(place, 0, job.allocation!);
    ends.splice(place, 0, job.endTime);
    exports.reserveJobs(ids.length);
    exports.reserveNodes(node.length);
    this.kernel.view().set(node, exports.nodesAt() >> 2);
    exports.insert(place, node.length, Math.min(job.endTime - this.state.now, farAway));
    return place;
  }

  /** Where one that comes belongs among them by its end. */
  #placeOf({ id, endTime }: SlurmJob): number {
    const { ids, ends } = this.#told;
    const stoodBefore = (at: number) => ends[at]! < endTime || (ends[at] === endTime && ids[at]! < id);
    return lowerBound(ids.length, stoodBefore);
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
    const { ids, allocations, ends } = before;
    const { length } = ids;
    this.#come.length = 0;
    for (let i = 0, old = 0; i < jobs.length; i++) {
      const { id, allocation, endTime } = jobs[i]!;
      // A job that stood before this one, and is not found there, has left, or its end was moved.
      while (old < length && (ends[old]! < endTime || (ends[old] === endTime && ids[old]! < id))) old++;
      const stays = old < length && allocations[old] === allocation && ends[old] === endTime;
      told.ids[i] = id;
      told.allocations[i] = allocation!;
      told.ends[i] = endTime;
      view[at + i] = stays ? old++ : -1;
      if (!stays) this.#come.push(i);
    }
    told.ids.length = told.allocations.length = told.ends.length = jobs.length;
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
