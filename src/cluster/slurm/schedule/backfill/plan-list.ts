import { BitVector } from "../../../../core/bit-vector.js";
import { PlanMap } from "./plan-map.js";

interface Span {
  readonly free: BitVector;
  plans: number;
}

/**
 * The same map without a node set for each segment: plans are kept as a list of their times and nodes, and the chain of
 * segments has only counts. What hundreds of plans leave free over some time costs a look at each of them instead of
 * intersecting hundreds of sets of thousands of nodes.
 *
 * Holds while plans never take a node twice at one time (resolutions up to a minute) and nobody counts licences.
 */
export class PlanList extends PlanMap {
  readonly #all: BitVector;
  #from = new Float64Array(64);
  #to = new Float64Array(64);
  /** Where the nodes of each plan begin in `#nodes`; one more than there are plans. */
  #first = new Int32Array(65);
  #nodes = new Int32Array(1024);
  /** The nodes of each plan as a set. */
  readonly #sets: BitVector[] = [];
  #plans = 0;
  #mapEnd = 0;
  /** Times at which plans end. */
  readonly #ends = new Set<number>();
  /** What plans leave free over spans of time that were asked for, each as of so many plans. */
  readonly #spans = new Map<number, Span>();
  readonly #spare: Span[] = [];
  readonly #ending: BitVector;
  readonly #starting: BitVector;

  constructor(nodes: number, resolution: number) {
    super(nodes, 0, resolution);
    this.#all = new BitVector(nodes);
    this.#ending = new BitVector(nodes);
    this.#starting = new BitVector(nodes);
    this.sets = new Int32Array(0);
  }

  override reset(begin: number, end: number, nodes: BitVector): void {
    this.begin[0] = this.floor(begin);
    this.end[0] = this.floor(end);
    this.next[0] = 0;
    this.count[0] = nodes.count();
    this.records = 1;
    this.#all.copyFrom(nodes);
    this.#plans = 0;
    this.#mapEnd = this.end[0]!;
    this.#ends.clear();
    for (const span of this.#spans.values()) this.#spare.push(span);
    this.#spans.clear();
  }

  override take(start: number, end: number, nodes: BitVector | undefined, licenses: readonly number[]): void {
    const from = Math.max(start, this.begin[0]!);
    const to = Math.max(end, from + this.resolution);
    if (nodes === undefined || from >= this.#mapEnd) return;
    if (this.#plans === this.#from.length) this.#growPlans();
    const plan = this.#plans++;
    this.#from[plan] = from;
    this.#to[plan] = Math.min(to, this.#mapEnd);
    this.#ends.add(this.#to[plan]!);
    let at = this.#first[plan]!;
    for (let node = nodes.next(0); node >= 0; node = nodes.next(node + 1)) {
      if (at === this.#nodes.length) this.#nodes = longer(this.#nodes, new Int32Array(2 * at));
      this.#nodes[at++] = node;
    }
    this.#first[plan + 1] = at;
    if (this.#sets.length === plan) this.#sets.push(new BitVector(this.nodes));
    this.#sets[plan]!.copyFrom(nodes);
    super.take(start, end, nodes, licenses);
  }

  protected override copySegment(): void {}

  /** Plans hold free nodes only, so that all of the latest one's are new. */
  protected override takeFrom(segment: number): void {
    const plan = this.#plans - 1;
    this.count[segment]! -= this.#first[plan + 1]! - this.#first[plan]!;
  }

  protected override alike(one: number, other: number): boolean {
    if (this.count[one] !== this.count[other]) return false;
    this.#gather(this.end[one]!);
    return this.#ending.equals(this.#starting);
  }

  /** Of these nodes those that no plan holds at any time from `start` to `end`, the latter included. */
  freeOver(candidates: BitVector, start: number, end: number, free: BitVector): void {
    free.copyFrom(candidates);
    if (start < this.#mapEnd) free.and(this.#span(start, end));
  }

  #span(start: number, end: number): BitVector {
    const key = start * 2 ** 21 + Math.min(end - start, 2 ** 21 - 1);
    let span = this.#spans.get(key);
    if (span === undefined) {
      span = this.#spare.pop() ?? { free: new BitVector(this.nodes), plans: 0 };
      span.free.copyFrom(this.#all);
      span.plans = 0;
      // Spans longer than the key tells apart are not kept.
      if (end - start < 2 ** 21 - 1) this.#spans.set(key, span);
    }
    const { free } = span;
    for (let plan = span.plans; plan < this.#plans; plan++) {
      if (this.#from[plan]! > end || this.#to[plan]! <= start) continue;
      const first = this.#first[plan]!;
      const last = this.#first[plan + 1]!;
      // A few nodes are taken out one by one, many as a set.
      if (last - first > this.words >> 1) free.andNot(this.#sets[plan]!);
      else for (let i = first; i < last; i++) free.delete(this.#nodes[i]!);
    }
    span.plans = this.#plans;
    return free;
  }

  /** The first time after `start` at which a plan gives a node back, up to the end of a segment begun by `end`; or 0. */
  nextReturn(candidates: BitVector, start: number, end: number): number {
    const all = this.#all.within(candidates);
    let segment = 0;
    do {
      const next = this.next[segment]!;
      if (this.end[segment]! > start) {
        if (next !== 0 && this.#comesFree(segment, candidates, all)) return this.end[segment]!;
        if (this.begin[segment]! > end) return 0;
      }
      segment = next;
    } while (segment !== 0);
    return 0;
  }

  /** From `start` on from return to return, the last from which the next one is not before `bound`. */
  lastReturnBefore(bound: number, candidates: BitVector, start: number, seconds: number): number {
    const all = this.#all.within(candidates);
    let time = start;
    let segment = 0;
    do {
      const next = this.next[segment]!;
      const end = this.end[segment]!;
      if (end > time) {
        if (next !== 0 && this.#comesFree(segment, candidates, all)) {
          if (end >= bound) return time;
          time = end;
        } else if (this.begin[segment]! > time + seconds) return time;
      }
      segment = next;
    } while (segment !== 0);
    return time;
  }

  override conflicts(start: number, end: number, nodes: BitVector): boolean {
    // Nodes that are no part of the map are taken all the time.
    if (start < this.#mapEnd && !nodes.within(this.#all)) return true;
    for (let plan = 0; plan < this.#plans; plan++) {
      if (this.#to[plan]! <= start || this.#from[plan]! >= end) continue;
      if (this.#sets[plan]!.overlaps(nodes)) return true;
    }
    return false;
  }

  override holds(segment: number, nodes: BitVector): boolean {
    return !this.conflicts(this.begin[segment]!, this.end[segment]!, nodes);
  }

  override hasLicenses(): boolean {
    return true;
  }

  /** The nodes whose plans end at a time, and those whose plans begin then. */
  #gather(time: number): void {
    this.#ending.clear();
    this.#starting.clear();
    for (let plan = 0; plan < this.#plans; plan++) {
      if (this.#to[plan] === time) this.#ending.or(this.#sets[plan]!);
      if (this.#from[plan] === time) this.#starting.or(this.#sets[plan]!);
    }
  }

  /** Does one of these nodes come free at the end of the segment? */
  #comesFree(segment: number, candidates: BitVector, all: boolean): boolean {
    if (all && this.count[this.next[segment]!]! > this.count[segment]!) return true;
    if (!this.#ends.has(this.end[segment]!)) return false;
    this.#gather(this.end[segment]!);
    this.#ending.andNot(this.#starting);
    return this.#ending.overlaps(candidates);
  }

  #growPlans(): void {
    const size = 2 * this.#from.length;
    this.#from = longer(this.#from, new Float64Array(size));
    this.#to = longer(this.#to, new Float64Array(size));
    this.#first = longer(this.#first, new Int32Array(size + 1));
  }
}

function longer<T extends Float64Array | Int32Array>(old: T, into: T): T {
  into.set(old);
  return into;
}
