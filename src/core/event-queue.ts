/** A handle to a scheduled event, good for cancelling it once. */
export type EventHandle = number;

/**
 * Events ordered by (time, phase, insertion).
 *
 * Time never goes back: nothing may be pushed before the time of the last event popped.
 */
export class EventQueue {
  /** The event popped last. */
  time = 0;
  phase = 0;
  handler = 0;
  arg = 0;

  #heap: { time: number; phase: number; seq: number; handler: number; arg: number; live: boolean }[] = [];
  #bySeq = new Map<number, { live: boolean }>();
  #seq = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** O(1) amortised. */
  push(time: number, phase: number, handler: number, arg: number): EventHandle {
    const event = { time, phase, seq: this.#seq++, handler, arg, live: true };
    const heap = this.#heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = event;
    this.#bySeq.set(event.seq, event);
    this.#size++;
    return event.seq;
  }

  /** Takes an event out; false when it has been popped or cancelled already. */
  cancel(handle: EventHandle): boolean {
    const event = this.#bySeq.get(handle);
    if (event === undefined) return false;
    event.live = false;
    this.#bySeq.delete(handle);
    this.#size--;
    return true;
  }

  /** Time of the next event; Infinity when there is none. */
  peekTime(): number {
    this.#prune();
    return this.#heap.length === 0 ? Number.POSITIVE_INFINITY : this.#heap[0]!.time;
  }

  /** Phase of the next event; only meaningful when peekTime() is finite. */
  peekPhase(): number {
    this.#prune();
    return this.#heap.length === 0 ? 0 : this.#heap[0]!.phase;
  }

  /** Moves the next event into the fields above; false when there is none. */
  pop(): boolean {
    this.#prune();
    const top = this.#heap[0];
    if (top === undefined) return false;
    this.#removeTop();
    this.#bySeq.delete(top.seq);
    this.#size--;
    this.time = top.time;
    this.phase = top.phase;
    this.handler = top.handler;
    this.arg = top.arg;
    return true;
  }

  #prune(): void {
    while (this.#heap.length > 0 && !this.#heap[0]!.live) this.#removeTop();
  }

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function before(
  a: { time: number; phase: number; seq: number },
  b: { time: number; phase: number; seq: number },
): boolean {
  if (a.time !== b.time) return a.time < b.time;
  if (a.phase !== b.phase) return a.phase < b.phase;
  return a.seq < b.seq;
}
