import { createHash } from "node:crypto";
import { InputError, InvariantError } from "../core/errors.js";
import type { Batch } from "./batch.js";
import { type ByteSource, GzipFailure } from "./bytes/source.js";
import type { Observer } from "./facts.js";
import type { RowParser } from "./formats/format.js";
import { problems } from "./problems.js";
import type { Producer } from "./rows.js";
import { Line, type Tally } from "./tally.js";

const NEWLINE = 10;
const RETURN = 13;
const LONGEST_LINE = 1 << 20;
const LONGEST_HEAD = 4096;
/** A file whose first data rows are all malformed is not of the format: say so at once. */
const FIRST_ROWS = 5;

export interface LineReaderOptions {
  /** Rows that cannot be used end the reading. */
  strict: boolean;
  /** The first row that goes back in time ends the reading. */
  nondecreasing: boolean;
  /** Usable rows to read; the rest of the file is only hashed. */
  limit: number;
}

/** Splits a source into lines and lets a parser turn them into rows; what becomes of each row is counted. */
export class LineReader<B extends Batch> implements Producer<B> {
  readonly tally: Tally;
  readonly #source: ByteSource;
  readonly #options: LineReaderOptions;
  readonly #observe: Observer<B>;
  readonly #makeParser: (firstLine: string) => RowParser<B>;
  #parser: RowParser<B> | undefined;
  /** The bytes being read; before a chunk its first line alone, joined with the end of the chunk before. */
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #chunkToCome: Buffer | undefined;
  #chunkAt = 0;
  /** No more bytes will come. */
  #ended = false;
  #done = false;
  #last = Number.NEGATIVE_INFINITY;
  /** The line read last. */
  #lineBytes: Buffer = this.#bytes;
  #lineStart = 0;
  #lineEnd = 0;
  readonly #lineText = () => this.#lineBytes.toString("utf8", this.#lineStart, this.#lineEnd);

  constructor(
    source: ByteSource,
    makeParser: (firstLine: string) => RowParser<B>,
    tally: Tally,
    options: LineReaderOptions,
    observe: Observer<B>,
  ) {
    this.#source = source;
    this.#makeParser = makeParser;
    this.tally = tally;
    this.#options = options;
    this.#observe = observe;
  }

  async fill(batch: B): Promise<boolean> {
    batch.length = 0;
    this.#parser ??= this.#makeParser(await this.#firstLine());
    while (!this.#done && batch.length < batch.capacity) {
      this.#lines(this.#parser, batch);
      if (batch.length === batch.capacity) break;
      if (this.tally.emitted >= this.#options.limit) await this.#drain();
      else if (this.#ended) this.#done = true;
      else await this.#nextBytes();
    }
    if (this.#done && batch.length === 0) this.#end(this.#parser);
    return batch.length > 0;
  }

  /** Of the file, or with files beside it of all their hashes. */
  hash(): string {
    const own = this.#source.hash();
    const beside = this.#parser?.sideHashes ?? [];
    if (beside.length === 0) return own;
    return createHash("sha256")
      .update([own, ...beside].join("\n"))
      .digest("hex");
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  /** Reads whole lines of the buffer until the batch is full. */
  #lines(parser: RowParser<B>, batch: B): void {
    const { tally } = this;
    const { limit } = this.#options;
    const bytes = this.#bytes;
    let at = this.#at;
    this.#more(parser, batch);
    while (batch.length < batch.capacity && at < bytes.length && tally.emitted < limit) {
      let end = bytes.indexOf(NEWLINE, at);
      if (end < 0) {
        if (!this.#ended) break;
        end = bytes.length;
      }
      this.#line(parser, batch, bytes, at, end > at && bytes[end - 1] === RETURN ? end - 1 : end);
      at = end + 1;
      if (parser.pending! > 0) this.#more(parser, batch);
    }
    this.#at = Math.min(at, bytes.length);
    if (bytes.length - this.#at > LONGEST_LINE && bytes.indexOf(NEWLINE, this.#at) < 0)
      throw problems.longLine(tally.file, tally.line + 1, LONGEST_LINE);
  }

  /** Further rows of the line that was read last, as far as there is room. */
  #more(parser: RowParser<B>, batch: B): void {
    const { tally } = this;
    while (parser.pending! > 0 && batch.length < batch.capacity && tally.emitted < this.#options.limit) {
      parser.more!(batch);
      tally.rows++;
      tally.emitted++;
      this.#observe(batch, batch.length, tally.line, this.#lineText);
      batch.length++;
    }
  }

  // A method of its own, called for each line, is compiled long before a loop that is entered once for each chunk.
  #line(parser: RowParser<B>, batch: B, bytes: Buffer, start: number, end: number): void {
    const { tally } = this;
    tally.line++;
    if (end === start) return;
    this.#lineBytes = bytes;
    this.#lineStart = start;
    this.#lineEnd = end;
    const kind = parser.line(bytes, start, end, batch);
    if (kind === Line.Row) {
      const row = batch.length;
      const time = batch.time[row]!;
      if (time < this.#last) {
        tally.inversions++;
        if (this.#options.nondecreasing) throw unsorted(tally, bytes, start, end);
      }
      this.#last = time;
      tally.rows++;
      tally.emitted++;
      this.#observe(batch, row, tally.line, this.#lineText);
      batch.length = row + 1;
    } else if (kind === Line.Dropped) this.#dropped(bytes, start, end);
  }

  #dropped(bytes: Buffer, start: number, end: number): void {
    const { tally } = this;
    tally.rows++;
    tally.book(bytes, start, end);
    if (this.#options.strict) throw new InputError(tally.problem(bytes, start, end));
    if (tally.malformed === FIRST_ROWS && tally.rows === FIRST_ROWS) throw new InputError(tally.samples);
  }

  /** Goes on behind what is left of the buffer. Only the line that a chunk's border cuts in two is copied. */
  async #nextBytes(): Promise<void> {
    const rest = this.#bytes.subarray(this.#at);
    if (this.#chunkToCome !== undefined && rest.length === 0) {
      this.#bytes = this.#chunkToCome;
      this.#at = this.#chunkAt;
      this.#chunkToCome = undefined;
      return;
    }
    const chunk = await this.#chunk();
    if (chunk === null) {
      this.#ended = true;
      return;
    }
    const next = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#at = 0;
    if (rest.length === 0) {
      this.#bytes = next;
      return;
    }
    const end = next.indexOf(NEWLINE) + 1;
    if (end > 0) {
      this.#bytes = Buffer.concat([rest, next.subarray(0, end)]);
      this.#chunkToCome = next;
      this.#chunkAt = end;
    } else this.#bytes = Buffer.concat([rest, next]);
  }

  async #chunk(): Promise<Uint8Array | null> {
    try {
      return await this.#source.next();
    } catch (error) {
      if (error instanceof GzipFailure)
        throw problems.damagedGzip(this.#source.name, error.truncated, error.good, this.tally.rows);
      throw error;
    }
  }

  /** The first line that is not blank, without consuming it; the empty string when there is none. */
  async #firstLine(): Promise<string> {
    for (;;) {
      let start = this.#at;
      while (start < this.#bytes.length && this.#bytes[start]! <= 32) start++;
      const end = this.#bytes.indexOf(NEWLINE, start);
      if (end >= 0 || this.#ended || this.#bytes.length - start > LONGEST_HEAD)
        return this.#bytes
          .toString("utf8", start, end < 0 ? Math.min(this.#bytes.length, start + LONGEST_HEAD) : end)
          .trimEnd();
      await this.#nextBytes();
    }
  }

  async #drain(): Promise<void> {
    while ((await this.#chunk()) !== null);
    this.#done = true;
  }

  #end(parser: RowParser<B>): void {
    const { tally } = this;
    const tail = parser.end?.();
    if (tail !== undefined) this.#dropped(tail, 0, tail.length);
    const { rows, emitted, dropped } = tally.counts();
    const lost = Object.values(dropped).reduce((sum, { count }) => sum + count, 0);
    if (rows !== emitted + lost)
      throw new InvariantError(`${tally.file}: ${rows} rows, but ${emitted} emitted and ${lost} dropped`);
    if (rows === 0) throw problems.empty(tally.file);
    if (emitted === 0) throw new InputError(tally.samples);
  }
}

function unsorted(tally: Tally, bytes: Buffer, start: number, end: number): InputError {
  return new InputError({
    code: "trace/unsorted",
    message: "this row comes before the row above it in time",
    at: tally.at(bytes, start, end, start, end),
    hint: "sort the file, or say order: sort_stable",
  });
}
