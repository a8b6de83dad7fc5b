import { hasFailed, type ScenarioCheck } from "../../experiment/check/assertion.js";
import { finite } from "../finite.js";

/** Versioned as results are. */
const SCHEMA_VERSION = "1.0";

/** Checks for programs. */
export function checkJson(checks: readonly ScenarioCheck[]): string {
  const scenarios = checks.map(({ scenario, seeds, changes, partial, assertions }) => ({
    scenario,
    seeds,
    partial,
    changes,
    assertions: assertions.map(({ at, difference, scenario: _, seeds: __, ...rest }) => ({
      ...rest,
      ...(difference === undefined
        ? {}
        : { difference: { ...difference, low: finite(difference.low), high: finite(difference.high) } }),
      ...(at === undefined ? {} : { at: { file: at.file, line: at.line, column: at.column } }),
    })),
  }));
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, passed: !hasFailed(checks), scenarios }, null, 2)}\n`;
}
