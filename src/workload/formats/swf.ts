import { SECOND } from "../../core/units.js";
import type { Shapes } from "../../fleet/shape.js";
import type { JobBatch } from "../batch.js";
import { Decimal, MICROS } from "../bytes/decimal.js";
import { problems } from "../problems.js";
import { Adjusted, Reason } from "../reasons.js";
import { Line } from "../tally.js";
import type { JobFormat, JobInput, RowParser } from "./format.js";
import { JobTimes } from "./job-times.js";
import { readSwfHeader } from "./swf-header.js";

// Fields of the Standard Workload Format 2.2, from 0 (Parallel Workloads Archive, swf.html).
const JOB = 0;
const SUBMIT = 1;
const WAIT = 2;
const RUN = 3;
const ALLOCATED = 4;
const REQUESTED = 7;
const ESTIMATE = 8;
const STATUS = 10;
const USER = 11;
const GROUP = 12;
const QUEUE = 14;
const PRECEDING = 16;
const FIELDS = 18;

/** What each field is multiplied by: times become µs; 0 for the fields that are not read. */
const SCALE = new Float64Array(FIELDS);
for (const field of [JOB, ALLOCATED, REQUESTED, STATUS, USER, GROUP, QUEUE, PRECEDING]) SCALE[field] = 1;
for (const field of [SUBMIT, WAIT, RUN, ESTIMATE]) SCALE[field] = SECOND;

const SEMICOLON = 59;
const MOST_PROCESSORS = 2 ** 31 - 1;
/** Above these shares of the rows, the columns are not those of the format. */
const STATUS_SHARE = 0.05;
const INVERSION_SHARE = 0.2;
const ROWS_TO_JUDGE = 20;

const looksNumeric = /^\s*[+-]?\d+(\s+\S+){17,}\s*$/;

/** Standard Workload Format: `;` comments, then 18 blank-separated numbers a job, -1 for what is missing. */
export const swf: JobFormat = {
  summary: "Standard Workload Format of the Parallel Workloads Archive (jobs)",
  extensions: [".swf"],
  looksLike: (line) => line.trimStart().startsWith(";") || looksNumeric.test(line),
  parser: (input) => new SwfParser(input),
};

class SwfParser implements RowParser<JobBatch> {
  readonly #input: JobInput;
  readonly #decimal = new Decimal();
  readonly #fields: ScannedFields = {
    values: new Float64Array(FIELDS),
    others: 0,
    starts: new Int32Array(FIELDS),
    ends: new Int32Array(FIELDS),
  };
  readonly #times: JobTimes;
  readonly #widths: Widths;
  readonly #byRequest: boolean;
  #badStatus = 0;

  constructor(input: JobInput) {
    this.#input = input;
    this.#times = new JobTimes(input.options, input.tally);
    this.#widths = new Widths(input.context.shapes, input.options.processor);
    this.#byRequest = input.options.width === "requested";
  }

  line(bytes: Buffer, start: number, end: number, batch: JobBatch): Line {
    let at = scanFields(bytes, start, end, this.#fields);
    if (at < 0) return this.#other(bytes, start, end);
    if (this.#fields.others > 0)
      for (let field = 0; field < FIELDS; field++)
        if (Number.isNaN(this.#fields.values[field]) && SCALE[field]! > 0 && !this.#reread(bytes, field))
          return this.#drop(Reason.notNumber, field);
    while (at < end && bytes[at]! <= 32) at++;
    return this.#row(batch, at < end);
  }

  /** Refuses a file whose columns cannot be those of the format. */
  end(): undefined {
    const { tally, options } = this.#input;
    if (tally.rows < ROWS_TO_JUDGE) return;
    if (this.#badStatus > STATUS_SHARE * tally.rows)
      throw problems.shuffled(
        tally.file,
        `${this.#badStatus} of ${tally.rows} rows have a status (column 11) outside -1 to 5`,
      );
    if (!options.mayBeUnsorted && tally.inversions > INVERSION_SHARE * tally.rows)
      throw problems.shuffled(
        tally.file,
        `submit times (column 2) go back in ${tally.inversions} of ${tally.rows} rows`,
      );
  }

  /** A line that is not 18 fields. */
  #other(bytes: Buffer, start: number, end: number): Line {
    let at = start;
    while (at < end && bytes[at]! <= 32) at++;
    if (at === end) return Line.Nothing;
    if (bytes[at] !== SEMICOLON) return this.#input.tally.drop(Reason.fewFields, start, end);
    readSwfHeader(bytes.toString("utf8", at, end), this.#input.origin);
    return Line.Nothing;
  }

  /** Reads a field that is not a short whole number; false when it is no number at all. */
  #reread(bytes: Buffer, field: number): boolean {
    const { values, starts, ends } = this.#fields;
    const decimal = this.#decimal;
    values[field] = decimal.read(bytes, starts[field]!, ends[field]!, SCALE[field] === SECOND ? MICROS : 0);
    return decimal.next === ends[field] && !Number.isNaN(values[field]);
  }

  #row(batch: JobBatch, extra: boolean): Line {
    const { tally, context } = this.#input;
    const { values } = this.#fields;
    const i = batch.length;
    const status = values[STATUS]!;
    if (status < -1 || status > 5 || status % 1 !== 0) {
      this.#badStatus++;
      return this.#drop(Reason.badStatus, STATUS);
    }
    // The summary line (0 or 1) holds the whole job; its partial records would count the work twice.
    if (status >= 2 && status <= 4) return this.#drop(Reason.partialRecord, STATUS);
    const submit = values[SUBMIT]!;
    if (submit < 0) return this.#drop(Reason.negativeSubmit, SUBMIT);

    let run = values[RUN]!;
    let estimate = values[ESTIMATE]!;
    if (estimate <= 0) estimate = Number.POSITIVE_INFINITY;
    const wait = values[WAIT]!;
    let cancel = Number.POSITIVE_INFINITY;
    if (status === 5 && (run < 0 || (run === 0 && values[ALLOCATED]! <= 0))) {
      if (wait < 0) return this.#drop(Reason.cancelledUnknown, WAIT);
      if (estimate === Number.POSITIVE_INFINITY) return this.#drop(Reason.unknownRun, RUN);
      cancel = submit + wait;
      run = estimate;
    } else if (run < 0) return this.#drop(Reason.unknownRun, RUN);

    let width = values[this.#byRequest ? REQUESTED : ALLOCATED]!;
    const missing = width <= 0;
    if (missing) width = values[this.#byRequest ? ALLOCATED : REQUESTED]!;
    if (width <= 0) return this.#drop(Reason.noProcessors, REQUESTED);
    if (width % 1 !== 0) return this.#drop(Reason.notCount, REQUESTED);
    if (width > MOST_PROCESSORS) return this.#drop(Reason.tooLarge, REQUESTED);

    if (missing) tally.adjust(this.#byRequest ? Adjusted.widthFromAllocated : Adjusted.widthFromRequested);
    if (cancel !== Number.POSITIVE_INFINITY) tally.adjust(Adjusted.runFromEstimate);
    if (extra) tally.adjust(Adjusted.extraColumns);
    if (values[PRECEDING]! > 0) tally.adjust(Adjusted.dependency);
    const { users, accounts, queues } = context.names;
    batch.id[i] = values[JOB]!;
    batch.submit[i] = submit;
    batch.cancel[i] = cancel;
    batch.recordedStart[i] = wait >= 0 && cancel === Number.POSITIVE_INFINITY ? submit + wait : -1;
    batch.shape[i] = this.#widths.shape(width);
    batch.user[i] = values[USER]! < 0 ? -1 : users.intern(values[USER]!);
    batch.account[i] = values[GROUP]! < 0 ? -1 : accounts.intern(values[GROUP]!);
    batch.queue[i] = values[QUEUE]! < 0 ? -1 : queues.intern(values[QUEUE]!);
    this.#times.write(batch, run, estimate);
    return Line.Row;
  }

  #drop(reason: string, field: number): Line {
    return this.#input.tally.drop(reason, this.#fields.starts[field]!, this.#fields.ends[field]!);
  }
}

/** Where the fields of a line lie, and their values where those are short whole numbers. */
interface ScannedFields {
  readonly values: Float64Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** How many values are NaN: decimals, long numbers, or no numbers at all. */
  others: number;
}

/**
 * Finds the 18 fields of a line; returns where the last one ends, or -1 when there are fewer or the line is a comment.
 * Small and without calls, so that it is compiled after a few rows: it reads every byte of a log.
 */
function scanFields(bytes: Buffer, start: number, end: number, fields: ScannedFields): number {
  const { values, starts, ends } = fields;
  let at = start;
  let others = 0;
  for (let field = 0; field < FIELDS; field++) {
    let byte = bytes[at]!;
    while (byte <= 32) {
      if (at >= end) return -1;
      byte = bytes[++at]!;
    }
    if (at >= end || (byte === SEMICOLON && field === 0)) return -1;
    starts[field] = at;
    let sign = SCALE[field]!;
    if (byte === 45) {
      sign = -sign;
      byte = bytes[++at]!;
    }
    const first = at;
    let value = 0;
    while (byte >= 48 && byte <= 57) {
      value = value * 10 + (byte - 48);
      byte = bytes[++at]!;
    }
    if (byte > 32 || at === first || at - first > 9) {
      others++;
      value = Number.NaN;
      while (byte > 32) byte = bytes[++at]!;
    }
    values[field] = value * sign;
    ends[field] = at;
  }
  fields.others = others;
  return at;
}

/** The shape of a number of processors, without asking for its name each time. */
class Widths {
  readonly #shapes: Shapes;
  readonly #processor: "core" | "gpu" | "node";
  readonly #ids = new Map<number, number>();

  constructor(shapes: Shapes, processor: "core" | "gpu" | "node") {
    this.#shapes = shapes;
    this.#processor = processor;
  }

  shape(width: number): number {
    let id = this.#ids.get(width);
    if (id === undefined) {
      id = this.#shapes.processors(width, this.#processor).id;
      this.#ids.set(width, id);
    }
    return id;
  }
}
