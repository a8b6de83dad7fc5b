/** A doubly linked list of small integers (job numbers); each may stand in it once. All operations are O(1). */
export class LinkedList {
  first = -1;
  last = -1;
  length = 0;
  #next: Int32Array = new Int32Array(64).fill(-1);
  #previous: Int32Array = new Int32Array(64).fill(-1);

  /** The member behind `item`, or -1. */
  next(item: number): number {
    return this.#next[item]!;
  }

  previous(item: number): number {
    return this.#previous[item]!;
  }

  append(item: number): void {
    this.insertAfter(this.last, item);
  }

  /** Puts `item` behind `before`; at the front when `before` is -1. */
  insertAfter(before: number, item: number): void {
    if (item >= this.#next.length) this.#grow(item);
    const after = before < 0 ? this.first : this.#next[before]!;
    this.#next[item] = after;
    this.#previous[item] = before;
    if (before < 0) this.first = item;
    else this.#next[before] = item;
    if (after < 0) this.last = item;
    else this.#previous[after] = item;
    this.length++;
  }

  remove(item: number): void {
    const before = this.#previous[item]!;
    const after = this.#next[item]!;
    if (before < 0) this.first = after;
    else this.#next[before] = after;
    if (after < 0) this.last = before;
    else this.#previous[after] = before;
    this.#next[item] = -1;
    this.#previous[item] = -1;
    this.length--;
  }

  #grow(item: number): void {
    const size = Math.max(item + 1, this.#next.length * 2);
    this.#next = grown(this.#next, size);
    this.#previous = grown(this.#previous, size);
  }
}

function grown(from: Int32Array, size: number): Int32Array {
  const to = new Int32Array(size).fill(-1);
  to.set(from);
  return to;
}
