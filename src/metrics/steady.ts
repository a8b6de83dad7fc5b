/** Batches that the test looks at, and the fewest observations of each. */
const BATCHES = 20;
const FEWEST = 10;
/** Two-sided 1 % of the normal distribution. */
const CRITICAL = 2.576;
/** A trend that changes the mean by less does not matter. */
const LARGE = 0.1;

/** A trend that a series still has: means of its first and last quarter. */
export interface Trend {
  first: number;
  last: number;
}

/**
 * Whether a series has settled: the trend test of Mann (1945) and Kendall (1975) on the means of twenty batches, in which
 * neighbours hardly depend on each other any more, at a level of 1 %. Undefined when it finds no trend, a small one, or
 * fewer than 200 observations.
 */
export function trendOf(series: Float64Array): Trend | undefined {
  const size = Math.floor(series.length / BATCHES);
  if (size < FEWEST) return undefined;
  const means = Array.from({ length: BATCHES }, (_, i) => meanOf(series.subarray(i * size, (i + 1) * size)));
  let rises = 0;
  for (let i = 0; i < BATCHES; i++)
    for (let j = i + 1; j < BATCHES; j++) rises += Math.sign(means[j]! - means[i]!);
  const variance = (BATCHES * (BATCHES - 1) * (2 * BATCHES + 5)) / 18;
  if ((Math.abs(rises) - 1) / Math.sqrt(variance) < CRITICAL) return undefined;
  const quarter = BATCHES / 4;
  const first = meanOf(Float64Array.from(means.slice(0, quarter)));
  const last = meanOf(Float64Array.from(means.slice(-quarter)));
  const small = Math.abs(last - first) <= LARGE * Math.max(Math.abs(first), Math.abs(last));
  return small ? undefined : { first, last };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
