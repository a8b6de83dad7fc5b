import { countBits } from "../../../../../core/bit-vector.js";
import type { SlurmState } from "../../../model/state.js";
import type { RunningNodes } from "./running-nodes.js";

/** Jobs of a block. */
const size = 16;

/**
 * The running jobs of a pass in blocks of neighbours by their end, from block 1 on; nodes without a job are block 0. So
 * that it need not be counted job by job how many of some nodes come free by when.
 */
export class Blocks {
  /** The last block. */
  last = 1;
  /** By node. */
  readonly of: Int32Array;
  /** By block: its first job; one more than there are blocks. */
  begin = new Int32Array(32);
  /** By block: nodes that may be given, and a row of words with all nodes that are free once the block is gone. */
  nodes = new Int32Array(32);
  sets = new Int32Array(0);
  readonly words: number;

  constructor(
    readonly state: SlurmState,
    readonly running: RunningNodes,
  ) {
    this.of = new Int32Array(state.nodes.count);
    this.words = (state.nodes.count + 31) >>> 5;
  }

  /** As jobs run now. */
  reset(): void {
    const { words, running } = this;
    const { first, word, mask, jobs } = running.now;
    this.last = Math.max(1, Math.ceil(jobs.length / size));
    if (this.begin.length < this.last + 2) {
      this.begin = new Int32Array(2 * this.last + 2);
      this.nodes = new Int32Array(2 * this.last + 2);
    }
    if (this.sets.length < (this.last + 1) * words) this.sets = new Int32Array(2 * (this.last + 1) * words);
    const { idle, avail } = this.state.nodes;
    this.of.fill(0);
    this.nodes.fill(0);
    this.nodes[0] = idle.overlap(avail);
    this.sets.set(idle.words, 0);
    for (let block = 1; block <= this.last; block++) {
      this.begin[block] = (block - 1) * size;
      const at = block * words;
      this.sets.copyWithin(at, at - words, at);
      const end = first[Math.min(block * size, jobs.length)]!;
      for (let i = first[(block - 1) * size]!; i < end; i++) {
        const k = word[i]!;
        this.sets[at + k]! |= mask[i]!;
        this.nodes[block]! += countBits(mask[i]! & avail.words[k]!);
        for (let bits = mask[i]!; bits !== 0; bits &= bits - 1)
          this.of[(k << 5) + 31 - Math.clz32(bits & -bits)] = block;
      }
    }
    this.begin[this.last + 1] = jobs.length;
  }

  /** A job has come to run on nodes that had none, at this place among the jobs. Answers its block. */
  enter(place: number): number {
    const { first, word, mask } = this.running.now;
    let block = this.last;
    while (block > 1 && this.begin[block]! > place) block--;
    for (let k = block + 1; k <= this.last + 1; k++) this.begin[k]!++;
    for (let i = first[place]!; i < first[place + 1]!; i++) {
      const k = word[i]!;
      for (let b = 0; b < block; b++) this.sets[b * this.words + k]! &= ~mask[i]!;
      for (let bits = mask[i]!; bits !== 0; bits &= bits - 1) {
        this.of[(k << 5) + 31 - Math.clz32(bits & -bits)] = block;
        this.nodes[0]!--;
        this.nodes[block]!++;
      }
    }
    return block;
  }

  /** The block of a job; of the one behind the last job the last block. */
  ofJob(job: number): number {
    let block = Math.min(this.last, (job >>> 4) + 1);
    while (block > 1 && this.begin[block]! > job) block--;
    while (block < this.last && this.begin[block + 1]! <= job) block++;
    return block;
  }
}
