import { basename, dirname, isAbsolute, relative, resolve } from "node:path";
import { InputError, type Problem } from "../core/errors.js";
import { type Environment, substitute } from "./environment.js";
import { type Layer, type Layered, overlay, without } from "./layers.js";
import { locateProblems } from "./locate.js";
import { type Path, parseSource, type Source } from "./positions.js";
import { readScenario } from "./read.js";
import { valueAt } from "./schema-walk.js";

/** A scenario to load: the path of its file, its text, or its content as a plain object. */
export type ScenarioInput =
  | string
  | { text: string; name: string; folder?: string }
  | { object: Readonly<Record<string, unknown>>; name?: string; folder?: string };

/** The source of an input, the name that it has by itself, and the folder its paths are relative to. */
export async function openInput(
  input: ScenarioInput,
): Promise<{ source: Source; name: string; folder: string }> {
  if (typeof input === "string")
    return {
      source: parseSource(await readScenario(input), input),
      name: nameOfFile(input),
      folder: dirname(resolve(input)),
    };
  const folder = resolve(input.folder ?? ".");
  if ("text" in input)
    return { source: parseSource(input.text, input.name), name: nameOfFile(input.name), folder };
  return { source: { data: input.object, locate: () => undefined }, name: input.name ?? "scenario", folder };
}

/** A scenario that was read, with those that it is built on. */
export interface OpenedScenario {
  readonly layered: Layered;
  /** The name that it has by itself. */
  readonly name: string;
  /** Absolute path of the folder that its paths are relative to. */
  readonly folder: string;
}

/**
 * A scenario together with those that it is built on: `extends` lays it over another file, of which it takes all but
 * the name and description. Paths stay relative to the file that gives them.
 *
 * @throws InputError for a file that cannot be read or parsed, a variable that is not set, and
 *   `scenario/extends-cycle`
 */
export async function openScenario(input: ScenarioInput, environment?: Environment): Promise<OpenedScenario> {
  const { source, name, folder } = await openInput(input);
  const own = [typeof input === "string" ? resolve(input) : ""];
  return { layered: await onItsBase(source, folder, folder, environment, own), name, folder };
}

async function onItsBase(
  source: Source,
  folder: string,
  home: string,
  environment: Environment | undefined,
  chain: readonly string[],
): Promise<Layered> {
  const own = layerOf(source, environment);
  const { extends: base } = (own.data ?? {}) as { extends?: unknown };
  if (typeof base !== "string") return own;
  const file = resolve(folder, base);
  const refuse = (code: string, message: string, hint: string) =>
    new InputError(locateProblems([{ code, message, hint, path: ["extends"] }], source));
  if (chain.includes(file)) {
    const way = [...chain.slice(chain.indexOf(file)), file].map((one) => basename(one)).join(" extends ");
    throw refuse("scenario/extends-cycle", way, "a scenario cannot be built on itself");
  }
  const shown = relative(".", file);
  const text = await readScenario(shown).catch((error) => {
    const [problem] = error instanceof InputError ? error.problems : [];
    if (problem === undefined) throw error;
    throw refuse(problem.code, `${base}: ${problem.message}`, problem.hint ?? "");
  });
  const below = await onItsBase(parseSource(text, shown), dirname(file), home, environment, [...chain, file]);
  const inherited = ["name", "description"].reduce(
    (rest, key) => (valueAt(rest.data, [key]) === undefined ? rest : without(rest, key)),
    rebased(below, dirname(file), home),
  );
  return overlay(inherited, without(own, "extends"));
}

function layerOf(source: Source, environment: Environment | undefined): Layered {
  const problems: Problem[] = [];
  const data =
    environment === undefined
      ? source.data
      : substitute(source.data, environment, (problem) => problems.push(problem));
  if (problems.length > 0) throw new InputError(locateProblems(problems, source));
  const layer: Layer = {
    locate: (path, what) => source.locate(path, what),
    describe(path) {
      const at = source.locate(path, "value");
      const place = at === undefined ? "given" : `${at.file}:${at.line}`;
      const written = valueAt(source.data, path);
      return typeof written === "string" && written.includes("${") ? `${place}, ${written}` : place;
    },
  };
  return { data, origin: { layer, at: [] } };
}

/** Keys whose values are paths even without a leading dot. */
const PATHS: ReadonlySet<string | number> = new Set(["trace", "conf"]);
/** The same beside `conf`, by themselves or in a list; elsewhere these words are names. */
const SCHEDULER_PATHS: ReadonlySet<string | number | undefined> = new Set(["accounts", "qos", "topology"]);

function namesFile(path: Path): boolean {
  if (PATHS.has(path.at(-1) ?? "")) return true;
  const key = typeof path.at(-1) === "number" ? path.length - 2 : path.length - 1;
  return path[key - 1] === "scheduler" && SCHEDULER_PATHS.has(path[key]);
}

/** The same data in another folder: paths relative to `from` become relative to `to`. */
function rebased(layered: Layered, from: string, to: string): Layered {
  if (from === to) return layered;
  const move = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((one, i) => move(one, [...path, i]));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, move(one, [...path, key])]));
    const isPath =
      typeof value === "string" &&
      value !== "-" &&
      !isAbsolute(value) &&
      (/^\.\.?\//.test(value) || namesFile(path));
    if (!isPath) return value;
    const moved = relative(to, resolve(from, value));
    return moved.startsWith(".") ? moved : `./${moved}`;
  };
  return { ...layered, data: move(layered.data, []) };
}

function nameOfFile(path: string): string {
  return path === "-" ? "scenario" : basename(path).replace(/\.(ya?ml|json)$/, "");
}
