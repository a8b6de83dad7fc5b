import { grown } from "../core/column.js";
import type { Runs } from "./content.js";

/**
 * Rows of a trace in columns, as readers and generators hand them over. Times are µs from the run's start; -1 stands
 * for "missing" except where a column says otherwise.
 */

/** Rows per batch: large enough to amortise, small enough that a streamed trace stays in a few megabytes. */
export const BATCH_ROWS = 8192;

/** What reading, sorting and keeping need to know of a batch, whatever its rows are. */
export interface Batch {
  length: number;
  readonly capacity: number;
  /** The column that rows are ordered by. */
  readonly time: Float64Array;
  /** Appends a row of another batch. */
  append(from: this, row: number): void;
  /** Copies all rows of a batch that holds no more than this one has room for. */
  copy(from: this): void;
  /** Moves rows so that `origin` becomes 0, then packs arrivals `speedup` times as densely; durations stay. */
  rebase(origin: number, speedup: number): void;
}

export class JobBatch implements Batch {
  /** Memory of one row in a kept batch. */
  static readonly ROW_BYTES = 6 * 8 + 7 * 4 + 2;

  length = 0;
  /** Numeric ids; names for ids are interned in `JobNames.ids`: name k has the id `-1 - k`. */
  readonly id: Float64Array;
  readonly submit: Float64Array;
  /** Wall-clock run time. Always known in an emitted row. */
  readonly run: Float64Array;
  /** Requested wall-clock time; Infinity when there is none. */
  readonly estimate: Float64Array;
  /** When the user takes the job back while it is pending; Infinity for never. */
  readonly cancel: Float64Array;
  /** When the job really started on the recorded machine; -1 unknown. */
  readonly recordedStart: Float64Array;
  /** Number of the job's shape in the stream's `shapes`. */
  readonly shape: Int32Array;
  /** Numbers in the stream's `users`, `accounts`, `queues`; -1 none. */
  readonly user: Int32Array;
  readonly account: Int32Array;
  readonly queue: Int32Array;
  /** Number in the stream's `submissions`: how the job was submitted, in its scheduler's own words; -1 not known. */
  readonly submission: Int32Array;
  /** Jobs that one submission made (tasks of an array, components of a heterogeneous job) share a number in `ids`; -1 alone. */
  readonly group: Int32Array;
  /** Within the group: the task's number; of a heterogeneous job, -1 minus the component's offset. */
  readonly member: Int32Array;
  /** Exit status; not 0 is a failure. */
  readonly exit: Uint8Array;
  /** 1 when it was killed at its estimate: it would have run longer, and nobody knows how long. */
  readonly timedOut: Uint8Array;

  constructor(readonly capacity = BATCH_ROWS) {
    this.id = new Float64Array(capacity);
    this.submit = new Float64Array(capacity);
    this.run = new Float64Array(capacity);
    this.estimate = new Float64Array(capacity);
    this.cancel = new Float64Array(capacity);
    this.recordedStart = new Float64Array(capacity);
    this.shape = new Int32Array(capacity);
    this.user = new Int32Array(capacity);
    this.account = new Int32Array(capacity);
    this.queue = new Int32Array(capacity);
    this.submission = new Int32Array(capacity).fill(-1);
    this.group = new Int32Array(capacity).fill(-1);
    this.member = new Int32Array(capacity);
    this.exit = new Uint8Array(capacity);
    this.timedOut = new Uint8Array(capacity);
  }

  get time(): Float64Array {
    return this.submit;
  }

  append(from: JobBatch, row: number): void {
    const to = this.length++;
    this.id[to] = from.id[row]!;
    this.submit[to] = from.submit[row]!;
    this.run[to] = from.run[row]!;
    this.estimate[to] = from.estimate[row]!;
    this.cancel[to] = from.cancel[row]!;
    this.recordedStart[to] = from.recordedStart[row]!;
    this.shape[to] = from.shape[row]!;
    this.user[to] = from.user[row]!;
    this.account[to] = from.account[row]!;
    this.queue[to] = from.queue[row]!;
    this.submission[to] = from.submission[row]!;
    this.group[to] = from.group[row]!;
    this.member[to] = from.member[row]!;
    this.exit[to] = from.exit[row]!;
    this.timedOut[to] = from.timedOut[row]!;
  }

  copy(from: JobBatch): void {
    this.id.set(from.id.subarray(0, from.length));
    this.submit.set(from.submit.subarray(0, from.length));
    this.run.set(from.run.subarray(0, from.length));
    this.estimate.set(from.estimate.subarray(0, from.length));
    this.cancel.set(from.cancel.subarray(0, from.length));
    this.recordedStart.set(from.recordedStart.subarray(0, from.length));
    this.shape.set(from.shape.subarray(0, from.length));
    this.user.set(from.user.subarray(0, from.length));
    this.account.set(from.account.subarray(0, from.length));
    this.queue.set(from.queue.subarray(0, from.length));
    this.submission.set(from.submission.subarray(0, from.length));
    this.group.set(from.group.subarray(0, from.length));
    this.member.set(from.member.subarray(0, from.length));
    this.exit.set(from.exit.subarray(0, from.length));
    this.timedOut.set(from.timedOut.subarray(0, from.length));
    this.length = from.length;
  }

  rebase(origin: number, speedup: number): void {
    if (origin === 0 && speedup === 1) return;
    for (let i = 0; i < this.length; i++) {
      const before = this.submit[i]!;
      const submit = Math.round((before - origin) / speedup);
      this.submit[i] = submit;
      this.cancel[i] = submit + (this.cancel[i]! - before);
      if (this.recordedStart[i]! >= 0) this.recordedStart[i] = submit + (this.recordedStart[i]! - before);
    }
  }
}

export class RequestBatch implements Batch {
  static readonly ROW_BYTES = 4 * 8 + 5 * 4;

  length = 0;
  /** Numeric ids; names for ids are interned in `RequestNames.ids`: name k has the id `-1 - k`. */
  readonly id: Float64Array;
  readonly arrival: Float64Array;
  readonly inputTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Number in the stream's `tenants`; -1 none. */
  readonly tenant: Int32Array;
  /** Smaller is more urgent; 0 unless the source says otherwise. */
  readonly priority: Int32Array;
  /** The request's own targets for its first token and its whole answer, µs from its arrival; Infinity for none. */
  readonly ttftSlo: Float64Array;
  readonly e2eSlo: Float64Array;
  /** End of the row's runs of token addresses (see `Runs`); they start where those of the row above end. */
  readonly runEnd: Int32Array;
  runAddress = new Float64Array(0);
  runTokens = new Int32Array(0);

  constructor(readonly capacity = BATCH_ROWS) {
    this.runEnd = new Int32Array(capacity);
    this.id = new Float64Array(capacity);
    this.arrival = new Float64Array(capacity);
    this.inputTokens = new Int32Array(capacity);
    this.outputTokens = new Int32Array(capacity);
    this.tenant = new Int32Array(capacity);
    this.priority = new Int32Array(capacity);
    this.ttftSlo = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY);
    this.e2eSlo = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY);
  }

  get time(): Float64Array {
    return this.arrival;
  }

  append(from: RequestBatch, row: number): void {
    const to = this.length++;
    this.id[to] = from.id[row]!;
    this.arrival[to] = from.arrival[row]!;
    this.inputTokens[to] = from.inputTokens[row]!;
    this.outputTokens[to] = from.outputTokens[row]!;
    this.tenant[to] = from.tenant[row]!;
    this.priority[to] = from.priority[row]!;
    this.ttftSlo[to] = from.ttftSlo[row]!;
    this.e2eSlo[to] = from.e2eSlo[row]!;
    const start = from.runStart(row);
    this.#putRuns(to, from.runAddress, from.runTokens, start, from.runEnd[row]! - start);
  }

  runStart(row: number): number {
    return row === 0 ? 0 : this.runEnd[row - 1]!;
  }

  /** Writes the content of the row at `length`. */
  setRuns(runs: Runs): void {
    this.#putRuns(this.length, runs.address, runs.tokens, 0, runs.count);
  }

  #putRuns(row: number, address: Float64Array, tokens: Int32Array, from: number, count: number): void {
    const start = this.runStart(row);
    const end = start + count;
    this.runEnd[row] = end;
    if (end > this.runTokens.length) {
      this.runAddress = grown(this.runAddress, Math.max(2 * this.runTokens.length, end, 64));
      this.runTokens = grown(this.runTokens, this.runAddress.length);
    }
    for (let i = 0; i < count; i++) {
      this.runAddress[start + i] = address[from + i]!;
      this.runTokens[start + i] = tokens[from + i]!;
    }
  }

  copy(from: RequestBatch): void {
    const runs = from.length === 0 ? 0 : from.runEnd[from.length - 1]!;
    this.runEnd.set(from.runEnd.subarray(0, from.length));
    this.runAddress = from.runAddress.slice(0, runs);
    this.runTokens = from.runTokens.slice(0, runs);
    this.id.set(from.id.subarray(0, from.length));
    this.arrival.set(from.arrival.subarray(0, from.length));
    this.inputTokens.set(from.inputTokens.subarray(0, from.length));
    this.outputTokens.set(from.outputTokens.subarray(0, from.length));
    this.tenant.set(from.tenant.subarray(0, from.length));
    this.priority.set(from.priority.subarray(0, from.length));
    this.ttftSlo.set(from.ttftSlo.subarray(0, from.length));
    this.e2eSlo.set(from.e2eSlo.subarray(0, from.length));
    this.length = from.length;
  }

  rebase(origin: number, speedup: number): void {
    if (origin === 0 && speedup === 1) return;
    for (let i = 0; i < this.length; i++) this.arrival[i] = Math.round((this.arrival[i]! - origin) / speedup);
  }
}
