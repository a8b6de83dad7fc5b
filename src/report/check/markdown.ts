import type { Assertion, ScenarioCheck } from "../../experiment/check/assertion.js";
import { shown } from "../../experiment/check/baseline.js";
import { details, escaped, markdownTable } from "../markdown.js";
import { baselineText, countText, evidence, foundText, metricText, worstFirst } from "./words.js";

/** Checks for a pull request or a job's summary: the verdict, what was not met, the rest folded. */
export function checkMarkdown(checks: readonly ScenarioCheck[]): string {
  return `${checks.map((check) => scenarioLines(check).join("\n")).join("\n\n")}\n`;
}

function scenarioLines({ scenario, assertions, changes, partial }: ScenarioCheck): string[] {
  const lines = [
    `### ${escaped(scenario)}: ${countText(assertions)}${partial ? " (partial, interrupted)" : ""}`,
  ];
  if (changes.length > 0)
    lines.push(
      "",
      ...markdownTable(
        ["changed since the baseline", "before", "now"],
        changes.map(({ key, before, after }) => [key, shown(before), shown(after)]),
      ),
    );
  const missed = worstFirst(assertions).filter(({ passed }) => !passed);
  const passed = assertions.filter((assertion) => assertion.passed);
  if (missed.length > 0) lines.push("", ...table(missed));
  if (passed.length > 0) lines.push("", ...details(`${passed.length} passed`, table(passed)));
  return lines;
}

function table(assertions: readonly Assertion[]): string[] {
  return markdownTable(
    ["metric", "", "expected", "found", "baseline", "because"],
    assertions.map((assertion) => [
      `\`${metricText(assertion)}\``,
      assertion.passed ? "pass" : assertion.level === "error" ? "**fail**" : "warn",
      assertion.expected,
      foundText(assertion),
      baselineText(assertion),
      evidence(assertion, false).join("; "),
    ]),
  );
}
