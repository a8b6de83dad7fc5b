import type { Operator } from "../../metrics/bound.js";
import type { Result } from "../../metrics/result.js";
import type { Threshold } from "../../scenario/resolve-thresholds.js";
import { evaluate } from "../check/evaluate.js";
import { meanInterval } from "../statistics/intervals.js";

/** A threshold with a value of its own, not one of a baseline. */
export type Target = Threshold & { readonly bound: { readonly kind: "value"; readonly value: number } };

/** How a point stands to one target. */
export interface Standing {
  /** Mean over replications of the label that decides; null without samples. */
  readonly found: number | null;
  /** Half the confidence interval of the mean; Infinity for a single replication. */
  readonly error: number;
  readonly unit: string;
  readonly met: boolean;
  /** How far the mean is inside the target, as a share of the target; negative outside. */
  readonly margin: number;
}

export function targetsOf(thresholds: readonly Threshold[]): Target[] {
  return thresholds.filter((t): t is Target => t.bound.kind === "value" && t.level === "error");
}

/**
 * Holds replications against a target: it is met when the mean is, and with the stated (one-sided) confidence. A single
 * replication tells nothing of chance; then the mean alone decides.
 */
export function standing(target: Target, runs: readonly Result[], confidence: number): Standing {
  const { passed, found, values, unit } = evaluate(target, {
    scenario: "",
    runs,
    baseline: undefined,
    significance: 1 - confidence,
  });
  const { operator } = target;
  const bound = target.bound.value;
  if (found === null) return { found, error: 0, unit, met: passed, margin: passed ? 1 : -1 };
  const known = values.filter((value) => value !== null);
  // Both ends of a two-sided interval are missed half as often as the confidence of one of them says.
  const { low, high } = meanInterval(known, 2 * confidence - 1);
  const error = (high - low) / 2;
  const sure =
    known.length < 2 || operator === "==" || within(operator, operator.startsWith("<") ? high : low, bound);
  const inside = operator.startsWith(">") ? found - bound : bound - found;
  return { found, error, unit, met: passed && sure, margin: bound === 0 ? inside : inside / Math.abs(bound) };
}

function within(operator: Operator, value: number, bound: number): boolean {
  if (operator === "<") return value < bound;
  if (operator === "<=") return value <= bound;
  return operator === ">" ? value > bound : value >= bound;
}
