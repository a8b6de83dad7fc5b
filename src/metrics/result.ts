/**
 * The result of a run: the contract between `run` and everything that reads results later. Keys sorted, no absolute
 * path, no wall-clock time: the same scenario and seed give the same bytes.
 *
 * Versioning: consumers ignore unknown keys of a newer minor version and refuse an unknown major one.
 */
export const RESULT_SCHEMA_VERSION = "1.2";

export interface Metric {
  /** `name.stat`, such as `wait.p95`; the registry holds every name. */
  name: string;
  /** What the population is narrowed to or measured over: `{service: "chat"}`, `{over: "user"}`. */
  labels: Record<string, string>;
  /** `us` (microseconds), `1` (a ratio or a pure number), `count`, `1/s`, … */
  unit: string;
  /** Which way is better. */
  direction: "lower" | "higher" | "neutral";
  /** Whom the number speaks of, in words. */
  population: string;
  /** Samples behind the number. */
  n: number;
  /** Members of the population whose value is not known because the run or the window ended first. */
  censored: number;
  /** null when there is no sample. */
  value: number | null;
  /** How it was computed: `type 7`, `sketch 0.1%`, `mean`, `exact`, … */
  method: string;
}

export interface Result {
  schemaVersion: string;
  tool: { name: string; version: string };
  /** Name of the scenario. */
  scenario: string;
  /** SHA-256 of the resolved scenario. */
  scenarioHash: string;
  /** SHA-256 of each trace by the path that the scenario gives. */
  traceHashes: Record<string, string>;
  seed: string;
  /** False, or why the run did not come to its end. */
  partial: false | "interrupted" | "entities";
  /** Measured window, µs since the run's start. */
  window: {
    from: number;
    to: number;
    /** What found the end of the warm-up, when it was not stated. */
    warmUp?: "MSER-5";
  };
  /** Simulated time, µs. */
  duration: number;
  metrics: Metric[];
  warnings: { code: string; message: string; hint?: string }[];
  /**
   * Jobs that never ran, by how and why in their scheduler's own words; absent when there are none. `refused` at their
   * submission, `removed` by the scheduler while they waited, or still `waiting` when nothing could happen any more.
   */
  neverRan?: {
    how: "refused" | "removed" | "waiting";
    /** Empty when none was ever given. */
    reason: string;
    count: number;
    /** Names of the first hundred. */
    jobs: string[];
  }[];
}
