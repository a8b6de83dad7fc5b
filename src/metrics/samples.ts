import { roomFor } from "./grow.js";
import { selectRanks } from "./select.js";
import { createSketch, type DDSketch, SKETCH_METHOD } from "./sketch.js";
import { QUANTILES } from "./stats.js";

/** Samples that one distribution keeps before it turns into a sketch: 32 MB. */
export const EXACT_SAMPLES = 4_194_304;

/** What is known of a distribution. */
export interface Summary {
  n: number;
  /** null when there is no sample. */
  mean: number | null;
  max: number | null;
  /** One for each of QUANTILES; empty when there is no sample. */
  quantiles: number[];
  /** `type 7` or `sketch 0.1%`. */
  method: string;
}

/**
 * Summarises samples, which it reorders. Percentiles are type 7 of Hyndman and Fan (1996): linear interpolation
 * between the order statistics around rank `(n - 1) p`.
 */
export function summarise(values: Float64Array): Summary {
  const n = values.length;
  if (n === 0) return { n, mean: null, max: null, quantiles: [], method: "type 7" };
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const ranks = QUANTILES.flatMap((q) => {
    const below = Math.floor((n - 1) * q);
    return [below, Math.min(below + 1, n - 1)];
  });
  selectRanks(
    values,
    [...ranks, n - 1].sort((a, b) => a - b),
  );
  const quantiles = QUANTILES.map((q, i) => {
    const low = values[ranks[2 * i]!]!;
    const high = values[ranks[2 * i + 1]!]!;
    return low + ((n - 1) * q - ranks[2 * i]!) * (high - low);
  });
  return { n, mean: sum / n, max: values[n - 1]!, quantiles, method: "type 7" };
}

/** Means of the first tenth of the samples and of the others. */
export interface HeadAndRest {
  head: number;
  rest: number;
}

/** Undefined for fewer than 100 samples, which must be in the order in which they came. */
export function headAndRest(values: Float64Array): HeadAndRest | undefined {
  if (values.length < 100) return undefined;
  const tenth = Math.floor(values.length / 10);
  const mean = (some: Float64Array) => some.reduce((sum, value) => sum + value, 0) / some.length;
  return { head: mean(values.subarray(0, tenth)), rest: mean(values.subarray(tenth)) };
}

/** One distribution: every sample while they are at most `limit`, a sketch of them from then on. */
export class Samples {
  #values = new Float64Array(0);
  #n = 0;
  #sketch: DDSketch | undefined;
  #repeated = 0;
  #repeats = 0;

  /** A limit of 0 sketches from the start, for values too many to keep. */
  constructor(readonly limit = EXACT_SAMPLES) {}

  get n(): number {
    return this.#n;
  }

  add(value: number): void {
    if (this.#n++ >= this.limit) {
      this.#accept(value, 1);
      return;
    }
    this.#values = roomFor(this.#values, this.#n - 1);
    this.#values[this.#n - 1] = value;
  }

  /** Adds a value `count` times. */
  addEqual(value: number, count: number): void {
    if (this.#n < this.limit) {
      for (let i = 0; i < count; i++) this.add(value);
      return;
    }
    this.#n += count;
    this.#accept(value, count);
  }

  /** Undefined when there are few or they are sketched; to be asked before the summary. */
  headAndRest(): HeadAndRest | undefined {
    return this.#n <= this.limit ? headAndRest(this.#values.subarray(0, this.#n)) : undefined;
  }

  /** The samples in the order in which they came; undefined when they are sketched, or the summary was taken. */
  series(): Float64Array | undefined {
    return this.#n <= this.limit ? this.#values.subarray(0, this.#n) : undefined;
  }

  /** Ends the collection: the samples are reordered, and further ones may not be added. */
  summary(): Summary {
    if (this.#n === 0 || this.#n <= this.limit) return summarise(this.#values.subarray(0, this.#n));
    const sketch = this.#flushed();
    // A bin's middle may lie beyond the extremes, which are known exactly.
    const quantiles = QUANTILES.map((q) =>
      Math.min(sketch.max, Math.max(sketch.min, sketch.getValueAtQuantile(q))),
    );
    return { n: this.#n, mean: sketch.sum / this.#n, max: sketch.max, quantiles, method: SKETCH_METHOD };
  }

  /** The requests of one batch all get the same gap: equal neighbours enter the sketch together. */
  #accept(value: number, count: number): void {
    if (value === this.#repeated) {
      this.#repeats += count;
      return;
    }
    this.#flushed();
    this.#repeated = value;
    this.#repeats = count;
  }

  #flushed(): DDSketch {
    let sketch = this.#sketch;
    if (sketch === undefined) {
      sketch = createSketch();
      for (let i = 0; i < this.#values.length && i < this.limit; i++) sketch.accept(this.#values[i]!);
      this.#values = new Float64Array(0);
      this.#sketch = sketch;
    }
    if (this.#repeats > 0) sketch.accept(this.#repeated, this.#repeats);
    this.#repeats = 0;
    return sketch;
  }
}
