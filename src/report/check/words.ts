import type { Assertion } from "../../experiment/check/assertion.js";
import { metricKey } from "../../experiment/compare/compare.js";
import { intervalText, signed, valueText } from "../compare/figures.js";

/** A check's figures in words, the same in every report. */

export function foundText(assertion: Assertion): string {
  return valueText(assertion, assertion.found);
}

/** The baseline's value; `-` when there was none to ask. */
export function baselineText(assertion: Assertion): string {
  return valueText(assertion, assertion.baseline ?? null);
}

/** The metric of a threshold, without what is expected of it. */
export function metricText({ name, expected }: Assertion): string {
  return name.endsWith(expected) ? name.slice(0, -expected.length).trimEnd() : name;
}

/**
 * What stands behind the verdict: reason, baseline and difference, replications.
 *
 * @param withBaseline false where its value stands beside
 */
export function evidence(assertion: Assertion, withBaseline = true): string[] {
  const { reason, baseline, difference, values, labels, name } = assertion;
  const parts: string[] = [];
  if (reason !== undefined) parts.push(reason);
  const own = Object.entries(labels).filter(([label, value]) => !name.includes(`${label}=${value}`));
  if (own.length > 0)
    parts.push(`for ${metricKey({ name: "", labels: Object.fromEntries(own) }).slice(1, -1)}`);
  if (baseline !== undefined && withBaseline) parts.push(`baseline ${valueText(assertion, baseline)}`);
  if (difference !== undefined) {
    const { low, high } = difference;
    const interval = low === high ? "" : intervalText(assertion, low, high);
    parts.push(
      `difference ${signed(assertion, difference.estimate)}${interval === "" ? "" : ` (${interval})`}`,
    );
  }
  if (values.length > 1 && values.some((value) => value !== null))
    parts.push(
      values.every((value) => value === values[0])
        ? `the same in all ${values.length} replications`
        : `replications ${values.map((value) => valueText(assertion, value)).join(", ")}`,
    );
  return parts;
}

/** `day.yaml:12`. */
export function placeText({ at }: Assertion): string | undefined {
  return at === undefined ? undefined : at.line === 0 ? at.file : `${at.file}:${at.line}`;
}

/** Failures first, then warnings that were not met, then the rest; in the order of the scenario within each. */
export function worstFirst(assertions: readonly Assertion[]): Assertion[] {
  const rank = ({ passed, level }: Assertion) => (passed ? 2 : level === "error" ? 0 : 1);
  return [...assertions].sort((a, b) => rank(a) - rank(b));
}

export function count(assertions: readonly Assertion[]) {
  const missed = assertions.filter(({ passed }) => !passed);
  const failed = missed.filter(({ level }) => level === "error").length;
  return { all: assertions.length, failed, warned: missed.length - failed };
}

/** `2 of 7 failed, 1 warning`. */
export function countText(assertions: readonly Assertion[]): string {
  const { all, failed, warned } = count(assertions);
  const verdict =
    failed > 0 ? `${failed} of ${all} failed` : all === 0 ? "nothing was checked" : `all ${all} passed`;
  const passed = failed === 0 && warned > 0 ? `${all - warned} of ${all} passed` : verdict;
  return warned > 0 ? `${passed}, ${warned} ${warned === 1 ? "warning" : "warnings"}` : passed;
}
