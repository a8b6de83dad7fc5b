import { Fields } from "../bytes/fields.js";
import { Reason } from "../reasons.js";
import { Line, type Tally } from "../tally.js";
import { type ColumnSet, locateColumns } from "./columns.js";

/** The lines of a CSV whose header names the columns, in any order: what `JsonLine` is for JSON Lines. */
export class CsvLine {
  /** The row read last. */
  readonly fields = new Fields();
  readonly #tally: Tally;
  readonly #set: ColumnSet;
  readonly #ignore: readonly string[];
  readonly #header: (columns: ReadonlyMap<string, number>) => void;
  /** Where each column stands, by the format's name of it; undefined until the header has been read. */
  #columns: ReadonlyMap<string, number> | undefined;
  #width = 0;

  /** @param header hears once where the columns stand. */
  constructor(
    tally: Tally,
    set: ColumnSet,
    ignore: readonly string[],
    header: (columns: ReadonlyMap<string, number>) => void,
  ) {
    this.#tally = tally;
    this.#set = set;
    this.#ignore = ignore;
    this.#header = header;
  }

  /**
   * Splits a line into `fields`. Undefined when it is a row, else what it is.
   *
   * @throws InputError on a header with columns that are unknown, missing or stand twice.
   */
  read(bytes: Buffer, start: number, end: number): Line | undefined {
    const { fields } = this;
    const whole = fields.split(bytes, start, end);
    if (this.#columns === undefined) {
      this.#readHeader(bytes, start, end);
      return Line.Nothing;
    }
    if (!whole) return this.#tally.drop(Reason.openQuote, start, end);
    if (fields.count === 1 && fields.starts[0] === fields.ends[0]) return Line.Nothing;
    return fields.count === this.#width ? undefined : this.#tally.drop(Reason.wrongFields, start, end);
  }

  /** The field of a column; undefined when the file does not have it. */
  field(column: string): number | undefined {
    return this.#columns?.get(column);
  }

  /** Drops the row because of a field. */
  drop(reason: string, field: number): Line {
    return this.#tally.drop(reason, this.fields.starts[field]!, this.fields.ends[field]!);
  }

  #readHeader(bytes: Buffer, start: number, end: number): void {
    const { fields } = this;
    const columns = locateColumns(this.#set, names(fields), this.#ignore, (field) =>
      this.#tally.at(bytes, start, end, fields.starts[field]!, fields.ends[field]!),
    );
    this.#columns = columns;
    this.#width = fields.count;
    this.#header(columns);
  }
}

/** The names in a header line. */
export function splitHeader(line: string): string[] {
  const fields = new Fields();
  const bytes = Buffer.from(line);
  return fields.split(bytes, 0, bytes.length) ? names(fields) : [];
}

function names(fields: Fields): string[] {
  return Array.from({ length: fields.count }, (_, i) => fields.text(i));
}
