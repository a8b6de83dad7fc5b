import type { Tried } from "../../experiment/plan/setting.js";
import type { Target } from "../../experiment/plan/targets.js";

/** Twice the bound is as far as the scale goes: what lies beyond is far beyond. */
const FARTHEST = 2;

/**
 * A line for each candidate: its mean as `●` within its interval `├───┤`, and the bound as `┊`; `»` for what lies off the
 * scale, and nothing for what has no samples.
 */
export function chartLines(tried: readonly Tried[], target: Target, index: number, width: number): string[] {
  const bound = target.bound.value;
  const spans = tried.map(({ standings }) => {
    const { found = null, error = 0 } = standings[index] ?? {};
    const spread = Number.isFinite(error) ? error : 0;
    return found === null ? undefined : { low: Math.max(0, found - spread), found, high: found + spread };
  });
  const ends = spans.flatMap((span) => (span === undefined ? [] : [span.low, span.high]));
  const from = Math.min(bound, ...ends);
  const to = Math.min(Math.max(bound, ...ends), bound > 0 ? FARTHEST * bound : Infinity);
  const at = (value: number) => (to === from ? 0 : Math.round(((value - from) / (to - from)) * (width - 1)));
  return spans.map((span) => {
    const cells = Array.from({ length: width }, () => " ");
    cells[at(bound)] = "┊";
    if (span === undefined) return cells.join("").trimEnd();
    const [low, mean, high] = [at(span.low), at(span.found), at(span.high)];
    for (let i = low; i <= Math.min(high, width - 1); i++) cells[i] = "─";
    if (low < Math.min(mean, width)) cells[low] = "├";
    if (high > mean && high < width) cells[high] = "┤";
    if (mean < width) cells[mean] = "●";
    else cells[width - 1] = "»";
    return cells.join("").trimEnd();
  });
}
