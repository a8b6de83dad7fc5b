/**
 * On how many nodes a job of a given length could begin in each slot of time: those that running jobs have left by
 * then, and that no plan takes too soon. No job can start before enough nodes are counted, whatever else Slurm asks
 * of its place; many are found to have none at all. Kept for a few lengths, as differences from slot to slot.
 */
export class Feasible {
  #classes = 0;
  #slots = 0;
  #stride = 0;
  /** By class: slots that a job takes at least. */
  readonly #length: Int32Array;
  /** By class and slot: by how many nodes more than in the slot before; the same summed over 32 slots. */
  readonly #step: Int32Array;
  readonly #sum: Int32Array;
  #sums = 0;
  /** By class and number of nodes: the first slot found last, before which there is none. */
  readonly #known = new Map<number, number>();

  constructor(slots: number, classes: number) {
    this.#length = new Int32Array(classes);
    this.#step = new Int32Array(classes * (slots + 2));
    this.#sum = new Int32Array(classes * ((slots >>> 5) + 1));
  }

  /** `released`: nodes that come free in each slot, for good as far as running jobs go; the first is free now. */
  reset(slots: number, lengths: readonly number[], released: Int32Array): void {
    this.#slots = slots;
    this.#stride = slots + 2;
    this.#sums = (slots >>> 5) + 1;
    this.#classes = lengths.length;
    this.#known.clear();
    const blocks = this.#sum;
    for (let slot = 0, block = 0; block < this.#sums; block++) {
      let sum = 0;
      for (const end = Math.min(slot + 32, slots + 1); slot < end; slot++) sum += released[slot]!;
      blocks[block] = sum;
    }
    for (let i = 0; i < this.#classes; i++) {
      this.#length[i] = lengths[i]!;
      this.#step.set(released.subarray(0, this.#stride), i * this.#stride);
      if (i > 0) blocks.copyWithin(i * this.#sums, 0, this.#sums);
    }
  }

  /** So many nodes, free from `begin` until a plan at `end` (-1: for good), are held in `[from, to)`. */
  hold(from: number, to: number, nodes: number, begin: number, end: number): void {
    for (let i = 0; i < this.#classes; i++) {
      const length = this.#length[i]!;
      const last = end < 0 ? this.#slots : end - length;
      if (last < begin) continue;
      // What was [begin, last] is now [begin, from - length] and [to, last].
      const left = from - length;
      if (left < begin) this.#add(i, begin, -nodes);
      else this.#add(i, left + 1, -nodes);
      if (to <= last) this.#add(i, to, nodes);
      else if (last < this.#slots) this.#add(i, last + 1, nodes);
    }
  }

  /** The first slot from `from` on in which a job of this class could begin on so many nodes; -1 when there is none. */
  first(i: number, nodes: number, from: number): number {
    const key = i * 65_536 + nodes;
    const known = this.#known.get(key) ?? 0;
    if (known < 0) return -1;
    if (from > known) return this.#search(i, nodes, from);
    const slot = this.#search(i, nodes, known);
    this.#known.set(key, slot);
    return slot;
  }

  #search(i: number, nodes: number, from: number): number {
    const step = this.#step;
    const at = i * this.#stride;
    const sums = i * this.#sums;
    let count = 0;
    for (let block = 0; block < from >>> 5; block++) count += this.#sum[sums + block]!;
    for (let slot = from & ~31; slot <= from; slot++) count += step[at + slot]!;
    for (let slot = from; ; count += step[at + slot]!) {
      if (count >= nodes) return slot;
      if (++slot > this.#slots) return -1;
    }
  }

  #add(i: number, slot: number, nodes: number): void {
    this.#step[i * this.#stride + slot]! += nodes;
    this.#sum[i * this.#sums + (slot >>> 5)]! += nodes;
  }
}
