import type { Problem } from "../../core/errors.js";
import type { Result } from "../../metrics/result.js";

/** One run of an experiment: a scenario with some values replaced, under one seed. */
export interface Point {
  /** `key=value` each, as after `--set`. */
  readonly set: readonly string[];
  readonly seed: string;
}

/** A point made ready to run anywhere: plain data that survive JSON, another thread and another machine. */
export interface Task {
  /** Names the result by its content; see `keyOf`. */
  readonly key: string;
  /** SHA-256 of the resolved scenario, so that whoever runs the task can tell that it is the same one. */
  readonly scenarioHash: string;
  /** The scenario as it was written, with the point's values in place. */
  readonly data: unknown;
  /** Name of the scenario when the data give none. */
  readonly name: string;
  /** Absolute path of the folder that the scenario's paths are relative to. */
  readonly folder: string;
}

/** What became of a task. */
export type Outcome =
  | { readonly result: Result }
  /** The scenario or a trace of it cannot be used, or the result cannot be kept (`store/…`). */
  | { readonly problems: readonly Problem[] }
  /** A fault of ours or of a user's module, with what to report. */
  | { readonly fault: string };
