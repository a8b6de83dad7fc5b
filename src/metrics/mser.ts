/** Observations to a batch in MSER-5. */
const BATCH = 5;

export interface WarmUp {
  /** Observations to leave out from the start. */
  cut: number;
  /** False when the best cut is the latest that is looked at: the series has not settled. */
  settled: boolean;
}

/**
 * Where the warm-up of a series ends: MSER-5 (White, Cobb and Spratt 2000). Of the batch means of five it leaves out the
 * number d, up to half of them, that makes the standard error of the rest smallest: the sum of squares around their
 * mean over (n - d)².
 */
export function mser5(series: ArrayLike<number>): WarmUp {
  const batches = Math.floor(series.length / BATCH);
  if (batches < 2) return { cut: 0, settled: false };
  const means = new Float64Array(batches);
  for (let i = 0; i < batches * BATCH; i++) means[Math.floor(i / BATCH)]! += series[i]! / BATCH;
  const latest = Math.floor(batches / 2);
  let best = latest;
  let least = Infinity;
  let mean = 0;
  let squares = 0;
  // Backwards, so that one more batch updates mean and squares (Welford 1962).
  for (let d = batches - 1; d >= 0; d--) {
    const n = batches - d;
    const deviation = means[d]! - mean;
    mean += deviation / n;
    squares += deviation * (means[d]! - mean);
    if (d > latest) continue;
    const error = squares / n ** 2;
    // An earlier cut that is as good keeps more.
    if (error <= least) {
      least = error;
      best = d;
    }
  }
  return { cut: best * BATCH, settled: best < latest };
}
