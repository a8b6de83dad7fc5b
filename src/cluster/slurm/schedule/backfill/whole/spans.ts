import { BitVector } from "../../../../../core/bit-vector.js";
import { clearBits, type Runs, twiceAsLong } from "../../../../../core/runs.js";
import type { Blocks } from "./blocks.js";

/** What plans leave free over some time. */
export interface Span {
  readonly free: BitVector;
  count: number;
  /** Plans that have been taken out. */
  plans: number;
  /** How many of the nodes are in each block of jobs. */
  inBlock: Int32Array;
}

/**
 * Which nodes plans leave free from one slot to another. Jobs of few limits look at the same times again and again, and
 * few plans are made between: what was answered is kept, and brought up to date when it is asked for again.
 */
export class Spans {
  /** Plans in the order in which they were made, and where the runs of each begin; one more than there are plans. */
  #from = new Int32Array(64);
  #to = new Int32Array(64);
  #first = new Int32Array(65);
  #begin = new Int32Array(256);
  #end = new Int32Array(256);
  #plans = 0;
  readonly #all: BitVector;
  #allCount = 0;
  #inBlock = new Int32Array(0);
  /** By the slots of its begin and its end. */
  readonly #spans = new Map<number, Span>();
  readonly #pool: Span[] = [];

  constructor(
    readonly nodes: number,
    readonly blocks: Blocks,
  ) {
    this.#all = new BitVector(nodes);
  }

  /** These nodes are free all the time; the blocks are those of a new pass. */
  reset(all: BitVector): void {
    this.#inBlock = this.blocks.nodes.slice();
    this.#all.copyFrom(all);
    this.#allCount = all.count();
    this.#plans = 0;
    for (const span of this.#spans.values()) this.#pool.push(span);
    this.#spans.clear();
  }

  /** A plan for these nodes in slots `[from, to)`. */
  add(from: number, to: number, nodes: Runs): void {
    const plan = this.#plans++;
    if (plan === this.#from.length) {
      this.#from = twiceAsLong(this.#from);
      this.#to = twiceAsLong(this.#to);
      this.#first = twiceAsLong(this.#first);
    }
    this.#from[plan] = from;
    this.#to[plan] = to;
    let at = this.#first[plan]!;
    for (let run = 0; run < nodes.length; run++, at++) {
      if (at === this.#begin.length) {
        this.#begin = twiceAsLong(this.#begin);
        this.#end = twiceAsLong(this.#end);
      }
      this.#begin[at] = nodes.begin[run]!;
      this.#end[at] = nodes.end[run]!;
    }
    this.#first[plan + 1] = at;
  }

  /**
   * What no plan holds in any slot from `first` to `last`, the latter included. Undefined when that is less than `least`
   * nodes. Valid until the next question.
   */
  free(first: number, last: number, least: number): Span | undefined {
    const key = first * 65_536 + last;
    let span = this.#spans.get(key);
    if (span === undefined) {
      span = this.#make(first, last);
      this.#spans.set(key, span);
    } else if (span.count >= least) this.#bringUpToDate(span, first, last);
    return span.count < least ? undefined : span;
  }

  #bringUpToDate(span: Span, first: number, last: number): void {
    for (let plan = span.plans; plan < this.#plans; plan++) {
      if (this.#from[plan]! > last || this.#to[plan]! <= first) continue;
      const end = this.#first[plan + 1]!;
      for (let run = this.#first[plan]!; run < end; run++)
        this.#takeOut(span, this.#begin[run]!, this.#end[run]!);
    }
    span.plans = this.#plans;
  }

  #make(first: number, last: number): Span {
    const size = this.blocks.nodes.length;
    const span = this.#pool.pop() ?? {
      free: new BitVector(this.nodes),
      count: 0,
      plans: 0,
      inBlock: new Int32Array(size),
    };
    if (span.inBlock.length < size) span.inBlock = new Int32Array(size);
    const { free, inBlock } = span;
    free.copyFrom(this.#all);
    for (let plan = 0; plan < this.#plans; plan++) {
      if (this.#from[plan]! > last || this.#to[plan]! <= first) continue;
      const end = this.#first[plan + 1]!;
      for (let run = this.#first[plan]!; run < end; run++)
        clearBits(free.words, this.#begin[run]!, this.#end[run]!);
    }
    span.count = free.count();
    span.plans = this.#plans;
    // What is free is counted, or what is not: whichever is less.
    const few = 2 * span.count < this.#allCount;
    const step = few ? 1 : -1;
    if (few) inBlock.fill(0);
    else inBlock.set(this.#inBlock);
    const blocks = this.blocks.of;
    const { words } = free;
    const all = this.#all.words;
    for (let i = 0; i < words.length; i++)
      for (let bits = few ? words[i]! : all[i]! & ~words[i]!; bits !== 0; bits &= bits - 1)
        inBlock[blocks[(i << 5) + 31 - Math.clz32(bits & -bits)]!]! += step;
    return span;
  }

  /** A job has come to run on nodes that had none: they are in its block now. */
  enter(nodes: ArrayLike<number>, block: number): void {
    const move = (free: BitVector, inBlock: Int32Array) => {
      for (let i = 0; i < nodes.length; i++) {
        if (!free.has(nodes[i]!)) continue;
        inBlock[0]!--;
        inBlock[block]!++;
      }
    };
    move(this.#all, this.#inBlock);
    for (const { free, inBlock } of this.#spans.values()) move(free, inBlock);
  }

  /** Takes the nodes `begin` to `end - 1` out of a span, as far as they are there. */
  #takeOut(span: Span, begin: number, end: number): void {
    const { words } = span.free;
    const { inBlock } = span;
    const blocks = this.blocks.of;
    const last = (end - 1) >>> 5;
    for (let i = begin >>> 5; i <= last; i++) {
      let mask = -1;
      if (i === begin >>> 5) mask &= -1 << (begin & 31);
      if (i === last) mask &= -1 >>> (31 - ((end - 1) & 31));
      let taken = words[i]! & mask;
      if (taken === 0) continue;
      words[i]! &= ~mask;
      for (; taken !== 0; taken &= taken - 1) {
        inBlock[blocks[(i << 5) + 31 - Math.clz32(taken & -taken)]!]!--;
        span.count--;
      }
    }
  }
}
