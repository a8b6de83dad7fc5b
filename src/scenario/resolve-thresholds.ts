import type { Operator } from "../metrics/bound.js";
import { type Expectation, parseExpectation } from "../metrics/expression.js";
import { ExpressionError } from "../metrics/expression-error.js";
import type { Report } from "./report.js";
import type { ParsedThreshold } from "./schema.js";

/** Something that results must meet. */
export interface Threshold extends Expectation {
  /** A metric without samples passes. */
  readonly allowEmpty: boolean;
  /** Only an error fails the check. */
  readonly level: "error" | "warn";
  /** For a baseline: accepted probability of a false alarm; undefined: as the command says. */
  readonly significance?: number;
}

/** Reads the thresholds; what is wrong with them, or contradicts, goes into the report. */
export function resolveThresholds(given: readonly ParsedThreshold[], report: Report): Threshold[] {
  const known: { threshold: Threshold; index: number }[] = [];
  for (const [index, one] of given.entries()) {
    const threshold = resolveThreshold(one, index, report);
    if (threshold === undefined) continue;
    const other = known.find((earlier) => contradict(earlier.threshold, threshold));
    if (other !== undefined)
      report.add({
        code: "scenario/contradiction",
        message: `nothing can meet both "${other.threshold.text}" and "${threshold.text}"`,
        path: ["thresholds", index],
        hint: "take one of them out",
      });
    known.push({ threshold, index });
  }
  return known.map(({ threshold }) => threshold);
}

function resolveThreshold(given: ParsedThreshold, index: number, report: Report): Threshold | undefined {
  const whole =
    typeof given === "string" ? { expect: given, allowEmpty: false, level: "error" as const } : given;
  const { expect, allowEmpty, level, significance } = whole as Exclude<ParsedThreshold, string>;
  try {
    const expectation = parseExpectation(expect);
    return { ...expectation, allowEmpty, level, ...(significance === undefined ? {} : { significance }) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { message, from, part, hint } = error;
    report.add({
      code: "scenario/threshold",
      message,
      path: typeof given === "string" ? ["thresholds", index] : ["thresholds", index, "expect"],
      within: { from, part },
      ...(hint === undefined ? {} : { hint }),
    });
    return undefined;
  }
}

/** Whether no number at all meets both. */
function contradict(a: Threshold, b: Threshold): boolean {
  if (a.bound.kind !== "value" || b.bound.kind !== "value") return false;
  if (a.metric.name !== b.metric.name || !sameLabels(a.metric.labels, b.metric.labels)) return false;
  const [one, other] = [rangeOf(a.operator, a.bound.value), rangeOf(b.operator, b.bound.value)];
  const low = Math.max(one.low, other.low);
  const high = Math.min(one.high, other.high);
  const open = [one, other].some((r) => (r.low === low && r.lowOpen) || (r.high === high && r.highOpen));
  return low > high || (low === high && open);
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** The numbers that a comparison lets through. */
function rangeOf(operator: Operator, value: number) {
  const below = operator.startsWith("<");
  const above = operator.startsWith(">");
  return {
    low: below ? -Infinity : value,
    high: above ? Infinity : value,
    lowOpen: operator === ">",
    highOpen: operator === "<",
  };
}
