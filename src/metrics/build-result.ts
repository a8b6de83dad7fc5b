import { RESULT_SCHEMA_VERSION, type Result } from "./result.js";
import type { RunMetrics } from "./run-metrics.js";
import type { Settings, Warning } from "./warnings.js";
import type { Window } from "./window.js";

/** What the metrics do not know about their run. */
export interface RunIdentity {
  tool: Result["tool"];
  scenario: string;
  /** SHA-256 of the resolved scenario. */
  scenarioHash: string;
  traceHashes: Result["traceHashes"];
  seed: string | number;
  window: Window;
  /** Simulated time, µs. */
  duration: number;
  settings: Settings;
  /** Found before and beside the metrics, such as dropped rows of a trace. */
  warnings?: readonly Warning[];
}

/** The result of a run whose journal has ended. */
export function buildResult(identity: RunIdentity, measured: RunMetrics): Result {
  const { tool, scenario, scenarioHash, traceHashes, seed, window, duration, settings } = identity;
  const { metrics, warnings, neverRan } = measured.collect(settings);
  const to = Math.min(window.to, duration);
  return {
    schemaVersion: RESULT_SCHEMA_VERSION,
    tool,
    scenario,
    scenarioHash,
    traceHashes,
    seed: String(seed),
    partial: settings.partial,
    window: { from: Math.min(window.from, to), to },
    duration,
    metrics,
    warnings: [...(identity.warnings ?? []), ...warnings],
    ...(neverRan.length === 0 ? {} : { neverRan }),
  };
}
