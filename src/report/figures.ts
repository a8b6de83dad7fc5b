import { formatDuration } from "../core/units.js";
import type { Metric } from "../metrics/result.js";

/** A number for people: thousands set off, three digits below that; `-` for none. */
export function formatNumber(value: number | null): string {
  if (value === null) return "-";
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  const [whole, fraction] = String(rounded).split(".") as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

export function formatPercent(ratio: number | null): string {
  if (ratio === null) return "-";
  const percent = 100 * ratio;
  // 99.96 % of targets met is not all of them.
  const digits = percent > 99 && percent < 100 ? 2 : percent < 10 ? 1 : 0;
  const shown = percent > 99.99 && percent < 100 ? "99.99" : String(Number(percent.toFixed(digits)));
  return `${shown} %`;
}

/** Two or three decimals, as an index between 0 and 1 is quoted. */
export function formatIndex(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}

/** The value of a metric by its unit. */
export function formatMetric(metric: Metric | undefined): string {
  if (metric === undefined || metric.value === null) return "-";
  return metric.unit === "us" ? formatDuration(metric.value) : formatNumber(metric.value);
}

/** `1 job`, `3 jobs`. */
export function countOf(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}
