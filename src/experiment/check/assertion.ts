import type { Position } from "../../core/errors.js";
import type { Metric } from "../../metrics/result.js";
import type { Interval } from "../statistics/intervals.js";

/** One thing that was checked. `passed: true` means that it passed. */
export interface Assertion {
  readonly scenario: string;
  /** The threshold as it is written, or what a baseline asks for. */
  readonly name: string;
  readonly passed: boolean;
  /** A warning that did not pass does not fail the check. */
  readonly level: "error" | "warn";
  readonly unit: Metric["unit"];
  /** What was asked for, in words: `< 2h`, `at most 5 % above the baseline`. */
  readonly expected: string;
  /** Mean over replications of the number that decided; null without samples. */
  readonly found: number | null;
  /** Which of several numbers decided: the worst. */
  readonly labels: Readonly<Record<string, string>>;
  /** The same of the baseline; undefined when it was not asked. */
  readonly baseline?: number;
  /** Of found less baseline. */
  readonly difference?: Interval;
  /** By replication. */
  readonly values: readonly (number | null)[];
  readonly seeds: readonly string[];
  /** Why it did not pass when that is not just the number. */
  readonly reason?: string;
  /** Where the threshold stands. */
  readonly at?: Position;
}

/** What became of one scenario. */
export interface ScenarioCheck {
  readonly scenario: string;
  readonly seeds: readonly string[];
  readonly assertions: readonly Assertion[];
  /** Values that differ from those of the baseline: what is being tested. */
  readonly changes: readonly ValueChange[];
  /** Ctrl-C came before all replications had ended. */
  readonly partial: boolean;
}

export interface ValueChange {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Whether the gate stays shut. */
export function hasFailed(checks: readonly ScenarioCheck[]): boolean {
  return checks.some(({ assertions }) =>
    assertions.some(({ passed, level }) => !passed && level === "error"),
  );
}
