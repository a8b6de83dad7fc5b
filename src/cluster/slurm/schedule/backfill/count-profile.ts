import type { SlurmJob } from "../../model/job.js";
import type { SlurmState } from "../../model/state.js";

/**
 * How many nodes could be free over time: those that running jobs have left at their limits, less those of plans. No
 * job of whole nodes can start before enough of them are free over its whole time, wherever they are: what bounds the
 * search for its place from below.
 */
export class CountProfile {
  /** Steps: when each begins, and what is free from then on. */
  #time = new Float64Array(256);
  #free = new Int32Array(256);
  #steps = 0;

  /** What running jobs leave, first to end first. False when some share nodes, so that counting would not do. */
  reset({ now, nodes }: SlurmState, running: readonly SlurmJob[]): boolean {
    let busy = 0;
    for (const { allocation } of running) busy += allocation!.node.length;
    if (busy + nodes.idle.count() !== nodes.count) return false;
    this.#steps = 1;
    this.#time[0] = now;
    this.#free[0] = nodes.count - busy;
    for (const { endTime, allocation } of running) {
      const last = this.#steps - 1;
      const left = allocation!.node.length;
      if (endTime <= this.#time[last]!) this.#free[last]! += left;
      else {
        if (this.#steps === this.#time.length) this.#grow();
        this.#time[this.#steps] = endTime;
        this.#free[this.#steps] = this.#free[last]! + left;
        this.#steps++;
      }
    }
    return true;
  }

  /** A plan: so many nodes fewer in `[start, end)`. */
  take(start: number, end: number, nodes: number): void {
    if (end <= start) return;
    const first = this.#at(start);
    const last = this.#at(end);
    for (let i = first; i < last; i++) this.#free[i]! -= nodes;
  }

  /** The first time at which so many are free for so long (seconds). */
  earliest(nodes: number, seconds: number): number {
    const time = this.#time;
    const free = this.#free;
    const steps = this.#steps;
    let start = 0;
    for (let i = 0; ; i++) {
      if (i === steps) return time[start]!;
      if (i > start && time[i]! >= time[start]! + seconds) return time[start]!;
      if (free[i]! >= nodes) continue;
      start = i + 1;
      if (start === steps) return Number.POSITIVE_INFINITY;
    }
  }

  /** The step that begins at a time, made when there is none. */
  #at(time: number): number {
    let low = 0;
    let high = this.#steps;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#time[middle]! < time) low = middle + 1;
      else high = middle;
    }
    if (low < this.#steps && this.#time[low] === time) return low;
    if (low === 0) return 0;
    if (this.#steps === this.#time.length) this.#grow();
    this.#time.copyWithin(low + 1, low, this.#steps);
    this.#free.copyWithin(low + 1, low, this.#steps);
    this.#time[low] = time;
    this.#free[low] = this.#free[low - 1]!;
    this.#steps++;
    return low;
  }

  #grow(): void {
    const size = 2 * this.#time.length;
    const time = new Float64Array(size);
    time.set(this.#time);
    this.#time = time;
    const free = new Int32Array(size);
    free.set(this.#free);
    this.#free = free;
  }
}
