import { grown } from "./column.js";

/**
 * A list of small integers (jobs, requests) in one typed array. Emptying it keeps its memory, which an array whose
 * length is set to 0 throws away.
 */
export class IntList {
  items: Int32Array = new Int32Array(64);
  length = 0;

  push(item: number): void {
    if (this.length === this.items.length) this.items = grown(this.items, this.length * 2);
    this.items[this.length++] = item;
  }

  /** Takes out the item at an index; those behind it move up. */
  removeAt(at: number): void {
    this.items.copyWithin(at, at + 1, this.length);
    this.length--;
  }

  /** Takes out an item, which must be there. A native search: far below a microsecond for a thousand. */
  remove(item: number): void {
    this.removeAt(this.items.indexOf(item));
  }

  /** Takes out an item where it is there. */
  discard(item: number): void {
    const at = this.items.indexOf(item);
    if (at >= 0 && at < this.length) this.removeAt(at);
  }

  /** Takes out the first `count` items. */
  dropFirst(count: number): void {
    this.items.copyWithin(0, count, this.length);
    this.length -= count;
  }

  sort(compare: (a: number, b: number) => number): void {
    this.items.subarray(0, this.length).sort(compare);
  }

  clear(): void {
    this.length = 0;
  }

  list(): number[] {
    return [...this.items.subarray(0, this.length)];
  }
}
