import { DAY, HOUR, MILLISECOND, MINUTE, SECOND } from "../../core/units.js";
import type { Metric } from "../../metrics/result.js";
import { formatNumber } from "../figures.js";

const TIMES = [
  [DAY, "d"],
  [HOUR, "h"],
  [MINUTE, "m"],
  [SECOND, "s"],
  [MILLISECOND, "ms"],
] as const;

/** A duration in one unit with three digits (`1.03h`), so that figures beside each other compare. */
export function shortTime(time: number): string {
  const size = Math.abs(time);
  const [unit, name] = TIMES.find(([each]) => size >= each) ?? [1, "µs"];
  return time === 0 ? "0s" : `${three(time / unit)}${name}`;
}

/** A value of a metric by its unit; `-` for none. */
export function valueText({ unit }: Pick<Metric, "unit">, value: number | null): string {
  if (value === null) return "-";
  return unit === "us" ? shortTime(value) : formatNumber(value);
}

/** A difference with its sign. */
export function signed(metric: Pick<Metric, "unit">, value: number): string {
  const text = valueText(metric, value);
  return value > 0 ? `+${text}` : text;
}

/** `+3.1 %`; `new` for something that was nothing before. */
export function relativeText(relative: number | null): string {
  if (relative === null) return "new";
  const percent = 100 * relative;
  const text = Math.abs(percent) >= 1000 ? formatNumber(Math.round(percent)) : String(three(percent));
  return `${percent > 0 ? "+" : ""}${text} %`;
}

/** `+1.2m to +3.4m`; empty where nothing bounds the difference. */
export function intervalText(metric: Pick<Metric, "unit">, low: number, high: number): string {
  return Number.isFinite(low) ? `${signed(metric, low)} to ${signed(metric, high)}` : "";
}

function three(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}
