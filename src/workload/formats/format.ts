import type { JobBatch, RequestBatch } from "../batch.js";
import type { Addresses } from "../content.js";
import type { JobContext, RequestNames, TraceOrigin } from "../stream.js";
import type { Line, Tally } from "../tally.js";

/**
 * A trace format: how its files are recognised, and a parser for one reading of one file.
 *
 * To add one: write it in a file of this folder, add it to the registry in `index.ts`, add its row to the table of
 * the conformance test and its section to docs/trace-formats.md.
 */
export interface Format<Input, Batch> {
  /** One line for lists. */
  readonly summary: string;
  /** Endings of file names, without `.gz`, that are this format's alone; the first line need not be looked at. */
  readonly extensions: readonly string[];
  /** Whether a file that starts with this line (not blank) may be of this format. Formats must not overlap. */
  looksLike(firstLine: string): boolean;
  /** A new parser; it may keep state (a header), and serves one reading from the first line to the last. */
  parser(input: Input): RowParser<Batch>;
}

/** Reads one line at a time. It keeps no reference to the bytes and creates no object for a row. */
export interface RowParser<Batch> {
  /**
   * Reads the line `bytes[start..end)`, which holds no line end and is not empty. For a row, writes every column at
   * index `batch.length` (and leaves `length` alone) and returns `Line.Row`; times are µs on the trace's own clock.
   * For a row that cannot be used, returns what `tally.drop(reason, from, to)` gives. For comments and headers,
   * returns `Line.Nothing`.
   * @throws InputError when the whole file cannot be used, such as an unknown column in its header.
   */
  line(bytes: Buffer, start: number, end: number, batch: Batch): Line;
  /** Rows of the last line that are still to come, for a line that stands for several (an array of jobs). */
  readonly pending?: number;
  /** Writes the next of them at index `batch.length`. */
  more?(batch: Batch): void;
  /**
   * Called after the last line; returns a row that the file's end has cut off, announced by `tally.drop`.
   * @throws InputError when the rows together show that this is another format
   */
  end?(): Buffer | undefined;
  /** Hashes of other files that the rows depend on, in hex; they become part of the trace's. */
  readonly sideHashes?: readonly string[];
}

/** What a parser of jobs works with. */
export interface JobInput {
  tally: Tally;
  /** A parser writes here what a header says of the recorded machine. */
  origin: TraceOrigin;
  context: JobContext;
  options: JobParseOptions;
}

export interface RequestInput {
  tally: Tally;
  origin: TraceOrigin;
  names: RequestNames;
  /** For this reading. */
  addresses: Addresses;
  /** The folder that the file lies in, for formats of several files. */
  folder: string;
  options: RequestReadOptions;
}

export interface RequestParseOptions {
  /** Columns of our own formats that may be there and are not read. */
  ignore: readonly string[];
}

export interface RequestReadOptions extends RequestParseOptions {
  /** Tokens of the block that each hash id stands for. */
  hashBlockSize: number;
}

export interface JobParseOptions extends RequestParseOptions {
  /** What an SWF processor stands for. */
  processor: "core" | "gpu" | "node";
  /** Which SWF field is a job's width: requested (8) or allocated (5) processors; the other one stands in for it. */
  width: "requested" | "allocated";
  /** A job without an estimate gets: its run time (a perfect estimate), none (Infinity), or so many µs. */
  missingEstimate: "run" | "none" | number;
  /** Estimates above are cut, µs. */
  maxEstimate: number;
  /** Run times above are cut, µs. */
  maxRun: number;
  /** GPUs of the largest node that a job may get: a total of GPUs is packed into such nodes. */
  gpusPerNode: number;
  /** The user asked for sorting, so rows out of time order say nothing about the file. */
  mayBeUnsorted: boolean;
}

export type JobFormat = Format<JobInput, JobBatch>;
export type RequestFormat = Format<RequestInput, RequestBatch>;
