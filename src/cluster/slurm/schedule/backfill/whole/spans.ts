import { BitVector } from "../../../../../core/bit-vector.js";
import { clearBits, type Runs, twiceAsLong } from "../../../../../core/runs.js";
import type { Blocks } from "./blocks.js";
import type { Stretches } from "./stretches.js";

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
    readonly stretches: Stretches,
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
    const { words } = free;
    free.copyFrom(this.#all);
    for (let plan = 0; plan < this.#plans; plan++) {
      if (this.#from[plan]! > last || this.#to[plan]! <= first) continue;
      const end = this.#first[plan + 1]!;
      for (let run = this.#first[plan]!; run < end; run++)
        clearBits(words, this.#begin[run]!, this.#end[run]!);
    }
    span.count = free.count();
    span.plans = this.#plans;
    // What is free is counted, or what is not: whichever is less.
    if (2 * span.count < this.#allCount) {
      inBlock.fill(0);
      this.#count(words, 0, 1, inBlock);
    } else {
      inBlock.set(this.#inBlock);
      this.#count(words, -1, -1, inBlock);
    }
    return span;
  }

  /** Counts what is free by block, or with `flip` -1 what is not. These are whole stretches. */
  #count(words: Int32Array, flip: number, step: number, inBlock: Int32Array): void {
    const blocks = this.blocks.of;
    const ends = this.stretches.end;
    const all = this.#all.words;
    for (let node = 0; ; ) {
      let i = node >>> 5;
      if (i >= words.length) return;
      let bits = (words[i]! ^ (all[i]! & flip)) & (-1 << (node & 31));
      while (bits === 0) {
        if (++i === words.length) return;
        bits = words[i]! ^ (all[i]! & flip);
      }
      const begin = (i << 5) + 31 - Math.clz32(bits & -bits);
      node = ends[begin]!;
      inBlock[blocks[begin]!]! += step * (node - begin);
    }
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

  /** Takes the nodes `begin` to `end - 1`, whole stretches, out of a span, as far as they are there. */
  #takeOut(span: Span, begin: number, end: number): void {
    const { free, inBlock } = span;
    const blocks = this.blocks.of;
    const ends = this.stretches.end;
    for (let node = begin; node < end; ) {
      const next = ends[node]!;
      if (free.has(node)) {
        inBlock[blocks[node]!]! -= next - node;
        span.count -= next - node;
      }
      node = next;
    }
    clearBits(free.words, begin, end);
  }
}
