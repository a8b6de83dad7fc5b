import type { RequestTable } from "./request-table.js";

/** Requests that wait, in the order in which they will be considered. A request stands in one queue at a time. */
export interface RequestQueue {
  readonly length: number;
  /** The head, or -1. */
  peek(): number;
  /** Takes the head out; the queue must not be empty. */
  pop(): number;
  /** Lets a new request in. */
  push(request: number): void;
  /** Lets a request in that had been served before: at the front, where the order has one. */
  pushFront(request: number): void;
  remove(request: number): void;
  /** Everybody in order, into a list: for showing, not for scheduling. */
  list(): number[];
}

/** First come, first served, as a list linked through the table's columns. All operations are O(1). */
export class FifoQueue implements RequestQueue {
  length = 0;
  /** The head and the tail, or -1. */
  first = -1;
  last = -1;

  constructor(readonly requests: RequestTable) {}

  peek(): number {
    return this.first;
  }

  pop(): number {
    const head = this.first;
    this.remove(head);
    return head;
  }

  push(request: number): void {
    const { next, previous } = this.requests;
    next[request] = -1;
    previous[request] = this.last;
    if (this.last < 0) this.first = request;
    else next[this.last] = request;
    this.last = request;
    this.length++;
  }

  pushFront(request: number): void {
    const { next, previous } = this.requests;
    next[request] = this.first;
    previous[request] = -1;
    if (this.first < 0) this.last = request;
    else previous[this.first] = request;
    this.first = request;
    this.length++;
  }

  remove(request: number): void {
    const { next, previous } = this.requests;
    const before = previous[request]!;
    const after = next[request]!;
    if (before < 0) this.first = after;
    else next[before] = after;
    if (after < 0) this.last = before;
    else previous[after] = before;
    this.length--;
  }

  list(): number[] {
    const all: number[] = [];
    for (let r = this.first; r >= 0; r = this.requests.next[r]!) all.push(r);
    return all;
  }
}

/**
 * The most urgent first: by (priority, order of arrival, id), as vLLM's PriorityRequestQueue. A binary heap that knows
 * where each request stands (in the table's `next`): O(log n) to add and to remove, O(1) to look.
 */
export class PriorityQueue implements RequestQueue {
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
    if (at > 0 && this.#before(last, heap[(at - 1) >> 1]!)) this.#up(at, last);
    else this.#down(at, last);
  }

  list(): number[] {
    return [...this.#heap].sort((a, b) => (this.#before(a, b) ? -1 : 1));
  }

  #before(a: number, b: number): boolean {
    const { priority, order } = this.requests;
    if (priority[a] !== priority[b]) return priority[a]! < priority[b]!;
    if (order[a] !== order[b]) return order[a]! < order[b]!;
    return this.requests.numericId(a) < this.requests.numericId(b);
  }

  #up(from: number, request: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(request, this.#heap[parent]!)) break;
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
      if (child + 1 < heap.length && this.#before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#before(heap[child]!, request)) break;
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
