import type { ShapeSpec } from "../../fleet/shape.js";

/**
 * What to generate, as plain values: times in µs, sizes in whatever unit the quantity has. The scenario checks what a
 * user writes before it gets here.
 */

/** A random quantity. `min` and `max` clamp, so that mass beyond them sits on them. */
export type Distribution =
  | { kind: "fixed"; value: number }
  | { kind: "uniform"; min: number; max: number }
  | { kind: "exponential"; mean: number; min?: number; max?: number }
  /** By its mean and coefficient of variation. */
  | { kind: "lognormal"; mean: number; cv: number; min?: number; max?: number }
  /** By its median e^mu and the standard deviation of its logarithm. */
  | { kind: "lognormal"; median: number; sigma: number; min?: number; max?: number }
  /** One of the values; equally likely without weights. */
  | { kind: "empirical"; values: readonly number[]; weights?: readonly number[] };

/** Relative likelihood of the hours of a day, 24 numbers from midnight; arrivals follow it, their mean rate stays. */
type Daily = { daily?: readonly number[] };

/** When things arrive. Rates are per second. */
export type Arrivals =
  | ({ process: "poisson"; rate: number } & Daily)
  /** Independent Gamma gaps with this coefficient of variation: 1 is Poisson, above is bursty. */
  | ({ process: "gamma"; rate: number; cv: number } & Daily)
  /** At 0 and then every `interval` µs. */
  | { process: "fixed"; interval: number };

export interface Weighted<T> {
  value: T;
  /** Relative; 1 when absent. */
  weight?: number;
}

interface Bounds {
  arrivals: Arrivals;
  /** How many to make; at least one of `count` and `until` must be given. */
  count?: number;
  /** Nothing arrives at this time (µs) or later. */
  until?: number;
  /** Times are rounded to multiples of this, µs; 1 when absent. */
  resolution?: number;
}

export interface JobRecipe extends Bounds {
  /** Wall-clock run time, µs. */
  run: Distribution;
  /** What users ask for; the run time itself when absent (perfect estimates). */
  estimate?: {
    /** Times the run time. Below 1 the job overruns its estimate. */
    factor: Distribution;
    /** Ascending times that users like to ask for, µs: the next one up is taken; above the last one, that one. */
    roundUpTo?: readonly number[];
  };
  shapes: readonly Weighted<ShapeSpec>[];
  users?: readonly Weighted<string>[];
  accounts?: readonly Weighted<string>[];
  queues?: readonly Weighted<string>[];
  /** This share of the jobs is taken back, if still pending, so many µs after submission. */
  cancel?: { share: number; after: Distribution };
}

export interface RequestRecipe extends Bounds {
  /** Of the prompt; with prefixes or sessions, what it adds to what comes before. */
  inputTokens: Distribution;
  outputTokens: Distribution;
  /** So many texts, such as system prompts, each of a drawn length; a share of the requests begins with one of them. */
  prefixes?: { groups: number; tokens: Distribution; share?: number };
  /**
   * `arrivals` begin sessions of so many turns. A turn comes a time (µs) after the one before came, and its prompt takes up
   * that one's with its answer.
   */
  sessions?: { turns: Distribution; think: Distribution };
  tenants?: readonly Weighted<string>[];
  /** Rounded; smaller is more urgent. 0 when absent. */
  priority?: Distribution;
  /** Targets of each request's own for its first token and its whole answer, µs. */
  slo?: { ttft?: Distribution; e2e?: Distribution };
}
