import { timeOrder } from "../core/time-order.js";
import type { Batch } from "./batch.js";
import { problems } from "./problems.js";
import type { RowStream, Rows, TraceCounts, TraceOrigin } from "./stream.js";
import type { Tally } from "./tally.js";

/** One pass through the rows of a file or a recipe, in its own order and on its own clock. */
export interface Producer<B> {
  /** What became of the rows so far. */
  readonly tally: Tally;
  /** Replaces the batch's rows by the next ones; false when there are none. */
  fill(batch: B): Promise<boolean>;
  /** Of everything that was read; after the last row. */
  hash(): string;
  close(): Promise<void>;
}

export interface RowsOptions<B> {
  origin: TraceOrigin;
  create(capacity?: number): B;
  rowBytes: number;
  /** Memory for kept rows, bytes. */
  budget: number;
  /** Starts a pass; undefined for the second one when the source can be read only once. */
  start(first: boolean): Producer<B> | undefined;
  timeOrigin: "auto" | "first" | "zero";
  speedup: number;
  /** Called with each batch of kept rows once all have been read. */
  finish?(batch: B): void;
}

/** No log counts its seconds so far from its own start, and few go back further on the calendar: 1990-01-01 in µs. */
const CALENDAR = 631_152_000e6;

/**
 * The first pass: reads everything, and keeps the rows while they fit the budget.
 * @throws InputError when they do not fit and cannot be read again in order.
 */
export async function prepareRows<B extends Batch>(options: RowsOptions<B>): Promise<Rows<B>> {
  const { origin, budget, rowBytes, speedup, create } = options;
  const producer = options.start(true)!;
  const { tally } = producer;
  let kept: B[] | undefined = [];
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  try {
    let batch = create();
    while (await producer.fill(batch)) {
      first = Math.min(first, earliest(batch, tally));
      last = Math.max(last, latest(batch, tally));
      if (kept && tally.emitted * rowBytes > budget) {
        kept = undefined;
        if (!options.start(false)) throw problems.tooLargeStdin(tally.file, budget);
      }
      if (!kept && tally.inversions > 0) throw problems.tooLargeUnsorted(tally.file, budget);
      if (kept) {
        kept.push(trimmed(batch, create));
        batch = create();
      }
    }
    origin.hash = producer.hash();
  } finally {
    await producer.close();
  }
  const rebase = options.timeOrigin === "first" || (options.timeOrigin === "auto" && first >= CALENDAR);
  const zero = rebase && tally.emitted > 0 ? first : 0;
  if (zero >= CALENDAR) origin.epoch ??= Math.floor(zero / 1e6);
  else if (zero > 0 && origin.epoch !== undefined) origin.epoch += Math.floor(zero / 1e6);
  const shared = {
    origin,
    counts: tally.counts(),
    lastTime: tally.emitted === 0 ? -1 : Math.round((last - zero) / speedup),
  };
  if (!kept) return { ...shared, kept: false, open: () => new RereadStream(shared, options, zero) };
  for (const batch of kept) {
    batch.rebase(zero, speedup);
    options.finish?.(batch);
  }
  const batches = kept;
  if (tally.inversions === 0) return { ...shared, kept: true, open: () => new KeptStream(shared, batches) };
  const order = timeOrder(timesOf(batches, tally.emitted));
  return { ...shared, kept: true, open: () => new SortedStream(shared, batches, order, create) };
}

interface Shared {
  origin: TraceOrigin;
  counts: TraceCounts;
  lastTime: number;
}

/** A batch that is far from full gives its spare memory back. */
function trimmed<B extends Batch>(batch: B, create: (capacity?: number) => B): B {
  if (batch.length > batch.capacity / 2) return batch;
  const small = create(batch.length);
  small.copy(batch);
  return small;
}

function earliest({ time, length }: Batch, { inversions }: Tally): number {
  let first = time[0]!;
  if (inversions > 0) for (let i = 1; i < length; i++) first = Math.min(first, time[i]!);
  return first;
}

function latest({ time, length }: Batch, { inversions }: Tally): number {
  let last = time[length - 1]!;
  if (inversions > 0) for (let i = 0; i < length; i++) last = Math.max(last, time[i]!);
  return last;
}

/** The time column of all rows. */
function timesOf(batches: readonly Batch[], rows: number): Float64Array {
  const times = new Float64Array(rows);
  let at = 0;
  for (const batch of batches) {
    times.set(batch.time.subarray(0, batch.length), at);
    at += batch.length;
  }
  return times;
}

abstract class Stream<B> implements RowStream<B> {
  readonly origin: TraceOrigin;
  readonly counts: TraceCounts;
  readonly lastTime: number;

  constructor(shared: Shared) {
    this.origin = shared.origin;
    this.counts = shared.counts;
    this.lastTime = shared.lastTime;
  }

  abstract next(): Promise<B | null>;

  async close(): Promise<void> {}
}

class KeptStream<B> extends Stream<B> {
  readonly #batches: readonly B[];
  #next = 0;

  constructor(shared: Shared, batches: readonly B[]) {
    super(shared);
    this.#batches = batches;
  }

  override async next(): Promise<B | null> {
    return this.#batches[this.#next++] ?? null;
  }
}

class SortedStream<B extends Batch> extends Stream<B> {
  readonly #batches: readonly B[];
  readonly #order: Uint32Array;
  readonly #batch: B;
  readonly #perBatch: number;
  #next = 0;

  constructor(shared: Shared, batches: readonly B[], order: Uint32Array, create: () => B) {
    super(shared);
    this.#batches = batches;
    this.#order = order;
    this.#batch = create();
    // Every kept batch but the last one is full.
    this.#perBatch = this.#batch.capacity;
  }

  override async next(): Promise<B | null> {
    const batch = this.#batch;
    batch.length = 0;
    while (batch.length < batch.capacity && this.#next < this.#order.length) {
      const row = this.#order[this.#next++]!;
      const from = Math.floor(row / this.#perBatch);
      batch.append(this.#batches[from]!, row - from * this.#perBatch);
    }
    return batch.length === 0 ? null : batch;
  }
}

/** Rows that did not fit: the second pass reads them again, and makes sure that they are the same. */
class RereadStream<B extends Batch> extends Stream<B> {
  readonly #options: RowsOptions<B>;
  readonly #zero: number;
  readonly #batch: B;
  #producer: Producer<B> | undefined;
  #ended = false;

  constructor(shared: Shared, options: RowsOptions<B>, zero: number) {
    super(shared);
    this.#options = options;
    this.#zero = zero;
    this.#batch = options.create();
  }

  override async next(): Promise<B | null> {
    if (this.#ended) return null;
    this.#producer ??= this.#options.start(false)!;
    if (await this.#producer.fill(this.#batch)) {
      this.#batch.rebase(this.#zero, this.#options.speedup);
      return this.#batch;
    }
    const same = this.#producer.hash() === this.origin.hash;
    await this.close();
    if (!same) throw problems.changed(this.origin.name);
    return null;
  }

  override async close(): Promise<void> {
    this.#ended = true;
    await this.#producer?.close();
  }
}
