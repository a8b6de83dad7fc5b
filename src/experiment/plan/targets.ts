import { InputError } from "../../core/errors.js";
import type { Operator } from "../../metrics/bound.js";
import type { Result } from "../../metrics/result.js";
import type { Threshold } from "../../scenario/resolve-thresholds.js";
import { evaluate } from "../check/evaluate.js";
import { meanInterval } from "../statistics/intervals.js";

/** A threshold with a value of its own, not one of a baseline. */
export type Target = Threshold & { readonly bound: { readonly kind: "value"; readonly value: number } };

/** How a candidate stands to one target. */
export interface Standing {
  /** Mean over replications of the label that decides; null without samples. */
  readonly found: number | null;
  /** Half the confidence interval of the mean; Infinity for a single replication. */
  readonly error: number;
  readonly unit: string;
  readonly met: boolean;
  /** How far the mean is inside the target, as a share of the target; negative outside. */
  readonly margin: number;
  /** The same of the interval's worse end; of the mean where there is no interval. */
  readonly sureMargin: number;
}

/** @throws InputError `plan/no-targets` when there is none */
export function targetsOf(thresholds: readonly Threshold[], scenario: string): Target[] {
  const targets = thresholds.filter((t): t is Target => t.bound.kind === "value" && t.level === "error");
  if (targets.length > 0) return targets;
  throw new InputError({
    code: "plan/no-targets",
    message: `${scenario} has no thresholds to meet`,
    hint: "give it some, such as thresholds: [ ttft.p99{service=chat} < 800ms ]",
  });
}

/** The confidence of each of several targets that makes all of them together as sure as is asked (Bonferroni). */
export function confidenceOfEach(confidence: number, targets: number): number {
  return 1 - (1 - confidence) / targets;
}

/**
 * Holds replications against a target: it is met when the mean is, and with the stated (one-sided) confidence. A single
 * replication tells nothing of chance; then the mean alone decides.
 *
 * @param sure false: the mean alone decides, however many replications there are
 */
export function standing(target: Target, runs: readonly Result[], confidence: number, sure = true): Standing {
  const { passed, found, values, unit } = evaluate(target, {
    scenario: "",
    runs,
    baseline: undefined,
    significance: 1 - confidence,
  });
  const { operator } = target;
  const bound = target.bound.value;
  if (found === null) {
    const margin = passed ? 1 : -1;
    return { found, error: 0, unit, met: passed, margin, sureMargin: margin };
  }
  const known = values.filter((value) => value !== null);
  // Both ends of a two-sided interval are missed half as often as the confidence of one of them says.
  const { low, high } = meanInterval(known, 2 * confidence - 1);
  const error = (high - low) / 2;
  const certain =
    !sure ||
    known.length < 2 ||
    operator === "==" ||
    within(operator, operator.startsWith("<") ? high : low, bound);
  const inside = operator.startsWith(">") ? found - bound : bound - found;
  const scale = bound === 0 ? 1 : Math.abs(bound);
  const sureMargin = (inside - (Number.isFinite(error) ? error : 0)) / scale;
  return { found, error, unit, met: passed && certain, margin: inside / scale, sureMargin };
}

function within(operator: Operator, value: number, bound: number): boolean {
  if (operator === "<") return value < bound;
  if (operator === "<=") return value <= bound;
  return operator === ">" ? value > bound : value >= bound;
}
