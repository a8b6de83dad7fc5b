import type { Assertion, ScenarioCheck } from "../../experiment/check/assertion.js";
import { count, evidence, foundText, placeText } from "./words.js";

/**
 * JUnit XML as Jenkins (junit-10.xsd of its xUnit plugin), GitLab and most others read it: a suite for each scenario, a test case for each assertion. A
 * warning that was not met is a skipped case: readers know nothing between passed and failed.
 */
export function checkJunit(checks: readonly ScenarioCheck[]): string {
  const { all, failed } = count(checks.flatMap(({ assertions }) => assertions));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="whowaits check" tests="${all}" failures="${failed}" errors="0">`,
    ...checks.flatMap(suite),
    "</testsuites>",
    "",
  ].join("\n");
}

function suite({ scenario, assertions, seeds }: ScenarioCheck): string[] {
  return [
    `  <testsuite name="${attribute(scenario)}" ${counts(count(assertions))} time="0">`,
    "    <properties>",
    `      <property name="seeds" value="${attribute(seeds.join(" "))}"/>`,
    "    </properties>",
    ...assertions.flatMap(testCase),
    "  </testsuite>",
  ];
}

function testCase(assertion: Assertion): string[] {
  const { scenario, name, passed, level, expected } = assertion;
  const open = `    <testcase name="${attribute(name)}" classname="${attribute(scenario)}" time="0"`;
  if (passed) return [`${open}/>`];
  const message = attribute(`expected ${expected}, found ${foundText(assertion)}`);
  if (level === "warn") return [`${open}>`, `      <skipped message="${message}"/>`, "    </testcase>"];
  const place = placeText(assertion);
  const lines = [...(place === undefined ? [] : [place]), ...evidence(assertion)];
  return [
    `${open}>`,
    `      <failure message="${message}" type="threshold">${escaped(lines.join("\n"))}</failure>`,
    "    </testcase>",
  ];
}

function counts({ all, failed, warned }: ReturnType<typeof count>): string {
  return `tests="${all}" failures="${failed}" errors="0" skipped="${warned}"`;
}

function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no place for them.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
  );
}

function attribute(text: string): string {
  return escaped(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}
