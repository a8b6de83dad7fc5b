import { InputError, type Position, type Problem } from "../core/errors.js";
import { closest } from "../core/suggest.js";
import { checkWith } from "./check.js";
import type { Environment } from "./environment.js";
import { hashOf } from "./hash.js";
import { type Layered, locate, overlay, part, without } from "./layers.js";
import { locateProblems } from "./locate.js";
import { type OpenedScenario, openScenario, type ScenarioInput } from "./open.js";
import type { Path } from "./positions.js";
import { either } from "./problems.js";
import { resolveScenario } from "./resolve.js";
import { type Prices, resolvePrices } from "./resolve-prices.js";
import { resolveThresholds, type Threshold } from "./resolve-thresholds.js";
import type { Scenario } from "./scenario.js";
import { scenarioSchema } from "./schema.js";
import { valueAt } from "./schema-walk.js";
import { applyOverrides, type Override, type OverrideText, override, parseSet } from "./set.js";

/** What replaces values of the scenario; a later `set` wins, `seed`, `until` and `warmUp` win over `set`. */
export interface Overrides {
  /** One of the scenario's `variants`, laid over it before anything else. */
  variant?: string;
  /** `key.key=value` each, as after `--set`. */
  set?: readonly string[];
  seed?: string | number;
  /** A duration with its unit. */
  until?: string;
  /** Start of the measured window: a duration with its unit, or `auto`. */
  warmUp?: string;
  /** What `${NAME}` in the scenario stands for; without an environment it is plain text. */
  environment?: Environment;
}

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** What is not wrong, but should be known: settings that are not modelled. Located. */
  readonly warnings: readonly Problem[];
  /** What its results must meet; they are no part of what is run, and of its hash. */
  readonly thresholds: readonly Threshold[];
  /** Factor on how densely all work arrives; the scenario's rates and speedups have it in them. */
  readonly load: number;
  /** Price of a GPU-hour by GPU type; no part of what is run either. */
  readonly prices: Prices;
  /** What was written, with base, variant and overrides in place. */
  readonly data: unknown;
  /** Absolute path of the folder that the scenario's paths are relative to. */
  readonly folder: string;
  /** SHA-256 of the resolved scenario: the same for the same content, wherever it lies. */
  readonly hash: string;
  /** Names of the scenario's variants, in the order in which they are written. */
  readonly variants: readonly string[];
  /** Where the key, or the value, at a path was written: in a file or on the command line. */
  locate(path: Path, what: "key" | "value"): Position | undefined;
  /** What gave the value at a path, for people: `day.yaml:4`, `--set`. */
  originOf(path: Path): string;
}

/**
 * Reads, checks and resolves a scenario.
 *
 * @throws InputError with everything that is wrong with it, located, in source order
 */
export async function loadScenario(input: ScenarioInput, overrides: Overrides = {}): Promise<LoadedScenario> {
  return loadOpened(await openScenario(input, overrides.environment), overrides);
}

/**
 * Checks and resolves a scenario that was read, under some overrides: it need not be read again for others.
 *
 * @throws InputError as `loadScenario`
 */
export async function loadOpened(
  { layered: written, name, folder }: OpenedScenario,
  overrides: Omit<Overrides, "environment"> = {},
): Promise<LoadedScenario> {
  const changes = overridesOf(overrides);
  const layered = applyOverrides(withVariant(written, overrides.variant), changes);
  const { data } = layered;
  const find = (path: Path, what: "key" | "value") => locate(layered, path, what);
  const { value, problems } = await checkWith(scenarioSchema, data, async (parsed, report) => {
    const thresholds = resolveThresholds(parsed.thresholds, report);
    const scenario = await resolveScenario(parsed, folder, name, report);
    const prices = resolvePrices(parsed.prices, scenario.fleet.gpuTypes, report);
    return { scenario, thresholds, prices, load: parsed.load, warnings: report.warnings };
  });
  if (value === undefined) throw new InputError(locateProblems(problems, { locate: find }));
  const { scenario } = value;
  return {
    ...value,
    warnings: locateProblems(value.warnings, { locate: find }),
    data: valueAt(data, ["variants"]) === undefined ? data : without(layered, "variants").data,
    folder,
    hash: hashOf(scenario),
    variants: Object.keys(valueAt(data, ["variants"]) ?? {}),
    locate: find,
    originOf(path) {
      const { layer, at } = part(layered, path).origin;
      return layer.describe(at);
    },
  };
}

/** @throws InputError `usage/unknown-variant`, and `scenario/unknown-key` for keys that a variant cannot have */
function withVariant(layered: Layered, name: string | undefined): Layered {
  if (name === undefined) return layered;
  const path = ["variants", name];
  const variant = part(layered, path);
  if (typeof variant.data !== "object" || variant.data === null) {
    const names = Object.keys(valueAt(layered.data, ["variants"]) ?? {});
    const near = closest(name, names);
    const known =
      names.length === 0 ? "it has none" : `it has ${either(names).replace(/ or (?=\S+$)/, " and ")}`;
    throw new InputError({
      code: "usage/unknown-variant",
      message: `the scenario has no variant "${name}"`,
      hint: near === undefined ? known : `did you mean "${near}"?`,
    });
  }
  const foreign = ["extends", "variants"].filter((key) => key in (variant.data as object));
  if (foreign.length > 0)
    throw new InputError(
      locateProblems(
        foreign.map((key) => ({
          code: "scenario/unknown-key",
          message: `a variant has no "${key}"`,
          path: [...path, key],
        })),
        { locate: (at, what) => locate(layered, at, what) },
      ),
    );
  return overlay(layered, variant);
}

function overridesOf({ set = [], seed, until, warmUp }: Overrides): Override[] {
  const named = (name: string, path: Path, value: string | number | undefined) => {
    const text: OverrideText = { name, text: String(value) };
    return value === undefined ? [] : [override(path, String(value), text)];
  };
  return [
    ...set.map((text) => parseSet({ name: "--set", text })),
    ...named("--seed", ["seed"], seed),
    ...named("--until", ["until"], until),
    ...named("--warm-up", ["measure", "from"], warmUp),
  ];
}
