import { countBits } from "../../../../../core/bit-vector.js";
import type { Runs } from "../../../../../core/runs.js";
import type { SlurmState } from "../../../model/state.js";
import { takeTightestRuns } from "../../../select/choose/tightest.js";
import { expectedEnd } from "../../../select/will-run.js";
import type { Blocks } from "./blocks.js";
import type { RunningNodes } from "./running-nodes.js";
import type { Span } from "./spans.js";

/** The first batch of jobs that leave is as long, in seconds; each later one lasts twice as long. */
const firstWindow = 30;

/**
 * When running jobs give whole nodes back if they end at their limits, and which of them a waiting job then takes: the
 * batches of the will-run test, without a walk over all jobs. A batch ends with a job that holds some of the nodes in
 * question and behind which the next job leaves after the window; the window that a job is met with follows from the
 * end of the job behind the last such one before it.
 */
export class Releases {
  readonly #free: Int32Array;

  constructor(
    readonly state: SlurmState,
    readonly running: RunningNodes,
    readonly blocks: Blocks,
  ) {
    this.#free = new Int32Array((state.nodes.count + 31) >>> 5);
  }

  /**
   * When so many nodes of a span are expected to be free (seconds), and which of them are taken then. Infinity when that
   * is after `until`, -1 when it is never.
   */
  expect(span: Span, nodes: number, until: number, taken: Runs): number {
    const { blocks } = this;
    const { ends, jobs } = this.running.now;
    const { inBlock } = span;
    let count = inBlock[0]!;
    if (count >= nodes) {
      this.#take(span, 0, nodes, taken);
      return this.state.now;
    }
    let block = 1;
    for (; count + inBlock[block]! < nodes; count += inBlock[block++]!) if (block === blocks.last) return -1;
    let job = blocks.begin[block]!;
    for (; ; job++) {
      count += this.#held(span, job);
      if (count >= nodes) break;
    }
    if (ends[job]! > until) return Number.POSITIVE_INFINITY;
    const last = this.#endOfBatch(span, job);
    if (ends[last]! > until) return Number.POSITIVE_INFINITY;
    this.#take(span, last + 1, nodes, taken);
    return expectedEnd(this.state, jobs[last]!);
  }

  /** The job with which the batch ends in which this one leaves. */
  #endOfBatch(span: Span, job: number): number {
    const { ends, jobs } = this.running.now;
    const { length } = jobs;
    const first = ends[this.#holderFrom(span, 0)]!;
    const from = first + firstWindow - (((first % firstWindow) + firstWindow) % firstWindow);
    const before = this.#holderBefore(span, job);
    let window = firstWindow;
    if (before >= 0) while (ends[before + 1]! > from + window) window *= 2;
    // The first job to leave after the window; who holds none of the nodes does not end a batch.
    let beyond = job + 1;
    while (beyond < length && ends[beyond]! <= from + window) beyond++;
    if (beyond === job + 1 || this.#held(span, beyond - 1) > 0) return beyond - 1;
    const next = this.#holderFrom(span, beyond);
    return next >= 0 ? next : this.#holderBefore(span, beyond);
  }

  /** The first job from this one on that holds nodes of the span; -1 when there is none. */
  #holderFrom(span: Span, from: number): number {
    const { begin, last } = this.blocks;
    let job = from;
    for (let block = this.blocks.ofJob(from); block <= last; block++) {
      if (span.inBlock[block]! > 0)
        for (job = Math.max(job, begin[block]!); job < begin[block + 1]!; job++)
          if (this.#held(span, job) > 0) return job;
    }
    return -1;
  }

  /** The last job before this one that does; -1 when there is none. */
  #holderBefore(span: Span, end: number): number {
    const { begin } = this.blocks;
    let job = end - 1;
    for (let block = this.blocks.ofJob(end); block > 0; block--) {
      if (span.inBlock[block]! > 0)
        for (job = Math.min(job, begin[block + 1]! - 1); job >= begin[block]!; job--)
          if (this.#held(span, job) > 0) return job;
    }
    return -1;
  }

  /** How many nodes of the span a job holds. */
  #held({ free: { words } }: Span, job: number): number {
    const { first, word, mask } = this.running.now;
    const end = first[job + 1]!;
    let count = 0;
    for (let i = first[job]!; i < end; i++) {
      const held = words[word[i]!]! & mask[i]!;
      if (held !== 0) count += countBits(held);
    }
    return count;
  }

  /** Takes what fits tightest of the nodes of the span that are free when so many jobs are gone. */
  #take({ free: { words } }: Span, gone: number, nodes: number, taken: Runs): void {
    const { sets, begin, words: length } = this.blocks;
    const free = this.#free;
    const block = gone === 0 ? 1 : this.blocks.ofJob(gone - 1);
    const at = (block - 1) * length;
    for (let i = 0; i < length; i++) free[i] = words[i]! & sets[at + i]!;
    const { first, word, mask } = this.running.now;
    const end = first[gone]!;
    for (let i = first[begin[block]!]!; i < end; i++) {
      const k = word[i]!;
      free[k]! |= words[k]! & mask[i]!;
    }
    takeTightestRuns(free, nodes, taken);
  }
}
