import { Kernel } from "../../../../src/cluster/slurm/schedule/backfill/whole/kernel.js";
import { BitVector } from "../../../../src/core/bit-vector.js";

/** What kernel/inspect.ts exports. */
interface Inspected {
  planTold(count: number, start: number, end: number): void;
  conflictsTold(count: number, start: number, stop: number): number;
  nextBorder(slot: number, last: number): number;
  records(): number;
  firstPossible(limitClass: number, count: number, from: number): number;
  freeBetween(start: number, stop: number, least: number): number;
  expectBetween(start: number, stop: number, wanted: number, until: number): number;
  runsLength(): number;
  runsBeginAt(): number;
  runsEndAt(): number;
  jobEndsAt(): number;
  jobWordsFirstAt(): number;
  jobWordsAt(): number;
  jobMasksAt(): number;
  jobSizesAt(): number;
}

/** The planning kernel, asked part by part. */
export class OpenKernel extends Kernel {
  readonly inspected = this.exports as unknown as Inspected;

  constructor(
    readonly nodes: number,
    slots: number,
    readonly lengths: readonly number[],
    readonly resolution: number,
  ) {
    super(nodes, slots, lengths.length, resolution);
  }

  /** A pass without a queue at `now`, over a window in seconds. */
  begin(now: number, window: number, idle: BitVector, avail: BitVector): void {
    const { exports, resolution } = this;
    this.view().set(idle.words, exports.idleAt() >> 2);
    this.view().set(avail.words, exports.availAt() >> 2);
    this.view().set(this.lengths, exports.lengthsAt() >> 2);
    exports.setPresent(now % resolution, now % 30, window);
    exports.begin(this.lengths.length, 1000, 1e6);
  }

  plan(nodes: readonly number[], start: number, end: number): void {
    this.#tell(nodes);
    this.inspected.planTold(nodes.length, start, end);
  }

  conflicts(nodes: readonly number[], from: number, to: number): boolean {
    this.#tell(nodes);
    return this.inspected.conflictsTold(nodes.length, from, to) === 1;
  }

  /** What no plan holds from slot to slot; undefined when that is less than `least` nodes. */
  free(first: number, last: number, least: number): BitVector | undefined {
    const at = this.inspected.freeBetween(first, last, least) >> 2;
    if (at === 0) return undefined;
    const free = new BitVector(this.nodes);
    free.words.set(this.view().subarray(at, at + free.words.length));
    return free;
  }

  /** The nodes taken last, in their order. */
  taken(): number[] {
    const { inspected } = this;
    const view = this.view();
    const [begin, end] = [inspected.runsBeginAt() >> 2, inspected.runsEndAt() >> 2];
    const nodes: number[] = [];
    for (let run = 0; run < inspected.runsLength(); run++)
      for (let node = view[begin + run]!; node < view[end + run]!; node++) nodes.push(node);
    return nodes;
  }

  #tell(nodes: readonly number[]): void {
    this.exports.reserveNodes(nodes.length);
    this.view().set(nodes, this.exports.nodesAt() >> 2);
  }
}
