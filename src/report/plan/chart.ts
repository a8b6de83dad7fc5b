import type { Tried } from "../../experiment/plan/setting.js";
import type { Target } from "../../experiment/plan/targets.js";

/** Twice the bound is as far as a line goes: what lies beyond is far beyond. */
const EXTENT = 2;

/**
 * A line for each candidate: its mean as `●` within its interval `├───┤`, and the bound as `┊`; `»` for what lies off the
 * scale, and nothing for what has no samples.
 */
export function chartLines(tried: readonly Tried[], target: Target, index: number, width: number): string[] {
  const bound = Math.abs(target.bound.value) || 1;
  const at = (value: number) => Math.round((Math.max(0, value) / (EXTENT * bound)) * (width - 1));
  return tried.map(({ standings }) => {
    const { found = null, error = 0 } = standings[index] ?? {};
    const cells = Array.from({ length: width }, () => " ");
    cells[at(target.bound.value)] = "┊";
    if (found === null) return cells.join("").trimEnd();
    const spread = Number.isFinite(error) ? error : 0;
    const [low, mean, high] = [at(found - spread), at(found), at(found + spread)];
    for (let i = low; i <= Math.min(high, width - 1); i++) cells[i] = "─";
    if (low < Math.min(mean, width)) cells[low] = "├";
    if (high > mean && high < width) cells[high] = "┤";
    if (mean < width) cells[mean] = "●";
    else cells[width - 1] = "»";
    return cells.join("").trimEnd();
  });
}
