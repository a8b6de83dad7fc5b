import { type Runs, twiceAsLong } from "../../../../../core/runs.js";
import type { RunningNodes } from "./running-nodes.js";

/** A record is the slots `[FROM, TO)` and the place of the next record of the same node, -1 for none. */
const FROM = 0;
const TO = 1;
const NEXT = 2;
const RECORD = 3;

/** The plans of each node, one behind the other in time. */
export class NodePlans {
  /** By node: the place of its first record; -1 without any. */
  readonly #first: Int32Array;
  #plans = new Int32Array(1024 * RECORD);
  #length = 0;

  /**
   * Of the last plan: groups of nodes, and of each the number of its nodes, the slot in which the plan before it ends
   * (`planned`) or the running job (-1: none runs), and the one in which the plan behind it begins (-1: none does).
   */
  groups = 0;
  count = new Int32Array(16);
  begin = new Int32Array(16);
  end = new Int32Array(16);
  planned = new Int32Array(16);
  #base = 0;

  constructor(
    nodes: number,
    readonly running: RunningNodes,
  ) {
    this.#first = new Int32Array(nodes);
  }

  /** `base`: the first slot, counted from the run's start. */
  reset(base: number): void {
    this.#base = base;
    this.#length = 0;
    this.#first.fill(-1);
  }

  /** Is one of the nodes planned in `[from, to)`? */
  conflicts(nodes: Runs, from: number, to: number): boolean {
    const plans = this.#plans;
    for (let run = 0; run < nodes.length; run++) {
      const end = nodes.end[run]!;
      for (let node = nodes.begin[run]!; node < end; node++)
        for (let plan = this.#first[node]!; plan >= 0; plan = plans[plan + NEXT]!) {
          if (plans[plan + FROM]! >= to) break;
          if (plans[plan + TO]! > from) return true;
        }
    }
    return false;
  }

  /** Plans the nodes, which are free then, in `[from, to)`, and notes the groups of them that were free over the same time. */
  add(nodes: Runs, from: number, to: number): void {
    this.#makeRoom(nodes);
    this.groups = 0;
    const plans = this.#plans;
    let at = -1;
    for (let run = 0; run < nodes.length; run++) {
      const last = nodes.end[run]!;
      for (let node = nodes.begin[run]!; node < last; node++) {
        let before = -1;
        let after = this.#first[node]!;
        while (after >= 0 && plans[after + FROM]! < from) {
          before = after;
          after = plans[after + NEXT]!;
        }
        const begin = before >= 0 ? plans[before + TO]! : this.#leaves(node);
        const end = after >= 0 ? plans[after + FROM]! : -1;
        const planned = before >= 0 ? 1 : 0;
        if (at >= 0 && this.begin[at] === begin && this.end[at] === end && this.planned[at] === planned)
          this.count[at]!++;
        else at = this.#group(begin, end, planned);
        const plan = this.#length;
        this.#length += RECORD;
        plans[plan + FROM] = from;
        plans[plan + TO] = to;
        plans[plan + NEXT] = after;
        if (before >= 0) plans[before + NEXT] = plan;
        else this.#first[node] = plan;
      }
    }
  }

  /** The slot in which its job leaves, not before the present; -1 without a job. */
  #leaves(node: number): number {
    const leaves = this.running.leaves[node]!;
    return leaves < 0 ? -1 : Math.max(0, leaves - this.#base);
  }

  #group(begin: number, end: number, planned: number): number {
    if (this.groups === this.count.length) {
      this.count = twiceAsLong(this.count);
      this.begin = twiceAsLong(this.begin);
      this.end = twiceAsLong(this.end);
      this.planned = twiceAsLong(this.planned);
    }
    const at = this.groups++;
    this.count[at] = 1;
    this.begin[at] = begin;
    this.end[at] = end;
    this.planned[at] = planned;
    return at;
  }

  #makeRoom({ begin, end, length }: Runs): void {
    let nodes = 0;
    for (let run = 0; run < length; run++) nodes += end[run]! - begin[run]!;
    while (this.#length + nodes * RECORD > this.#plans.length) this.#plans = twiceAsLong(this.#plans);
  }
}
