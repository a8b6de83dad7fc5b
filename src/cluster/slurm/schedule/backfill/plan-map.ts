import { type BitVector, countBits } from "../../../../core/bit-vector.js";

/**
 * What backfill has not yet given to a pending job, over time: a chain of segments `[begin, end)` with the nodes (and
 * licences) that are left in each. Segments live in flat arrays that are reused pass after pass; the node sets lie one
 * behind the other in `sets`, `words` each.
 *
 * Adding a reservation costs its own segments; walking the chain is what a pass spends its time with.
 *
 * `node_space_map_t` and `_add_reservation` of src/plugins/sched/backfill/backfill.c, 22.05.
 */
export class PlanMap {
  readonly words: number;
  begin = new Float64Array(16);
  end = new Float64Array(16);
  /** The segment that follows; 0 ends the chain, which begins with segment 0. */
  next = new Int32Array(16);
  sets: Int32Array;
  /** Number of nodes left in each segment. */
  count = new Int32Array(16);
  /** Licences left in each segment, `licenses` each. */
  left: Int32Array;
  /** Segments ever made in this pass: those merged away still count against bf_node_space_size. */
  records = 0;

  constructor(
    readonly nodes: number,
    readonly licenses: number,
    readonly resolution: number,
  ) {
    this.words = (nodes + 31) >>> 5;
    this.sets = new Int32Array(16 * this.words);
    this.left = new Int32Array(16 * licenses);
  }

  /** One segment with all of these nodes. */
  reset(begin: number, end: number, nodes: BitVector, licenses: readonly number[]): void {
    this.begin[0] = this.floor(begin);
    this.end[0] = this.floor(end);
    this.next[0] = 0;
    this.sets.set(nodes.words, 0);
    this.count[0] = nodes.count();
    for (let i = 0; i < this.licenses; i++) this.left[i] = licenses[i]!;
    this.records = 1;
  }

  floor(time: number): number {
    return Math.floor(time / this.resolution) * this.resolution;
  }

  /**
   * Takes nodes and licences out of `[start, end)`, which is at least one resolution long. Time before the map's begin
   * is its begin.
   */
  take(start: number, end: number, nodes: BitVector | undefined, licenses: readonly number[]): void {
    const from = Math.max(start, this.begin[0]!);
    const to = Math.max(end, from + this.resolution);
    let before = 0;
    let segment = 0;
    // The segment that `from` lies in is cut there; one that ends there needs no cut.
    for (;;) {
      if (this.end[segment]! > from) {
        this.#cut(segment, from);
        break;
      }
      if (this.end[segment]! === from) break;
      before = segment;
      segment = this.next[segment]!;
      if (segment === 0) return;
    }
    let after = -1;
    for (segment = this.next[segment]!; segment !== 0; segment = this.next[segment]!) {
      if (to < this.end[segment]!) this.#cut(segment, to);
      this.takeFrom(segment, nodes, licenses);
      if (this.end[segment]! === to) {
        if (this.next[segment]! !== 0) after = this.next[segment]!;
        break;
      }
    }
    this.#merge(before, after);
  }

  /** Splits a segment: a new one begins at `time` with the same content. */
  #cut(segment: number, time: number): void {
    const made = this.records++;
    if (made >= this.begin.length) this.#grow();
    this.begin[made] = time;
    this.end[made] = this.end[segment]!;
    this.end[segment] = time;
    this.copySegment(segment, made);
    this.count[made] = this.count[segment]!;
    this.next[made] = this.next[segment]!;
    this.next[segment] = made;
  }

  protected copySegment(from: number, to: number): void {
    const { words, licenses } = this;
    this.sets.copyWithin(to * words, from * words, (from + 1) * words);
    this.left.copyWithin(to * licenses, from * licenses, (from + 1) * licenses);
  }

  protected takeFrom(segment: number, nodes: BitVector | undefined, licenses: readonly number[]): void {
    const { sets, words } = this;
    if (nodes !== undefined) {
      const taken = nodes.words;
      const at = segment * words;
      let count = 0;
      for (let i = 0; i < words; i++) {
        const word = sets[at + i]! & ~taken[i]!;
        sets[at + i] = word;
        count += countBits(word);
      }
      this.count[segment] = count;
    }
    for (let i = 0; i < licenses.length; i++) {
      const at = segment * this.licenses + i;
      // Slurm keeps them unsigned and warns: what is not there cannot be taken.
      this.left[at] = Math.max(0, this.left[at]! - licenses[i]!);
    }
  }

  /** Joins the first two neighbours between `first` and `last` that are alike. */
  #merge(first: number, last: number): void {
    for (let one = first; one !== last; ) {
      const other = this.next[one]!;
      if (other === 0) return;
      if (this.alike(one, other)) {
        this.end[one] = this.end[other]!;
        this.next[one] = this.next[other]!;
        return;
      }
      one = other;
    }
  }

  protected alike(one: number, other: number): boolean {
    if (this.count[one] !== this.count[other]) return false;
    const { sets, words, left, licenses } = this;
    for (let i = 0; i < licenses; i++)
      if (left[one * licenses + i] !== left[other * licenses + i]) return false;
    const a = one * words;
    const b = other * words;
    for (let i = 0; i < words; i++) if (sets[a + i] !== sets[b + i]) return false;
    return true;
  }

  /** Is one of these nodes or licences taken in `[start, end)`? */
  conflicts(start: number, end: number, nodes: BitVector, licenses: readonly number[]): boolean {
    let segment = 0;
    do {
      if (
        this.end[segment]! > start &&
        this.begin[segment]! < end &&
        (!this.holds(segment, nodes) || !this.hasLicenses(segment, licenses))
      )
        return true;
      segment = this.next[segment]!;
    } while (segment !== 0);
    return false;
  }

  holds(segment: number, nodes: BitVector): boolean {
    const { sets, words } = this;
    const at = segment * words;
    const wanted = nodes.words;
    for (let i = 0; i < words; i++) if ((wanted[i]! & ~sets[at + i]!) !== 0) return false;
    return true;
  }

  hasLicenses(segment: number, licenses: readonly number[]): boolean {
    const at = segment * this.licenses;
    for (let i = 0; i < licenses.length; i++) if (this.left[at + i]! < licenses[i]!) return false;
    return true;
  }

  #grow(): void {
    const size = 2 * this.begin.length;
    this.begin = grown(this.begin, new Float64Array(size));
    this.end = grown(this.end, new Float64Array(size));
    this.next = grown(this.next, new Int32Array(size));
    this.count = grown(this.count, new Int32Array(size));
    if (this.sets.length > 0) this.sets = grown(this.sets, new Int32Array(size * this.words));
    this.left = grown(this.left, new Int32Array(size * this.licenses));
  }
}

function grown<T extends Float64Array | Int32Array>(old: T, into: T): T {
  into.set(old);
  return into;
}
