import type { Assertion, ScenarioCheck } from "../../experiment/check/assertion.js";
import { evidence, foundText, worstFirst } from "./words.js";

/** GitHub's workflow commands: each threshold that was not met is shown at its line of the scenario. */
export function githubAnnotations(checks: readonly ScenarioCheck[]): string {
  return checks
    .flatMap(({ assertions }) => worstFirst(assertions).filter(({ passed }) => !passed))
    .map(annotation)
    .join("");
}

function annotation(assertion: Assertion): string {
  const { scenario, name, level, at } = assertion;
  const place = at === undefined || at.line === 0 ? {} : { file: at.file, line: at.line, col: at.column };
  const fields = Object.entries({ ...place, title: `${scenario}: ${name}` })
    .map(([key, value]) => `${key}=${escaped(String(value), true)}`)
    .join(",");
  const message = [`found ${foundText(assertion)}`, ...evidence(assertion)].join("\n");
  return `::${level === "error" ? "error" : "warning"} ${fields}::${escaped(message, false)}\n`;
}

/** As the runner decodes it again: actions/toolkit packages/core/src/command.ts. */
function escaped(text: string, property: boolean): string {
  const plain = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return property ? plain.replaceAll(":", "%3A").replaceAll(",", "%2C") : plain;
}
