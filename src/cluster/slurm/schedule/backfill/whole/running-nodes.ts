import { twiceAsLong } from "../../../../../core/runs.js";
import type { JobAllocation, SlurmJob } from "../../../model/job.js";

/** What is kept of running jobs, each by its place among them. */
class Held {
  jobs: readonly SlurmJob[] = [];
  /** A job that starts again has another. */
  allocations: JobAllocation[] = [];
  /** When each reaches its limit, seconds. */
  ends = new Float64Array(256);
  /** The number of its entry. */
  entries = new Float64Array(256);
  /** Where its words begin; one more than there are jobs. */
  first = new Int32Array(257);
  /** Which word of a set of nodes, and its nodes in it. */
  word = new Int32Array(1024);
  mask = new Int32Array(1024);

  makeRoom(jobs: number): void {
    if (this.ends.length >= jobs) return;
    this.ends = new Float64Array(2 * jobs);
    this.entries = new Float64Array(2 * jobs);
    this.first = new Int32Array(2 * jobs + 1);
  }

  grow(): void {
    this.word = twiceAsLong(this.word);
    this.mask = twiceAsLong(this.mask);
  }
}

/**
 * The running jobs by the end of their time and what they hold, in flat arrays. From one look to the next few jobs come
 * and go; what is known of the others is moved along.
 */
export class RunningNodes {
  /** As of the last update. */
  now = new Held();
  /** By node: the slot, counted from the run's start, in which its job reaches its limit; -1 without a job. */
  readonly leaves: Int32Array;
  /** By node: what tells its job from others; 0 without a job. */
  readonly holder: Float64Array;
  /** Nodes of all jobs together. */
  count = 0;
  #before = new Held();
  #entered = 0;

  constructor(
    nodes: number,
    readonly resolution: number,
  ) {
    this.leaves = new Int32Array(nodes).fill(-1);
    this.holder = new Float64Array(nodes);
  }

  /** `jobs`: those that hold nodes, by the end of their time; each has its nodes to itself. */
  update(jobs: readonly SlurmJob[]): void {
    [this.now, this.#before] = [this.#before, this.now];
    const { now } = this;
    const before = this.#before;
    now.makeRoom(jobs.length);
    now.jobs = [...jobs];
    now.allocations = [];
    let old = 0;
    let at = 0;
    for (let i = 0; i < jobs.length; ) {
      const job = jobs[i]!;
      now.first[i] = at;
      if (old < before.jobs.length && this.#runsOn(old, job)) at = this.#keep(old++, i++, at);
      else if (old < before.jobs.length && this.#stoodBefore(old, job)) this.#leave(old++);
      else at = this.#enter(job, i++, at);
    }
    while (old < before.jobs.length) this.#leave(old++);
    now.first[jobs.length] = at;
  }

  #runsOn(old: number, job: SlurmJob): boolean {
    const { jobs, allocations, ends } = this.#before;
    return jobs[old] === job && allocations[old] === job.allocation && ends[old] === job.endTime;
  }

  /** A job that stood before this one, and is not found there, has left, or its end was moved. */
  #stoodBefore(old: number, job: SlurmJob): boolean {
    const { jobs, ends } = this.#before;
    return ends[old]! < job.endTime || (ends[old] === job.endTime && jobs[old]!.id <= job.id);
  }

  #keep(old: number, place: number, at: number): number {
    const { now } = this;
    const before = this.#before;
    now.allocations[place] = before.allocations[old]!;
    now.ends[place] = before.ends[old]!;
    now.entries[place] = before.entries[old]!;
    const from = before.first[old]!;
    const words = before.first[old + 1]! - from;
    while (at + words > now.word.length) now.grow();
    for (let i = 0; i < words; i++) {
      now.word[at + i] = before.word[from + i]!;
      now.mask[at + i] = before.mask[from + i]!;
    }
    return at + words;
  }

  #enter({ endTime, allocation }: SlurmJob, place: number, from: number): number {
    const { now } = this;
    const { node } = allocation!;
    const slot = Math.floor(endTime / this.resolution);
    const entry = ++this.#entered;
    now.allocations[place] = allocation!;
    now.ends[place] = endTime;
    now.entries[place] = entry;
    let at = from;
    for (let i = 0; i < node.length; at++) {
      if (at === now.word.length) now.grow();
      const word = node[i]! >>> 5;
      let mask = 0;
      for (; i < node.length && node[i]! >>> 5 === word; i++) {
        mask |= 1 << (node[i]! & 31);
        this.leaves[node[i]!] = slot;
        this.holder[node[i]!] = entry;
      }
      now.word[at] = word;
      now.mask[at] = mask;
    }
    this.count += node.length;
    return at;
  }

  #leave(old: number): void {
    const { first, word, mask, entries } = this.#before;
    for (let i = first[old]!; i < first[old + 1]!; i++)
      for (let bits = mask[i]!; bits !== 0; bits &= bits - 1) {
        const node = (word[i]! << 5) + 31 - Math.clz32(bits & -bits);
        this.count--;
        // Another may hold it by now.
        if (this.holder[node] !== entries[old]) continue;
        this.leaves[node] = -1;
        this.holder[node] = 0;
      }
  }
}
