import type { Stream } from "../../core/random.js";
import type { Metric } from "../../metrics/result.js";
import { FEWEST_TO_BOOTSTRAP, pairedBootstrap, unpairedBootstrap } from "../statistics/bootstrap.js";
import { type Interval, mean, pairedInterval, unpairedInterval } from "../statistics/intervals.js";

export type Verdict = "better" | "worse" | "within tolerance" | "no change";

/** Significance and size are separate questions, each with its own bound. */
export interface Bounds {
  /** Of the interval, such as 0.95: a change counts as there when the interval leaves out 0. */
  confidence: number;
  /** A change that is there but relatively smaller than this does not matter. */
  tolerance: number;
}

export interface Judgement {
  verdict: Verdict;
  /** Of the difference, in the metric's unit. */
  difference: Interval;
  /** Difference over the mean before; null when that is 0. */
  relative: number | null;
}

/** How samples of two variants belong together. */
export interface Samples {
  before: readonly number[];
  after: readonly number[];
  /** Replication i of both met the same random numbers. */
  paired: boolean;
}

/**
 * Whether a metric changed, and for better or worse.
 *
 * @param metric its direction decides which way is better, its statistic which interval is right
 * @param random draws the resamples of percentiles
 */
export function judge(
  samples: Samples,
  metric: Pick<Metric, "name" | "direction">,
  { confidence, tolerance }: Bounds,
  random: Stream,
): Judgement {
  const difference = intervalOf(samples, metric.name, confidence, random);
  const base = mean(samples.before);
  const relative = base === 0 ? null : difference.estimate / Math.abs(base);
  return { verdict: verdictOf(difference, relative, metric.direction, tolerance), difference, relative };
}

function verdictOf(
  { estimate, low, high }: Interval,
  relative: number | null,
  direction: Metric["direction"],
  tolerance: number,
): Verdict {
  // A single replication has no interval, but under the same random numbers any difference is a fact.
  const alone = !Number.isFinite(low);
  if (estimate === 0 || (!alone && low <= 0 && high >= 0)) return "no change";
  if (relative !== null && Math.abs(relative) <= tolerance) return "within tolerance";
  return estimate > 0 === (direction === "higher") ? "better" : "worse";
}

function intervalOf(
  { before, after, paired }: Samples,
  name: string,
  confidence: number,
  random: Stream,
): Interval {
  const skewed = /\.(p[\d.]+|max)$/.test(name);
  const enough = Math.min(before.length, after.length) >= FEWEST_TO_BOOTSTRAP;
  if (skewed && enough)
    return (paired ? pairedBootstrap : unpairedBootstrap)(before, after, confidence, random);
  return (paired ? pairedInterval : unpairedInterval)(before, after, confidence);
}
