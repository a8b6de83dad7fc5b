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

  /** Puts everybody into another order. */
  reorder(order: readonly number[]): void {
    const { next, previous } = this.requests;
    this.first = order[0] ?? -1;
    this.last = order.at(-1) ?? -1;
    for (let i = 0; i < order.length; i++) {
      previous[order[i]!] = order[i - 1] ?? -1;
      next[order[i]!] = order[i + 1] ?? -1;
    }
  }

  list(): number[] {
    const all: number[] = [];
    for (let r = this.first; r >= 0; r = this.requests.next[r]!) all.push(r);
    return all;
  }
}
