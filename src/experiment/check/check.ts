import type { Result } from "../../metrics/result.js";
import type { LoadedScenario } from "../../scenario/load.js";
import type { ScenarioCheck } from "./assertion.js";
import { type Baseline, type BaselineEntry, baselineEntry, changesSince } from "./baseline.js";
import { evaluate, standardThresholds } from "./evaluate.js";

export interface CheckOptions {
  readonly baseline?: { readonly content: Baseline; readonly file: string };
  /** Share by which a metric may be worse than the baseline when no threshold speaks of it. */
  readonly tolerance: number;
  readonly significance: number;
}

/**
 * Holds a scenario's runs against its thresholds and the baseline.
 *
 * @param files SHA-256 of the files that the scenario names
 * @throws InputError `check/other-baseline`
 */
export function checkRuns(
  loaded: LoadedScenario,
  runs: readonly Result[],
  { baseline, tolerance, significance }: CheckOptions,
  files: Readonly<Record<string, string>> = {},
): Omit<ScenarioCheck, "partial"> & { entry: BaselineEntry } {
  const { name } = loaded.scenario;
  const entry = baselineEntry(loaded, runs, files);
  const changes =
    baseline === undefined ? [] : changesSince(baseline.content, name, entry, runs[0]!.tool, baseline.file);
  const evidence = { scenario: name, runs, baseline: baseline?.content.scenarios[name], significance };
  const own = loaded.thresholds.map((threshold, i) => {
    const at = loaded.locate(["thresholds", i], "value");
    return { ...evaluate(threshold, evidence), ...(at === undefined ? {} : { at }) };
  });
  const spoken = loaded.thresholds.some(({ bound }) => bound.kind === "baseline");
  const standard = baseline === undefined || spoken ? [] : standardThresholds(runs[0]!, tolerance);
  const assertions = [...own, ...standard.map((threshold) => evaluate(threshold, evidence))];
  return { scenario: name, seeds: entry.seeds, assertions, changes, entry };
}
