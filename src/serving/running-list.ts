/** Running requests in order of admission, in one array that passes walk from the front. */
export class RunningList {
  items = new Int32Array(64);
  length = 0;

  push(request: number): void {
    if (this.length === this.items.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = request;
  }

  /** Takes out the request at an index; those behind it move up. */
  removeAt(at: number): void {
    this.items.copyWithin(at, at + 1, this.length);
    this.length--;
  }

  /** Takes out a request, which must be there. A native search: far below a microsecond for a thousand. */
  remove(request: number): void {
    this.removeAt(this.items.indexOf(request));
  }

  list(): number[] {
    return [...this.items.subarray(0, this.length)];
  }
}
