import { twiceAsLong } from "../../../../../core/runs.js";
import type { SlurmJob } from "../../../model/job.js";

/**
 * The running jobs by the end of their time and what they hold, in flat arrays. From one look to the next few jobs come
 * and go; what is known of the others is moved along.
 */
export class RunningNodes {
  jobs: SlurmJob[] = [];
  /** When each job reaches its limit, seconds. */
  ends = new Float64Array(256);
  /** Where each job's words begin; one more than there are jobs. */
  first = new Int32Array(257);
  /** Which word of a set of nodes, and the job's nodes in it. */
  word = new Int32Array(1024);
  mask = new Int32Array(1024);
  /** By node: the slot, counted from the run's start, in which its job reaches its limit; -1 without a job. */
  readonly leaves: Int32Array;
  /** Nodes of all jobs together. */
  held = 0;
  #next: Pick<RunningNodes, "ends" | "first" | "word" | "mask"> = {
    ends: new Float64Array(256),
    first: new Int32Array(257),
    word: new Int32Array(1024),
    mask: new Int32Array(1024),
  };

  constructor(
    nodes: number,
    readonly resolution: number,
  ) {
    this.leaves = new Int32Array(nodes).fill(-1);
  }

  /** `jobs`: those that hold nodes, by the end of their time; each has its nodes to itself. */
  update(jobs: readonly SlurmJob[]): void {
    const next = this.#next;
    const before = this.jobs;
    if (next.ends.length < jobs.length) {
      next.ends = new Float64Array(2 * jobs.length);
      next.first = new Int32Array(2 * jobs.length + 1);
    }
    let old = 0;
    let at = 0;
    for (let i = 0; i < jobs.length; ) {
      const job = jobs[i]!;
      next.first[i] = at;
      if (old < before.length && before[old] === job) {
        at = this.#keep(old++, i++, at);
      } else if (old < before.length && this.#isBefore(old, job)) this.#leave(old++);
      else at = this.#enter(job, i++, at);
    }
    while (old < before.length) this.#leave(old++);
    next.first[jobs.length] = at;
    this.jobs = [...jobs];
    this.#next = { ends: this.ends, first: this.first, word: this.word, mask: this.mask };
    this.ends = next.ends;
    this.first = next.first;
    this.word = next.word;
    this.mask = next.mask;
  }

  /** Whether a job of before stood before this one: then it has left. */
  #isBefore(old: number, job: SlurmJob): boolean {
    const end = this.ends[old]!;
    return end < job.endTime || (end === job.endTime && this.jobs[old]!.id < job.id);
  }

  #keep(old: number, place: number, at: number): number {
    const next = this.#next;
    next.ends[place] = this.ends[old]!;
    const from = this.first[old]!;
    const words = this.first[old + 1]! - from;
    while (at + words > next.word.length) this.#grow();
    for (let i = 0; i < words; i++) {
      next.word[at + i] = this.word[from + i]!;
      next.mask[at + i] = this.mask[from + i]!;
    }
    return at + words;
  }

  #enter({ endTime, allocation }: SlurmJob, place: number, from: number): number {
    const next = this.#next;
    const { node } = allocation!;
    const slot = this.#slot(endTime);
    next.ends[place] = endTime;
    let at = from;
    for (let i = 0; i < node.length; at++) {
      if (at === next.word.length) this.#grow();
      const word = node[i]! >>> 5;
      let mask = 0;
      for (; i < node.length && node[i]! >>> 5 === word; i++) {
        mask |= 1 << (node[i]! & 31);
        this.leaves[node[i]!] = slot;
      }
      next.word[at] = word;
      next.mask[at] = mask;
    }
    this.held += node.length;
    return at;
  }

  #leave(old: number): void {
    const slot = this.#slot(this.ends[old]!);
    for (let i = this.first[old]!; i < this.first[old + 1]!; i++) {
      for (let mask = this.mask[i]!; mask !== 0; mask &= mask - 1) {
        const node = (this.word[i]! << 5) + 31 - Math.clz32(mask & -mask);
        this.held--;
        // Another may hold it by now.
        if (this.leaves[node] === slot) this.leaves[node] = -1;
      }
    }
  }

  #slot(time: number): number {
    return Math.floor(time / this.resolution);
  }

  #grow(): void {
    const next = this.#next;
    next.word = twiceAsLong(next.word);
    next.mask = twiceAsLong(next.mask);
  }
}
