import type { MetricSelector } from "../../metrics/expression.js";
import type { Metric, Result } from "../../metrics/result.js";

/** Values of one metric over replications; null where a replication has no sample. */
export interface Column {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (number | null)[];
}

/**
 * The numbers that a selector means: the one with exactly its labels, else all that have them beside the fewest others
 * (`ttft.p99` of each service).
 */
export function select({ name, labels }: MetricSelector, runs: readonly Result[]): Column[] {
  const wanted = Object.entries(labels);
  const found = new Map<string, Metric["labels"]>();
  for (const { metrics } of runs)
    for (const metric of metrics)
      if (metric.name === name && wanted.every(([label, value]) => metric.labels[label] === value))
        found.set(JSON.stringify(sorted(metric.labels)), metric.labels);
  const fewest = Math.min(...[...found.values()].map(size));
  return [...found]
    .filter(([, one]) => size(one) === fewest)
    .map(([key, one]) => ({
      labels: one,
      values: runs.map(
        ({ metrics }) =>
          metrics.find((m) => m.name === name && JSON.stringify(sorted(m.labels)) === key)?.value ?? null,
      ),
    }));
}

/** Labels that results do have for a metric, when none has those asked for: `queue=prod, queue=test`. */
export function labelsThere({ name, labels }: MetricSelector, runs: readonly Result[]): string[] {
  const keys = Object.keys(labels);
  const all = runs.flatMap(({ metrics }) => metrics.filter((metric) => metric.name === name));
  const texts = all.flatMap((metric) =>
    Object.entries(metric.labels)
      .filter(([label]) => keys.includes(label))
      .map(([label, value]) => `${label}=${value}`),
  );
  return [...new Set(texts)].sort();
}

function sorted(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort();
}

function size(labels: Readonly<Record<string, string>>): number {
  return Object.keys(labels).length;
}
