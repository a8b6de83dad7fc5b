/** What a column of numbers looks like. */
export interface Summary {
  n: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Summary of `values`, which get sorted; undefined when there are none. Percentiles interpolate linearly (type 7). */
export function summarise(values: Float64Array): Summary | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  values.sort();
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  return {
    n,
    mean: sum / n,
    p50: percentile(values, 0.5),
    p90: percentile(values, 0.9),
    p99: percentile(values, 0.99),
    max: values[n - 1]!,
  };
}

function percentile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}

/** When rows come. */
export interface ArrivalSummary {
  /** From the first arrival to the last, µs. */
  span: number;
  /** Rows per second of the span; undefined when all come at once. */
  rate: number | undefined;
  /** Coefficient of variation of the gaps: 1 for Poisson; undefined below two gaps or when all come at once. */
  gapCv: number | undefined;
}

/** Gathers arrivals in time order. */
export class ArrivalCounter {
  #n = 0;
  #first = 0;
  #last = 0;
  #mean = 0;
  #squares = 0;

  add(time: number): void {
    if (this.#n === 0) this.#first = time;
    else {
      // Welford's running mean and sum of squares.
      const gap = time - this.#last;
      const off = gap - this.#mean;
      this.#mean += off / this.#n;
      this.#squares += off * (gap - this.#mean);
    }
    this.#last = time;
    this.#n++;
  }

  summary(): ArrivalSummary {
    const gaps = this.#n - 1;
    const span = this.#last - this.#first;
    return {
      span,
      rate: span > 0 ? (this.#n * 1e6) / span : undefined,
      gapCv: gaps > 1 && span > 0 ? Math.sqrt(this.#squares / gaps) / this.#mean : undefined,
    };
  }
}
