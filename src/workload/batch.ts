/**
 * Rows of a trace in columns, as readers and generators hand them over. Times are µs from the run's start; -1 stands
 * for "missing" except where a column says otherwise.
 */

/** Rows per batch: large enough to amortise, small enough that a streamed trace stays in a few megabytes. */
export const BATCH_ROWS = 8192;

export class JobBatch {
  length = 0;
  /** Numeric ids; a trace with names for ids interns them and says so in its stream's `ids`. */
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
  }
}

export class RequestBatch {
  length = 0;
  readonly id: Float64Array;
  readonly arrival: Float64Array;
  readonly inputTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Number in the stream's `tenants`; -1 none. */
  readonly tenant: Int32Array;

  constructor(readonly capacity = BATCH_ROWS) {
    this.id = new Float64Array(capacity);
    this.arrival = new Float64Array(capacity);
    this.inputTokens = new Int32Array(capacity);
    this.outputTokens = new Int32Array(capacity);
    this.tenant = new Int32Array(capacity);
  }
}
