import type { Names } from "../core/names.js";
import type { Shapes } from "../fleet/shape.js";
import type { JobBatch, RequestBatch } from "./batch.js";
import type { Addresses } from "./content.js";
import type { LooseDependencies } from "./dependencies.js";
import type { SubmissionReader } from "./submission.js";

/** What became of a trace's rows: `rows = emitted + sum of dropped`, or the reader throws. */
export interface TraceCounts {
  rows: number;
  emitted: number;
  /** By reason, such as `unknown run time`: how many, and the first few lines for showing. */
  dropped: Record<string, { count: number; lines: number[] }>;
  /** Rows used after a change, by reason, such as `no estimate: run time used`. */
  adjusted: Record<string, number>;
  /** Rows whose time is before that of the row above. */
  inversions: number;
}

/** Where rows came from. */
export interface TraceOrigin {
  /** The path as the user wrote it, or `generated`. */
  name: string;
  /** The format's name in the registry, or `generated`. */
  format?: string;
  /** SHA-256 of the file's bytes as stored, in hex; for generated rows, of the recipe. */
  hash: string;
  /** Processors of the recorded machine by the trace's header (SWF MaxProcs); undefined when it does not say. */
  machineSize?: number;
  /** Rows say what their tokens are, so that engines may share the KV of equal prefixes. */
  content?: boolean;
  /** Rows say how they were submitted, in their scheduler's own words. */
  submissions?: boolean;
  /** Rows say how urgent they are: their priority, or targets of their own. */
  urgency?: boolean;
  /** Unix time of time 0 in seconds, by the trace's header or its first row; undefined when unknown. */
  epoch?: number;
  /** IANA name of the recorded machine's time zone, by the trace's header. */
  timeZone?: string;
}

/**
 * Rows sorted by time, in batches. The whole trace was read, checked and counted once before the first batch, so bad
 * input has been reported by then; small traces were kept, larger ones are read again.
 */
export interface RowStream<Batch> {
  readonly origin: TraceOrigin;
  readonly counts: TraceCounts;
  /** Time of the last row, µs; -1 when there is none. */
  readonly lastTime: number;
  /** The next batch, or null at the end. Read only; the batch may be reused by the next call. */
  next(): Promise<Batch | null>;
  /** Releases files; safe to call twice, and before the end. */
  close(): Promise<void>;
}

/** Names of what batches hold as numbers. Shared by all streams of a run, so that a user is one user in all of them. */
export interface JobNames {
  /** Job ids that are not plain integers; a batch's id `-1 - k` is name k. */
  ids: Names;
  users: Names;
  accounts: Names;
  queues: Names;
  /** What jobs were submitted with, as text in their scheduler's own words (sbatch's options). */
  submissions: Names;
}

/** As `JobNames`, for requests. */
export interface RequestNames {
  ids: Names;
  tenants: Names;
  /** Addresses of tokens (`addressesOf`). */
  addresses?: Addresses;
}

/** Where jobs' names and demands are interned; one for all streams of a run. */
export interface JobContext {
  names: JobNames;
  shapes: Shapes;
  /** For traces that say how jobs were submitted; without it such columns are refused. */
  submissions?: SubmissionReader;
  /** Nodes that there are, for traces that name the nodes on which jobs ran. */
  nodes?: ReadonlySet<string>;
  /** Reservations that the run makes: jobs that ran in one of that name ask for it. */
  reservations?: ReadonlySet<string>;
}

export type JobStream = RowStream<JobBatch>;
export type RequestStream = RowStream<RequestBatch>;

/** A trace that was read, checked and counted, or a recipe that was tried; ready to be replayed any number of times. */
export interface Rows<Batch> {
  readonly origin: TraceOrigin;
  readonly counts: TraceCounts;
  /** Time of the last row, µs; -1 when there is none. */
  readonly lastTime: number;
  /** The rows are in memory; otherwise each replay reads the file, or draws the recipe, again. */
  readonly kept: boolean;
  /** A replay from the first row. Several may be open at once. */
  open(): RowStream<Batch>;
}

export interface JobRows extends Rows<JobBatch> {
  /** Shapes that occur, by number: how many jobs, and the line (generated: the row) of the first one. */
  readonly shapesUsed: ReadonlyMap<number, { count: number; firstLine: number }>;
  /** Dependencies on jobs that are not there; undefined when there are none. */
  readonly looseDependencies?: LooseDependencies | undefined;
}

export interface RequestRows extends Rows<RequestBatch> {
  /** The request with the most input and output tokens together; undefined when there is none. */
  readonly longest: { inputTokens: number; outputTokens: number; line: number } | undefined;
}
