import type { Names } from "../../core/names.js";
import { parseBytes, parseDuration } from "../../core/units.js";
import { Decimal, MICROS } from "../bytes/decimal.js";
import type { Fields } from "../bytes/fields.js";

/** The value of an empty cell, and what -1 reads as; a cell that cannot be read gives NaN. */
export const MISSING = -1;

const WHOLE = /^(?:0|[1-9]\d{0,14})$/;

/** Reads the cells of our own CSV from bytes; text is made only for cells that are not plain numbers. */
export class Cells {
  readonly #decimal = new Decimal();

  /** µs from seconds (`90`, `0.25`) or from text with its unit (`90s`, `1h30m`). */
  time(bytes: Buffer, from: number, to: number): number {
    if (from === to) return MISSING;
    const value = this.#decimal.read(bytes, from, to, MICROS);
    if (this.#decimal.next === to && !Number.isNaN(value)) return value;
    return parseDuration(bytes.toString("utf8", from, to)) ?? Number.NaN;
  }

  /** A whole number. */
  whole(bytes: Buffer, from: number, to: number): number {
    if (from === to) return MISSING;
    const value = this.#decimal.read(bytes, from, to, 0);
    return this.#decimal.next === to && value % 1 === 0 ? value : Number.NaN;
  }

  /** Bytes, plain (`1073741824`) or with a unit (`16GiB`). */
  size(bytes: Buffer, from: number, to: number): number {
    if (from === to) return MISSING;
    const value = this.whole(bytes, from, to);
    if (!Number.isNaN(value)) return value;
    return parseBytes(bytes.toString("utf8", from, to)) ?? Number.NaN;
  }
}

/** `internId` of a CSV cell, or of no cell (field -1). Most traces number their rows: only names become text. */
export function idCell(ids: Names, fields: Fields, field: number, row: number): number {
  if (field < 0 || fields.starts[field] === fields.ends[field]) return row;
  const number = wholeNumber(fields, field);
  return number >= 0 ? number : internId(ids, fields.text(field), row);
}

/** The cell as the number that its digits spell, written as numbers are; -1 when it is anything else. */
function wholeNumber({ bytes, starts, ends }: Fields, field: number): number {
  const from = starts[field]!;
  const to = ends[field]!;
  if (to - from > 15 || (bytes[from] === 48 && to - from > 1)) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** As `Cells`, for a value of JSON: null and absence are missing, text is read as in a CSV cell. */
export class JsonCells {
  readonly #cells = new Cells();

  time(value: unknown): number {
    if (value === undefined || value === null) return MISSING;
    const text = typeof value === "number" ? String(value) : value;
    return typeof text === "string" ? this.#of(text, "time") : Number.NaN;
  }

  whole(value: unknown): number {
    if (value === undefined || value === null) return MISSING;
    if (typeof value === "number") return Number.isSafeInteger(value) ? value : Number.NaN;
    return typeof value === "string" ? this.#of(value, "whole") : Number.NaN;
  }

  size(value: unknown): number {
    return typeof value === "string" ? this.#of(value, "size") : this.whole(value);
  }

  #of(text: string, kind: "time" | "whole" | "size"): number {
    const bytes = Buffer.from(text.trim());
    return this.#cells[kind](bytes, 0, bytes.length);
  }
}

/** The number of a name; whole numbers are one name however they are written down, so user 7 of an SWF log is user 7. */
export function internName(names: Names, text: string): number {
  if (text === "") return -1;
  return names.intern(WHOLE.test(text) ? Number(text) : text);
}

/** A row's numeric id: the number itself, or `-1 - k` for name k; `row` when there is none. */
export function internId(ids: Names, text: string, row: number): number {
  if (text === "") return row;
  return WHOLE.test(text) ? Number(text) : -1 - ids.intern(text);
}
