import { formatDuration } from "../core/units.js";
import type { Metric } from "../metrics/result.js";

/** Holds a figure and its unit on one line; `wrap` breaks at plain spaces only, and the summary's end turns it into one. */
export const NO_BREAK = "\u00a0";

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
  return `${shown}${NO_BREAK}%`;
}

/** Two or three decimals, as an index between 0 and 1 is quoted. */
export function formatIndex(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}

export function formatTime(time: number): string {
  return formatDuration(time).replaceAll(" ", NO_BREAK);
}

/** The value of a metric by its unit. */
export function formatMetric(metric: Metric | undefined): string {
  if (metric === undefined || metric.value === null) return "-";
  return metric.unit === "us" ? formatTime(metric.value) : formatNumber(metric.value);
}

/** `1 job`, `3 jobs`. */
export function countOf(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}
