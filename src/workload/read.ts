import { dirname } from "node:path";
import { type Batch, JobBatch, RequestBatch } from "./batch.js";
import { ByteSource, type TraceFile } from "./bytes/source.js";
import { addressesOf } from "./content.js";
import { DependencyBook } from "./dependencies.js";
import { longestRequest, type Observer, shapesUsed } from "./facts.js";
import type { Format, JobParseOptions, RequestReadOptions, RowParser } from "./formats/format.js";
import { chooseFormat, jobFormats, requestFormats } from "./formats/index.js";
import { LineReader } from "./line-reader.js";
import { prepareRows } from "./rows.js";
import { Sharing } from "./sharing.js";
import type { JobContext, JobRows, RequestNames, RequestRows, TraceOrigin } from "./stream.js";
import { Tally } from "./tally.js";

export type { TraceFile } from "./bytes/source.js";

/** Memory for rows that are kept between the passes, bytes. */
export const DEFAULT_BUDGET = 256 * 2 ** 20;

export interface ReadOptions {
  /** A name in the registry; found from the file's name and first line when absent. */
  format?: string;
  /** Rows out of time order: sorted (rows of equal time keep their order), or an error. Default `sort_stable`. */
  order?: "sort_stable" | "require_nondecreasing";
  /** A row that cannot be used is an error. */
  strict?: boolean;
  /** Reads only so many usable rows, in the file's order. */
  limit?: number;
  /** Arrivals come so many times as fast; durations stay. */
  speedup?: number;
  /**
   * What becomes time 0: `first` the earliest row, `zero` the trace's own 0; `auto` (default) takes `first` for
   * calendar times (after 1990) and `zero` otherwise.
   */
  timeOrigin?: "auto" | "first" | "zero";
  /** Memory for kept rows, bytes. */
  budget?: number;
  /** Columns of our own formats that may be there and are not read; `*` for all that they do not have. */
  ignore?: readonly string[];
}

export type RequestOptions = ReadOptions &
  Partial<Omit<RequestReadOptions, "ignore">> & {
    /** Of kept rows only, keep what several requests share of their content: all that engines look for. */
    sharedOnly?: boolean;
  };
export type JobReadOptions = ReadOptions & Partial<Omit<JobParseOptions, "ignore" | "mayBeUnsorted">>;

/**
 * Reads a trace of jobs from start to end, checks and counts every row, and makes it ready for replay.
 * @throws InputError when the file cannot be read, not a single row can be used, or jobs depend on each other in a circle.
 */
export async function readJobs(
  file: TraceFile,
  context: JobContext,
  options: JobReadOptions = {},
): Promise<JobRows> {
  const parse: JobParseOptions = {
    processor: options.processor ?? "core",
    width: options.width ?? "requested",
    missingEstimate: options.missingEstimate ?? "run",
    maxEstimate: options.maxEstimate ?? Number.POSITIVE_INFINITY,
    maxRun: options.maxRun ?? Number.POSITIVE_INFINITY,
    gpusPerNode: options.gpusPerNode ?? 8,
    ignore: options.ignore ?? [],
    mayBeUnsorted: options.order === "sort_stable",
  };
  const { shapesUsed: used, observe } = shapesUsed();
  const dependencies = new DependencyBook(context, nameOf(file));
  const look: Observer<JobBatch> = (batch, row, line, text) => {
    observe(batch, row, line);
    dependencies.observe(batch, row, line, text);
  };
  const rows = await readRows(file, jobFormats, options, look, {
    create: (capacity) => new JobBatch(capacity),
    rowBytes: JobBatch.ROW_BYTES,
    parser: (format, tally, origin) => format.parser({ tally, origin, context, options: parse }),
  });
  const loose = await dependencies.check(rows.open);
  return { ...rows, shapesUsed: used, ...(loose === undefined ? {} : { looseDependencies: loose }) };
}

/**
 * Reads a trace of requests from start to end, checks and counts every row, and makes it ready for replay.
 * @throws InputError when the file cannot be read, or not a single row can be used.
 */
export async function readRequests(
  file: TraceFile,
  names: RequestNames,
  options: RequestOptions = {},
): Promise<RequestRows> {
  const parse: RequestReadOptions = {
    ignore: options.ignore ?? [],
    hashBlockSize: options.hashBlockSize ?? 512,
  };
  const folder = "path" in file ? dirname(file.path) : (file.folder ?? ".");
  const addresses = addressesOf(names);
  const { longest, observe } = longestRequest();
  const sharing = options.sharedOnly ? new Sharing() : undefined;
  const look: Observer<RequestBatch> = (batch, row, line) => {
    observe(batch, row, line);
    sharing?.observe(batch, row);
  };
  const rows = await readRows(file, requestFormats, options, look, {
    ...(sharing === undefined ? {} : { finish: (batch: RequestBatch) => sharing.trim(batch) }),
    create: (capacity) => new RequestBatch(capacity),
    rowBytes: RequestBatch.ROW_BYTES,
    parser: (format, tally, origin) =>
      format.parser({ tally, origin, names, addresses: addresses(), folder, options: parse }),
  });
  return { ...rows, longest: longest.line === 0 ? undefined : longest };
}

function nameOf(file: TraceFile): string {
  return file.name ?? ("path" in file ? file.path : "-");
}

interface Kind<F, B> {
  finish?(batch: B): void;
  create(capacity?: number): B;
  rowBytes: number;
  parser(format: F, tally: Tally, origin: TraceOrigin): RowParser<B>;
}

function readRows<Input, B extends Batch>(
  file: TraceFile,
  formats: Readonly<Record<string, Format<Input, B>>>,
  options: ReadOptions,
  observe: Observer<B>,
  kind: Kind<Format<Input, B>, B>,
) {
  const name = nameOf(file);
  const origin: TraceOrigin = { name, hash: "" };
  const lineOptions = {
    strict: options.strict ?? false,
    nondecreasing: options.order === "require_nondecreasing",
    limit: options.limit ?? Number.POSITIVE_INFINITY,
  };
  const start = (first: boolean) => {
    if (!first && "stream" in file) return undefined;
    const tally = new Tally(name, lineOptions.strict);
    const makeParser = (firstLine: string) => {
      origin.format ??= chooseFormat(formats, name, firstLine, options.format);
      return kind.parser(formats[origin.format]!, tally, first ? origin : { ...origin });
    };
    return new LineReader<B>(
      new ByteSource(file),
      makeParser,
      tally,
      lineOptions,
      first ? observe : () => {},
    );
  };
  return prepareRows<B>({
    origin,
    create: kind.create,
    rowBytes: kind.rowBytes,
    budget: options.budget ?? DEFAULT_BUDGET,
    start,
    timeOrigin: options.timeOrigin ?? "auto",
    speedup: options.speedup ?? 1,
    ...(kind.finish === undefined ? {} : { finish: kind.finish }),
  });
}
