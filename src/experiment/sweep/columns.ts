import { InputError } from "../../core/errors.js";
import { closest } from "../../core/suggest.js";
import { METRICS, metricOrder } from "../../metrics/registry.js";
import type { Metric } from "../../metrics/result.js";
import { STATS, type Stat } from "../../metrics/stats.js";

/** A metric of the rows. */
export interface Column {
  /** `name.stat{label=value}`, as in thresholds. */
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly direction: Metric["direction"];
}

/** Metrics to keep: those of a name, or of a name with some labels, `ttft.p95{service=chat}`. */
export type MetricFilter = (metric: Pick<Metric, "name" | "labels">) => boolean;

export function metricId({ name, labels }: Pick<Metric, "name" | "labels">): string {
  const shown = Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .sort();
  return shown.length === 0 ? name : `${name}{${shown.join(",")}}`;
}

/**
 * Reads `name.stat` or `name.stat{label=value,…}`; without any, all metrics are kept.
 *
 * @throws InputError `usage/unknown-metric`
 */
export function metricFilter(texts: readonly string[], option = "--metric"): MetricFilter {
  if (texts.length === 0) return () => true;
  const wanted = texts.map((text) => {
    const match = /^([^{}]+)(?:\{([^{}]*)\})?$/.exec(text.trim());
    const name = match?.[1]?.trim() ?? "";
    const labels = (match?.[2] ?? "")
      .split(",")
      .filter((part) => part.trim() !== "")
      .map((part) => part.split("=").map((side) => side.trim()) as [string, string]);
    const known = metricNames();
    if (!known.includes(name) || labels.some((pair) => pair.length !== 2)) {
      const near = closest(name, known);
      throw new InputError({
        code: "usage/unknown-metric",
        message: `"${text}" names no metric`,
        at: { file: option, line: 0, column: 1, length: Math.max(1, text.length), text },
        hint: near === undefined ? "such as wait.p95 or ttft.p95{service=chat}" : `did you mean "${near}"?`,
      });
    }
    return { name, labels };
  });
  return (metric) =>
    wanted.some(
      ({ name, labels }) =>
        metric.name === name && labels.every(([label, value]) => metric.labels[label] === value),
    );
}

function metricNames(): string[] {
  return Object.entries(METRICS).flatMap(([name, { stats }]) =>
    stats.length === 0 ? [name] : stats.map((stat) => `${name}.${stat}`),
  );
}

/** The order of a result: by the registry, then by labels, then by statistic. */
export function compareColumns(a: Column, b: Column): number {
  const [nameA, statA] = split(a.name);
  const [nameB, statB] = split(b.name);
  const labels = (column: Column) => column.id.slice(column.name.length);
  return (
    metricOrder[nameA]! - metricOrder[nameB]! ||
    (labels(a) < labels(b) ? -1 : labels(a) > labels(b) ? 1 : 0) ||
    STATS.indexOf(statA) - STATS.indexOf(statB)
  );
}

function split(name: string): [string, Stat] {
  const dot = name.indexOf(".");
  return dot < 0 ? [name, "" as Stat] : [name.slice(0, dot), name.slice(dot + 1) as Stat];
}
