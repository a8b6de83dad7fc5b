import { DEFAULT_TAU } from "./job-samples.js";
import { EXACT_SAMPLES } from "./samples.js";
import { ALWAYS, type Window } from "./window.js";

/** `user`, `account` and `queue` group jobs, `tenant` groups requests. */
export const GROUP_KEYS = ["user", "account", "queue", "tenant"] as const;
export type GroupKey = (typeof GROUP_KEYS)[number];

export interface MetricOptions {
  /** Only work submitted here counts, and time integrals are cut to it. */
  window: Window;
  /** Bound of the bounded slowdown, µs. */
  tau: number;
  /** Distributions are reported for each of these groups too. */
  groupBy: readonly GroupKey[];
  /** Samples kept per distribution before a sketch takes over. */
  exactSamples: number;
}

export function metricOptions(given: Partial<MetricOptions> = {}): MetricOptions {
  return {
    window: given.window ?? ALWAYS,
    tau: given.tau ?? DEFAULT_TAU,
    groupBy: given.groupBy ?? [],
    exactSamples: given.exactSamples ?? EXACT_SAMPLES,
  };
}
