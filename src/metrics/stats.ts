/** The statistics a distribution is reported by, in the order in which they are listed. */
export const DISTRIBUTION = ["mean", "p50", "p90", "p95", "p99", "p99.9", "max"] as const;

/** Every word that may follow a metric's name after a dot. */
export const STATS = [...DISTRIBUTION, "count", "rate"] as const;
export type Stat = (typeof STATS)[number];

/** The quantiles behind p50 … p99.9, ascending. */
export const QUANTILES = [0.5, 0.9, 0.95, 0.99, 0.999] as const;
