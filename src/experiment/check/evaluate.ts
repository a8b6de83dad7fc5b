import { createRandom } from "../../core/random.js";
import type { Bound, Operator } from "../../metrics/bound.js";
import { parseExpectation } from "../../metrics/expression.js";
import type { Result } from "../../metrics/result.js";
import type { Threshold } from "../../scenario/resolve-thresholds.js";
import { isHeadline, metricKey } from "../compare/compare.js";
import { judge } from "../compare/verdict.js";
import { mean } from "../statistics/intervals.js";
import type { Assertion } from "./assertion.js";
import type { BaselineEntry } from "./baseline.js";
import { type Column, labelsThere, select } from "./select.js";

/** What thresholds are held against. */
export interface Evidence {
  readonly scenario: string;
  readonly runs: readonly Result[];
  readonly baseline: BaselineEntry | undefined;
  /** Accepted probability of a false alarm, where a threshold does not say. */
  readonly significance: number;
}

type Verdict = Pick<Assertion, "passed" | "found" | "labels" | "values"> &
  Partial<Pick<Assertion, "baseline" | "difference" | "reason">>;

/** Holds a threshold against the runs, and the baseline if it asks for one. */
export function evaluate(threshold: Threshold, evidence: Evidence): Assertion {
  const { scenario, runs } = evidence;
  const columns = select(threshold.metric, runs);
  const verdicts = columns.map((column) => verdictOn(threshold, column, evidence));
  const decisive = verdicts.find(({ passed }) => !passed) ?? verdicts[0] ?? missing(threshold, runs);
  return {
    scenario,
    name: threshold.text,
    level: threshold.level,
    unit: threshold.metric.definition.unit,
    expected: expectedText(threshold),
    seeds: runs.map(({ seed }) => seed),
    ...decisive,
  };
}

function missing({ metric, allowEmpty }: Threshold, runs: readonly Result[]): Verdict {
  const there = labelsThere(metric, runs);
  const reason = there.length === 0 ? "the result has no such metric" : `there are ${there.join(", ")}`;
  return { passed: allowEmpty, found: null, labels: metric.labels, values: runs.map(() => null), reason };
}

function verdictOn(threshold: Threshold, { labels, values }: Column, evidence: Evidence): Verdict {
  const known = values.filter((value) => value !== null);
  const found = known.length === 0 ? null : mean(known);
  const base = { found, labels, values };
  const empty = values.length - known.length;
  if (found === null || (empty > 0 && !threshold.allowEmpty)) {
    const reason =
      empty === values.length ? "no samples" : `no samples in ${empty} of ${values.length} replications`;
    return { ...base, passed: threshold.allowEmpty, reason };
  }
  const { bound, operator } = threshold;
  if (bound.kind === "value") return { ...base, passed: holds(found, operator, bound.value) };
  return { ...base, ...againstBaseline(threshold, bound, { labels, values }, evidence) };
}

function holds(found: number, operator: Operator, bound: number): boolean {
  switch (operator) {
    case "<":
      return found < bound;
    case "<=":
      return found <= bound;
    case ">":
      return found > bound;
    case ">=":
      return found >= bound;
    case "==":
      return found === bound;
  }
}

/** A baseline is missed by a change that is there (significant) and larger than what is tolerated. */
function againstBaseline(
  { metric, operator, significance }: Threshold,
  { share, amount }: Extract<Bound, { kind: "baseline" }>,
  { labels, values }: Column,
  { baseline, significance: usual, runs }: Evidence,
): Omit<Verdict, "found" | "labels" | "values"> {
  const key = metricKey({ name: metric.name, labels: { ...labels } });
  const before = baseline?.metrics[key];
  if (before === undefined)
    return {
      passed: false,
      reason: baseline === undefined ? "no baseline was given" : "the baseline does not have it",
    };
  const pairs = values.flatMap((value, i) => {
    const old = before[i];
    return value === null || typeof old !== "number" ? [] : [[old, value] as const];
  });
  if (pairs.length === 0) return { passed: false, reason: "the baseline has no samples of it" };
  const samples = { before: pairs.map(([old]) => old), after: pairs.map(([, now]) => now), paired: true };
  const old = mean(samples.before);
  const direction = operator.startsWith(">") ? "higher" : "lower";
  const tolerance = share + (amount === 0 || old === 0 ? 0 : amount / Math.abs(old));
  const bounds = { confidence: 1 - (significance ?? usual), tolerance };
  const random = createRandom(runs[0]!.seed)(`bootstrap ${key}`);
  const { verdict, difference } = judge(samples, { name: metric.name, direction }, bounds, random);
  const within = Math.abs(difference.estimate) <= amount;
  const passed = verdict !== "worse" && (operator !== "==" || verdict === "no change");
  return { passed: passed || within, baseline: old, difference };
}

function expectedText({ text, operator }: Threshold): string {
  return text.slice(text.indexOf(operator)).trim();
}

/**
 * What a baseline asks of every metric that can be better or worse, when no threshold mentions it: not to be worse by
 * more than the tolerance.
 *
 * @param tolerance as a share
 */
export function standardThresholds({ metrics }: Result, tolerance: number): Threshold[] {
  return metrics.filter(isHeadline).map((metric) => {
    const [operator, sign] = metric.direction === "higher" ? [">=", "-"] : ["<=", "+"];
    const percent = Number((100 * tolerance).toPrecision(6));
    const text = `${metricKey(metric)} ${operator} baseline ${sign} ${percent}%`;
    // A metric that had no samples before and has none now is no news.
    return { ...parseExpectation(text), allowEmpty: metric.value === null, level: "error" };
  });
}
