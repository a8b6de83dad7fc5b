import { PlacedHeap } from "../core/placed-heap.js";
import type { RequestQueue } from "./request-queue.js";
import type { RequestTable } from "./request-table.js";

/** Requests in an order of their own; each knows where it stands by the table's `next`. */
export abstract class HeapQueue extends PlacedHeap implements RequestQueue {
  constructor(readonly requests: RequestTable) {
    super();
  }

  pop(): number {
    const head = this.peek();
    this.remove(head);
    return head;
  }

  pushFront(request: number): void {
    this.push(request);
  }

  protected override get places(): Int32Array {
    return this.requests.next;
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
