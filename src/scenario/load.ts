import { basename, dirname, resolve as resolvePath } from "node:path";
import { InputError, type Position } from "../core/errors.js";
import { checkWith } from "./check.js";
import { hashOf } from "./hash.js";
import { type Path, parseSource, type Source } from "./positions.js";
import { readScenario } from "./read.js";
import { resolveScenario } from "./resolve.js";
import type { Scenario } from "./scenario.js";
import { scenarioSchema } from "./schema.js";
import { applyOverrides, type Override, type OverrideText, override, parseSet } from "./set.js";

/** A scenario to load: the path of its file, its text, or its content as a plain object. */
export type ScenarioInput =
  | string
  | { text: string; name: string; folder?: string }
  | { object: Readonly<Record<string, unknown>>; name?: string; folder?: string };

/** What replaces values of the scenario; a later `set` wins, `seed` and `until` win over `set`. */
export interface Overrides {
  /** `key.key=value` each, as after `--set`. */
  set?: readonly string[];
  seed?: string | number;
  /** A duration with its unit. */
  until?: string;
}

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** What was written, with the overrides in place. */
  readonly data: unknown;
  /** Absolute path of the folder that the scenario's paths are relative to. */
  readonly folder: string;
  /** SHA-256 of the resolved scenario: the same for the same content, wherever it lies. */
  readonly hash: string;
  /** Where the key, or the value, at a path was written: in the file or on the command line. */
  locate(path: Path, what: "key" | "value"): Position | undefined;
}

/**
 * Reads, checks and resolves a scenario.
 *
 * @throws InputError with everything that is wrong with it, located, in source order
 */
export async function loadScenario(input: ScenarioInput, overrides: Overrides = {}): Promise<LoadedScenario> {
  return loadOpened(await openInput(input), overrides);
}

/** A scenario whose source was read: it need not be read again for other overrides. */
export interface OpenedScenario {
  readonly source: Source;
  /** The name that it has by itself. */
  readonly name: string;
  /** Absolute path of the folder that its paths are relative to. */
  readonly folder: string;
}

/**
 * Checks and resolves a scenario that was read, under some overrides.
 *
 * @throws InputError as `loadScenario`
 */
export async function loadOpened(
  { source, name, folder }: OpenedScenario,
  overrides: Overrides = {},
): Promise<LoadedScenario> {
  const changes = overridesOf(overrides);
  const locate = (path: Path, what: "key" | "value") => locateIn(source, changes, path, what);
  const data = applyOverrides(source.data, changes);
  const { value: scenario, problems } = await checkWith(scenarioSchema, data, (parsed, report) =>
    resolveScenario(parsed, folder, name, report),
  );
  if (scenario === undefined) throw locateError(new InputError(problems), { locate });
  return { scenario, data, folder, hash: hashOf(scenario), locate };
}

/**
 * The same error with a position for each problem that only has a path, in source order. Later stages find out more
 * about a scenario's values, but only the loaded scenario knows where they were written.
 */
export function locateError(error: InputError, loaded: Pick<LoadedScenario, "locate">): InputError {
  const problems = error.problems.map((problem) => {
    if (problem.at !== undefined || problem.path === undefined) return problem;
    const at = loaded.locate(problem.path, ABOUT_KEYS.has(problem.code) ? "key" : "value");
    return at === undefined ? problem : { ...problem, at };
  });
  const line = (at: Position | undefined) => (at === undefined ? Number.POSITIVE_INFINITY : at.line);
  return new InputError(
    [...problems].sort((a, b) => line(a.at) - line(b.at) || (a.at?.column ?? 0) - (b.at?.column ?? 0)),
  );
}

/** Problems whose path ends in a key that is wrong itself, whatever its value. */
const ABOUT_KEYS: ReadonlySet<string> = new Set([
  "scenario/unknown-key",
  "scenario/unknown-option",
  "scenario/contradiction",
]);

/** The source of an input, the name that it has by itself, and the folder its paths are relative to. */
export async function openInput(input: ScenarioInput): Promise<OpenedScenario> {
  if (typeof input === "string")
    return {
      source: parseSource(await readScenario(input), input),
      name: nameOfFile(input),
      folder: dirname(resolvePath(input)),
    };
  const folder = resolvePath(input.folder ?? ".");
  if ("text" in input)
    return { source: parseSource(input.text, input.name), name: nameOfFile(input.name), folder };
  return { source: { data: input.object, locate: () => undefined }, name: input.name ?? "scenario", folder };
}

function nameOfFile(path: string): string {
  return path === "-" ? "scenario" : basename(path).replace(/\.(ya?ml|json)$/, "");
}

function overridesOf({ set = [], seed, until }: Overrides): Override[] {
  const named = (name: string, key: string, value: string | number | undefined) => {
    const text: OverrideText = { name, text: String(value) };
    return value === undefined ? [] : [override([key], String(value), text)];
  };
  return [
    ...set.map((text) => parseSet({ name: "--set", text })),
    ...named("--seed", "seed", seed),
    ...named("--until", "until", until),
  ];
}

function locateIn(
  source: Source,
  changes: readonly Override[],
  path: Path,
  what: "key" | "value",
): Position | undefined {
  const late = [...changes].reverse();
  for (const change of late)
    if (path.length >= change.path.length) {
      const at = change.locate(path, what);
      if (at !== undefined) return at;
    }
  const inFile = source.locate(path, what);
  if (inFile !== undefined) return inFile;
  for (const change of late) {
    const at = change.locate(path, "key");
    if (at !== undefined) return at;
  }
  // A value that a default supplied: the nearest thing that was written.
  return path.length > 0 ? locateIn(source, changes, path.slice(0, -1), "key") : undefined;
}
