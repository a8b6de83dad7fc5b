import type { FreeSpace } from "../../../fleet/free-space.js";
import type { Placement } from "../../../fleet/placement.js";

/** What is free on each node from a time until the next step. */
export interface Step {
  time: number;
  /** Stays that begin or end here; with none left, the step says what the one before it says. */
  marks: number;
  readonly gpus: Int32Array;
  readonly cpus: Int32Array;
  readonly memory: Float64Array;
  /** Jobs on the node. */
  readonly jobs: Int32Array;
}

/** What will be free, node by node, from now on. Entering a stay costs O(steps it covers × its nodes). */
export class Profile {
  /** In order of time; the first is now. */
  readonly steps: Step[];
  readonly #spare: Step[] = [];

  constructor(readonly space: FreeSpace) {
    this.steps = [this.#newStep()];
  }

  /** Empty: everything is free from now on. */
  clear(now: number): void {
    this.#spare.push(...this.steps.splice(1));
    const first = this.steps[0]!;
    const { pools, poolOf } = this.space;
    first.time = now;
    for (let node = 0; node < this.space.nodes; node++) {
      const pool = pools[poolOf[node]!]!;
      first.gpus[node] = pool.gpusPerNode;
      first.cpus[node] = pool.cpus;
      first.memory[node] = pool.memory;
      first.jobs[node] = 0;
    }
  }

  /** What lies behind is forgotten. */
  advance(now: number): void {
    while (this.steps.length > 1 && this.steps[1]!.time <= now) this.#spare.push(this.steps.shift()!);
    this.steps[0]!.time = Math.max(this.steps[0]!.time, now);
  }

  /** Enters a stay, or with sign -1 takes out what is left of one. */
  book(placement: Placement, from: number, until: number, sign: 1 | -1): void {
    const begin = Math.max(from, this.steps[0]!.time);
    if (until <= begin) return;
    const first = this.#at(begin);
    const last = until === Number.POSITIVE_INFINITY ? this.steps.length : this.#at(until);
    for (let i = first; i < last; i++) change(this.steps[i]!, placement, sign);
    if (last < this.steps.length) this.#mark(last, sign);
    if (first > 0) this.#mark(first, sign);
  }

  /** The step that begins at `time`, made when there is none. */
  #at(time: number): number {
    let low = 0;
    let high = this.steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.steps[middle]!.time < time) low = middle + 1;
      else high = middle;
    }
    if (this.steps[low]?.time === time) return low;
    const before = this.steps[low - 1]!;
    const step = this.#spare.pop() ?? this.#newStep();
    step.time = time;
    step.marks = 0;
    step.gpus.set(before.gpus);
    step.cpus.set(before.cpus);
    step.memory.set(before.memory);
    step.jobs.set(before.jobs);
    this.steps.splice(low, 0, step);
    return low;
  }

  #mark(index: number, sign: 1 | -1): void {
    const step = this.steps[index]!;
    step.marks += sign;
    if (step.marks === 0) this.#spare.push(...this.steps.splice(index, 1));
  }

  #newStep(): Step {
    const { nodes } = this.space;
    return {
      time: 0,
      marks: 0,
      gpus: new Int32Array(nodes),
      cpus: new Int32Array(nodes),
      memory: new Float64Array(nodes),
      jobs: new Int32Array(nodes),
    };
  }
}

function change(step: Step, placement: Placement, sign: 1 | -1): void {
  for (let i = 0; i < placement.length; i++) {
    const node = placement.node[i]!;
    step.gpus[node]! -= sign * placement.gpus[i]!;
    step.cpus[node]! -= sign * placement.cpus[i]!;
    step.memory[node]! -= sign * placement.memory[i]!;
    step.jobs[node]! += sign;
  }
}
