import type { RequestQueue } from "./request-queue.js";
import type { RequestTable } from "./request-table.js";

/**
 * Requests in an order of their own. A binary heap that knows where each request stands (in the table's `next`): O(log n)
 * to add and to remove, O(1) to look.
 */
export abstract class HeapQueue implements RequestQueue {
  readonly #heap: number[] = [];

  constructor(readonly requests: RequestTable) {}

  get length(): number {
    return this.#heap.length;
  }

  peek(): number {
    return this.#heap.length === 0 ? -1 : this.#heap[0]!;
  }

  pop(): number {
    const head = this.#heap[0]!;
    this.remove(head);
    return head;
  }

  push(request: number): void {
    this.#heap.push(request);
    this.#up(this.#heap.length - 1, request);
  }

  pushFront(request: number): void {
    this.push(request);
  }

  remove(request: number): void {
    const heap = this.#heap;
    const at = this.requests.next[request]!;
    const last = heap.pop()!;
    if (last === request) return;
    if (at > 0 && this.before(last, heap[(at - 1) >> 1]!)) this.#up(at, last);
    else this.#down(at, last);
  }

  list(): number[] {
    return [...this.#heap].sort((a, b) => (this.before(a, b) ? -1 : 1));
  }

  /** A total order that holds as long as both wait. */
  protected abstract before(a: number, b: number): boolean;

  #up(from: number, request: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(request, this.#heap[parent]!)) break;
      this.#put(at, this.#heap[parent]!);
      at = parent;
    }
    this.#put(at, request);
  }

  #down(from: number, request: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.before(heap[child]!, request)) break;
      this.#put(at, heap[child]!);
      at = child;
    }
    this.#put(at, request);
  }

  #put(at: number, request: number): void {
    this.#heap[at] = request;
    this.requests.next[request] = at;
  }
}

/** The most urgent first: by (priority, order of arrival, id), as vLLM's PriorityRequestQueue. */
export class PriorityQueue extends HeapQueue {
  protected override before(a: number, b: number): boolean {
    const { priority, order } = this.requests;
    if (priority[a] !== priority[b]) return priority[a]! < priority[b]!;
    if (order[a] !== order[b]) return order[a]! < order[b]!;
    return this.requests.numericId(a) < this.requests.numericId(b);
  }
}

/** The smallest key first, then the order of arrival. */
export class KeyQueue extends HeapQueue {
  constructor(
    requests: RequestTable,
    readonly key: (request: number) => number,
  ) {
    super(requests);
  }

  protected override before(a: number, b: number): boolean {
    const difference = this.key(a) - this.key(b);
    if (difference !== 0 && !Number.isNaN(difference)) return difference < 0;
    const { order } = this.requests;
    return order[a] !== order[b]
      ? order[a]! < order[b]!
      : this.requests.numericId(a) < this.requests.numericId(b);
  }
}
