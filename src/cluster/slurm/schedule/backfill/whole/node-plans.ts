import { type Runs, twiceAsLong } from "../../../../../core/runs.js";
import type { RunningNodes } from "./running-nodes.js";
import type { Stretches } from "./stretches.js";

/** A record is the slots `[FROM, TO)` and the place of the next record of the same stretch, -1 for none. */
const FROM = 0;
const TO = 1;
const NEXT = 2;
const RECORD = 3;

/** The plans of each stretch of nodes, one behind the other in time. */
export class NodePlans {
  /** By the first node of a stretch: the place of its first record; -1 without any. */
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
    readonly stretches: Stretches,
  ) {
    this.#first = new Int32Array(nodes);
  }

  /** `base`: the first slot, counted from the run's start. */
  reset(base: number): void {
    this.#base = base;
    this.#length = 0;
    this.#first.fill(-1);
  }

  /** Is one of the nodes planned in `[from, to)`? The runs begin with stretches. */
  conflicts(nodes: Runs, from: number, to: number): boolean {
    const plans = this.#plans;
    const stretches = this.stretches.end;
    for (let run = 0; run < nodes.length; run++) {
      const end = nodes.end[run]!;
      for (let node = nodes.begin[run]!; node < end; node = stretches[node]!)
        for (let plan = this.#first[node]!; plan >= 0; plan = plans[plan + NEXT]!) {
          if (plans[plan + FROM]! >= to) break;
          if (plans[plan + TO]! > from) return true;
        }
    }
    return false;
  }

  /** Plans the nodes, which are free then, in `[from, to)`, and notes the groups of them that were free over the same time. */
  add(nodes: Runs, from: number, to: number): void {
    this.groups = 0;
    this.cut(nodes);
    let at = -1;
    for (let run = 0; run < nodes.length; run++) {
      const last = nodes.end[run]!;
      for (let node = nodes.begin[run]!; node < last; ) {
        const plans = this.#plans;
        let before = -1;
        let after = this.#first[node]!;
        while (after >= 0 && plans[after + FROM]! < from) {
          before = after;
          after = plans[after + NEXT]!;
        }
        const begin = before >= 0 ? plans[before + TO]! : this.#leaves(node);
        const end = after >= 0 ? plans[after + FROM]! : -1;
        const planned = before >= 0 ? 1 : 0;
        const next = this.stretches.end[node]!;
        if (at < 0 || this.begin[at] !== begin || this.end[at] !== end || this.planned[at] !== planned)
          at = this.#group(begin, end, planned);
        this.count[at]! += next - node;
        const plan = this.#record(from, to, after);
        if (before >= 0) this.#plans[before + NEXT] = plan;
        else this.#first[node] = plan;
        node = next;
      }
    }
  }

  /** Lets stretches begin and end with these runs. */
  cut({ begin, end, length }: Runs): void {
    for (let run = 0; run < length; run++) {
      this.#cut(begin[run]!);
      this.#cut(end[run]!);
    }
  }

  /** Lets a stretch begin at a node, with the plans of the one to which it belonged. */
  #cut(node: number): void {
    const begin = this.stretches.cut(node);
    if (begin < 0) return;
    let last = -1;
    for (let plan = this.#first[begin]!; plan >= 0; plan = this.#plans[plan + NEXT]!) {
      const copy = this.#record(this.#plans[plan + FROM]!, this.#plans[plan + TO]!, -1);
      if (last >= 0) this.#plans[last + NEXT] = copy;
      else this.#first[node] = copy;
      last = copy;
    }
    if (last < 0) this.#first[node] = -1;
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
    this.count[at] = 0;
    this.begin[at] = begin;
    this.end[at] = end;
    this.planned[at] = planned;
    return at;
  }

  #record(from: number, to: number, next: number): number {
    const plan = this.#length;
    this.#length += RECORD;
    if (this.#length > this.#plans.length) this.#plans = twiceAsLong(this.#plans);
    this.#plans[plan + FROM] = from;
    this.#plans[plan + TO] = to;
    this.#plans[plan + NEXT] = next;
    return plan;
  }
}
