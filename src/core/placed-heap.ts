/**
 * A binary heap of small integers that knows where each of them stands, so that any can be taken out or moved: O(log n) to
 * add, remove and move, O(1) to look.
 */
export abstract class PlacedHeap {
  readonly #heap: number[] = [];

  get length(): number {
    return this.#heap.length;
  }

  /** The first, or -1. */
  peek(): number {
    return this.#heap.length === 0 ? -1 : this.#heap[0]!;
  }

  push(item: number): void {
    this.#heap.push(item);
    this.#up(this.#heap.length - 1, item);
  }

  /** Takes out an item, which must be there. */
  remove(item: number): void {
    const at = this.places[item]!;
    const last = this.#heap.pop()!;
    if (last !== item) this.#settle(at, last);
    this.places[item] = -1;
  }

  /** An item, which must be there, may have got another place in the order. */
  moved(item: number): void {
    this.#settle(this.places[item]!, item);
  }

  clear(): void {
    this.#heap.length = 0;
  }

  /** Everybody in order. */
  list(): number[] {
    return [...this.#heap].sort((a, b) => (this.before(a, b) ? -1 : 1));
  }

  /** A total order that holds as long as both are in, or one was `moved`. */
  protected abstract before(a: number, b: number): boolean;

  /** By item: where it stands; -1 after it was taken out. */
  protected abstract get places(): Int32Array;

  #settle(at: number, item: number): void {
    if (at > 0 && this.before(item, this.#heap[(at - 1) >> 1]!)) this.#up(at, item);
    else this.#down(at, item);
  }

  #up(from: number, item: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(item, this.#heap[parent]!)) break;
      this.#put(at, this.#heap[parent]!);
      at = parent;
    }
    this.#put(at, item);
  }

  #down(from: number, item: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.before(heap[child]!, item)) break;
      this.#put(at, heap[child]!);
      at = child;
    }
    this.#put(at, item);
  }

  #put(at: number, item: number): void {
    this.#heap[at] = item;
    this.places[item] = at;
  }
}
