/**
 * The borders of the segments of Slurm's map of the time to come, as a set of slots. A search goes from one border at
 * which nodes come free to the next; which borders there are also follows from the order in which plans were made, for
 * each joins one pair of segments that have become alike at most.
 *
 * `node_space_map_t` of src/plugins/sched/backfill/backfill.c, 22.05.
 */
export class Borders {
  /** Slots at which a segment begins. */
  readonly #borders: Int32Array;
  /** Of those: nodes come free there; and nodes come free or are taken there. */
  readonly #returns: Int32Array;
  readonly #changes: Int32Array;
  /** By slot: nodes whose plans end there without another that begins, and those whose plans begin after nothing. */
  readonly #ending: Int32Array;
  readonly #beginning: Int32Array;
  #slots = 0;
  #words = 0;
  /** Segments ever made: those joined again count against bf_node_space_size. */
  records = 1;
  /** By slots that a job takes: where its search ends, as of a version of the borders. */
  readonly #reach: Int32Array;
  readonly #reachOf: Float64Array;
  #version = 0;

  constructor(slots: number) {
    const words = (slots >>> 5) + 1;
    this.#borders = new Int32Array(words);
    this.#returns = new Int32Array(words);
    this.#changes = new Int32Array(words);
    this.#ending = new Int32Array(slots + 1);
    this.#beginning = new Int32Array(slots + 1);
    this.#reach = new Int32Array(slots + 1);
    this.#reachOf = new Float64Array(slots + 1);
  }

  /** One segment over so many slots. */
  reset(slots: number): void {
    this.#slots = slots;
    this.#words = (slots >>> 5) + 1;
    this.#borders.fill(0);
    this.#returns.fill(0);
    this.#changes.fill(0);
    this.#ending.fill(0);
    this.#beginning.fill(0);
    this.records = 1;
    this.#version++;
  }

  /** So many nodes are held in `[from, to)`, right behind a plan that ends at `before` and before one from `after`. */
  hold(from: number, to: number, nodes: number, before: number, after: number): void {
    if (before === from) this.#ending[from]! -= nodes;
    else this.#beginning[from]! += nodes;
    this.#note(from);
    if (to >= this.#slots) return;
    if (after === to) this.#beginning[to]! -= nodes;
    else this.#ending[to]! += nodes;
    this.#note(to);
  }

  /** A plan in `[from, to)` was held: cuts segments there, and joins the first pair of like neighbours around. */
  plan(from: number, to: number): void {
    this.#version++;
    this.#cut(from);
    if (to < this.#slots) this.#cut(to);
    const first = Math.max(1, from === 0 ? 0 : lastIn(this.#borders, from - 1));
    const last = Math.min(to, this.#slots - 1);
    const borders = this.#borders;
    const changes = this.#changes;
    for (let word = first >>> 5; word <= last >>> 5; word++) {
      let dull = borders[word]! & ~changes[word]!;
      if (word === first >>> 5) dull &= -1 << (first & 31);
      if (dull === 0) continue;
      const slot = (word << 5) + 31 - Math.clz32(dull & -dull);
      if (slot <= last) delete_(borders, slot);
      return;
    }
  }

  /**
   * The next slot after `slot` at which nodes come free, as far as a search looks that is about the time up to `last`: to
   * the end of the first segment that begins behind it. -1 when there is none.
   */
  next(slot: number, last: number): number {
    const next = this.#find(this.#returns, slot + 1);
    if (next < 0 || next <= last) return next;
    const behind = this.#find(this.#borders, last + 1);
    if (next <= behind) return next;
    return next <= this.#find(this.#borders, behind + 1) ? next : -1;
  }

  /** The last slot up to this one at which nodes come free; 0 when there is none. */
  lastReturn(slot: number): number {
    return lastIn(this.#returns, slot);
  }

  /**
   * Where a search from the present on ends that goes from one slot at which nodes come free to the next, for a job that
   * takes so many slots, in the present one until `last`.
   */
  reach(length: number, last: number): number {
    if (this.#reachOf[length] === this.#version) return this.#reach[length]!;
    let slot = 0;
    for (let next = this.next(0, last); next >= 0; next = this.next(slot, Math.min(this.#slots, slot + length)))
      slot = next;
    this.#reachOf[length] = this.#version;
    this.#reach[length] = slot;
    return slot;
  }

  #note(slot: number): void {
    const word = slot >>> 5;
    const bit = 1 << (slot & 31);
    if (this.#ending[slot]! > 0) {
      this.#returns[word]! |= bit;
      this.#changes[word]! |= bit;
      return;
    }
    this.#returns[word]! &= ~bit;
    if (this.#beginning[slot]! > 0) this.#changes[word]! |= bit;
    else this.#changes[word]! &= ~bit;
  }

  #cut(slot: number): void {
    const word = slot >>> 5;
    const bit = 1 << (slot & 31);
    if ((this.#borders[word]! & bit) !== 0) return;
    this.#borders[word]! |= bit;
    this.records++;
  }

  /** The first member at or after a slot; -1 when there is none. */
  #find(set: Int32Array, from: number): number {
    let word = from >>> 5;
    if (word >= this.#words) return -1;
    let bits = set[word]! & (-1 << (from & 31));
    while (bits === 0) {
      if (++word === this.#words) return -1;
      bits = set[word]!;
    }
    return (word << 5) + 31 - Math.clz32(bits & -bits);
  }
}

/** The last member up to a slot; 0 when there is none. */
function lastIn(set: Int32Array, slot: number): number {
  let word = slot >>> 5;
  let bits = set[word]! & (-1 >>> (31 - (slot & 31)));
  while (bits === 0) {
    if (word-- === 0) return 0;
    bits = set[word]!;
  }
  return (word << 5) + 31 - Math.clz32(bits);
}

function delete_(set: Int32Array, slot: number): void {
  set[slot >>> 5]! &= ~(1 << (slot & 31));
}
