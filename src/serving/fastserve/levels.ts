import { grown } from "../../core/column.js";
import { LinkedList } from "../../core/linked-list.js";

/**
 * The queues of a multi-level feedback queue: each request stands in one level, whether it waits, runs or is swapped out.
 * Level p has a quantum of `quantum * 2^p`.
 */
export class Levels {
  readonly #lists: LinkedList[] = [new LinkedList()];
  /** By request; -1 for one that is in none. */
  #level: Int32Array = new Int32Array(0);
  /** By request: µs in passes since it joined its level. */
  #spent: Float64Array = new Float64Array(0);
  /** By request: when it ran last, or arrived. */
  #ran: Float64Array = new Float64Array(0);

  /** @param quantum of the first level, µs */
  constructor(readonly quantum: number) {}

  /** The first request in order of level, then place; -1 when there is none. */
  get first(): number {
    return this.#headFrom(0);
  }

  get last(): number {
    for (let level = this.#lists.length - 1; level >= 0; level--)
      if (this.#lists[level]!.length > 0) return this.#lists[level]!.last;
    return -1;
  }

  next(request: number): number {
    const level = this.#level[request]!;
    const next = this.#lists[level]!.next(request);
    return next >= 0 ? next : this.#headFrom(level + 1);
  }

  previous(request: number): number {
    let level = this.#level[request]!;
    const previous = this.#lists[level]!.previous(request);
    if (previous >= 0) return previous;
    while (--level >= 0) if (this.#lists[level]!.length > 0) return this.#lists[level]!.last;
    return -1;
  }

  holds(request: number): boolean {
    return request < this.#level.length && this.#level[request]! >= 0;
  }

  levelOf(request: number): number {
    return this.#level[request]!;
  }

  /** The first level whose quantum is at least `time`, µs. */
  levelFor(time: number): number {
    let level = 0;
    while (this.#quantumOf(level) < time) level++;
    return level;
  }

  /** A newcomer joins a level at its back. */
  join(request: number, level: number, now: number): void {
    if (request >= this.#level.length) this.#grow(request);
    this.#enter(request, level);
    this.#list(level).append(request);
    this.#ran[request] = now;
  }

  /** The request was in a pass of so many µs: it comes to the front of its level, or of the next one when its quantum is over. */
  ranFor(request: number, time: number, now: number): void {
    const spent = this.#spent[request]! + time;
    const level = this.#level[request]!;
    this.#ran[request] = now;
    if (spent > this.#quantumOf(level)) this.#toFront(request, level + 1);
    else {
      this.#toFront(request, level);
      this.#spent[request] = spent;
    }
  }

  /** Whoever has not run for so long comes to the front of the first level. */
  promote(now: number, starving: number): void {
    for (let level = this.#lists.length - 1; level > 0; level--) {
      const list = this.#lists[level]!;
      for (let request = list.last; request >= 0; ) {
        const before = list.previous(request);
        if (now - this.#ran[request]! >= starving) this.#toFront(request, 0);
        request = before;
      }
    }
  }

  remove(request: number): void {
    if (!this.holds(request)) return;
    this.#lists[this.#level[request]!]!.remove(request);
    this.#level[request] = -1;
  }

  #quantumOf(level: number): number {
    return this.quantum * 2 ** level;
  }

  #toFront(request: number, level: number): void {
    this.remove(request);
    this.#enter(request, level);
    this.#list(level).insertAfter(-1, request);
  }

  #enter(request: number, level: number): void {
    this.#level[request] = level;
    this.#spent[request] = 0;
  }

  #headFrom(from: number): number {
    for (let level = from; level < this.#lists.length; level++)
      if (this.#lists[level]!.length > 0) return this.#lists[level]!.first;
    return -1;
  }

  #list(level: number): LinkedList {
    while (this.#lists.length <= level) this.#lists.push(new LinkedList());
    return this.#lists[level]!;
  }

  #grow(request: number): void {
    const from = this.#level.length;
    const size = Math.max(64, 2 * request);
    this.#level = grown(this.#level, size).fill(-1, from);
    this.#spent = grown(this.#spent, size);
    this.#ran = grown(this.#ran, size);
  }
}
