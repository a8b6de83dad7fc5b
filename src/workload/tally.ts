import { InputError, type Position, type Problem } from "../core/errors.js";
import { MALFORMED } from "./reasons.js";
import type { TraceCounts } from "./stream.js";

/** What a line turned out to be. */
export const Line = { Nothing: 0, Row: 1, Dropped: 2 } as const;
export type Line = (typeof Line)[keyof typeof Line];

const LINES_SHOWN = 5;
const LONGEST_QUOTE = 1000;

/** Counts what becomes of each row, and keeps the first few rows that could not be used for showing. */
export class Tally {
  /** The line being read, from 1. */
  line = 0;
  rows = 0;
  emitted = 0;
  inversions = 0;
  /** Dropped rows that are not written in the format at all. */
  malformed = 0;
  /** The first dropped rows, located. */
  readonly samples: Problem[] = [];
  /** Why the last row was dropped, and the bytes that made it so. */
  reason = "";
  from = 0;
  to = 0;
  readonly #dropped = new Map<string, { count: number; lines: number[] }>();
  readonly #adjusted = new Map<string, { count: number }>();

  /** @param strict a row that cannot be used is an error */
  constructor(
    readonly file: string,
    readonly strict = false,
  ) {}

  /** A parser's way to say that the row cannot be used, because of bytes `from` to `to`. */
  drop(reason: string, from: number, to: number): Line {
    this.reason = reason;
    this.from = from;
    this.to = to;
    return Line.Dropped;
  }

  /** Counts a row that only a later line shows to be lost. @throws InputError when strict */
  lose(reason: string, row: Buffer): void {
    this.rows++;
    this.drop(reason, 0, row.length);
    this.book(row, 0, row.length);
    if (this.strict) throw new InputError(this.problem(row, 0, row.length));
  }

  /** A row is used, but not as it stands. Say so only when the row is sure to be emitted. */
  adjust(reason: string): void {
    const entry = this.#adjusted.get(reason);
    if (entry === undefined) this.#adjusted.set(reason, { count: 1 });
    else entry.count++;
  }

  /** Books the drop announced last; the row is the line `bytes[start..end)`. */
  book(bytes: Buffer, start: number, end: number): void {
    let entry = this.#dropped.get(this.reason);
    if (entry === undefined) {
      entry = { count: 0, lines: [] };
      this.#dropped.set(this.reason, entry);
    }
    entry.count++;
    if (entry.lines.length < LINES_SHOWN) entry.lines.push(this.line);
    if (MALFORMED.has(this.reason)) this.malformed++;
    if (this.samples.length < LINES_SHOWN) this.samples.push(this.problem(bytes, start, end));
  }

  /** The drop announced last as a located problem. */
  problem(bytes: Buffer, start: number, end: number): Problem {
    return {
      code: "trace/bad-row",
      message: `this row cannot be used: ${this.reason}`,
      at: this.at(bytes, start, end, this.from, this.to),
      hint: `see "${this.reason}" in docs/trace-formats.md`,
    };
  }

  /** The place of bytes `from` to `to` within the line `bytes[start..end)`. */
  at(bytes: Buffer, start: number, end: number, from: number, to: number): Position {
    const text = bytes.toString("utf8", start, end);
    const column = bytes.toString("utf8", start, from).length + 1;
    const length = Math.max(1, bytes.toString("utf8", from, to).length);
    const at = { file: this.file, line: this.line, column, length };
    return text.length <= LONGEST_QUOTE ? { ...at, text } : at;
  }

  counts(): TraceCounts {
    return {
      rows: this.rows,
      emitted: this.emitted,
      dropped: Object.fromEntries(this.#dropped),
      adjusted: Object.fromEntries([...this.#adjusted].map(([reason, { count }]) => [reason, count])),
      inversions: this.inversions,
    };
  }
}
