const COMMA = 44;
const QUOTE = 34;
const BLANK = 32;

/**
 * The fields of one CSV line (RFC 4180 without line breaks inside quotes), as byte ranges; blanks around a field
 * do not belong to it.
 */
export class Fields {
  count = 0;
  starts = new Int32Array(32);
  ends = new Int32Array(32);
  /** 1 for a field that holds doubled quotes. */
  #doubled = new Uint8Array(32);
  /** What was split; the ranges are places in it. */
  bytes: Buffer = Buffer.alloc(0);

  /** Splits the line `bytes[start..end)`; false when a quote has no end, or text follows one. */
  split(bytes: Buffer, start: number, end: number): boolean {
    this.bytes = bytes;
    this.count = 0;
    let at = start;
    for (;;) {
      while (at < end && bytes[at]! <= BLANK) at++;
      let from = at;
      let to: number;
      let doubled = 0;
      if (at < end && bytes[at] === QUOTE) {
        from = ++at;
        for (; ; at++) {
          if (at >= end) return false;
          if (bytes[at] !== QUOTE) continue;
          if (bytes[at + 1] !== QUOTE || at + 1 >= end) break;
          doubled = 1;
          at++;
        }
        to = at++;
        while (at < end && bytes[at]! <= BLANK) at++;
        if (at < end && bytes[at] !== COMMA) return false;
      } else {
        while (at < end && bytes[at] !== COMMA) at++;
        to = at;
        while (to > from && bytes[to - 1]! <= BLANK) to--;
      }
      if (this.count === this.starts.length) this.#grow();
      this.starts[this.count] = from;
      this.ends[this.count] = to;
      this.#doubled[this.count++] = doubled;
      if (at >= end) return true;
      at++;
    }
  }

  text(field: number): string {
    const text = this.bytes.toString("utf8", this.starts[field], this.ends[field]);
    return this.#doubled[field] === 1 ? text.replaceAll('""', '"') : text;
  }

  #grow(): void {
    const starts = this.starts;
    const ends = this.ends;
    const doubled = this.#doubled;
    this.starts = new Int32Array(2 * starts.length);
    this.ends = new Int32Array(2 * ends.length);
    this.#doubled = new Uint8Array(2 * doubled.length);
    this.starts.set(starts);
    this.ends.set(ends);
    this.#doubled.set(doubled);
  }
}
