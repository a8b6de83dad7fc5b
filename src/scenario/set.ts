import { parseDocument } from "yaml";
import { InputError, type Position, type Problem } from "../core/errors.js";
import { closest } from "../core/suggest.js";
import { indexOf, type Layer, type Layered, part, without, withPart } from "./layers.js";
import type { Path } from "./positions.js";
import { valueAt } from "./schema-walk.js";

/** A value that replaces one of the scenario's; it stands at its path in an option, which shows keys and value. */
export interface Override extends Layer {
  readonly path: Path;
  readonly value: unknown;
}

/** An option of the command line that changes one value: `{ name: "--set", text: "scheduler.policy=easy" }`. */
export interface OverrideText {
  name: string;
  text: string;
}

/**
 * Reads `key.key.0.key=value`; the value is YAML, `null` takes the key out.
 *
 * @throws InputError `scenario/bad-set`
 */
export function parseSet(option: OverrideText): Override {
  const equals = option.text.indexOf("=");
  const keys = option.text.slice(0, Math.max(equals, 0)).split(".");
  if (equals < 1 || keys.includes(""))
    throw new InputError({
      code: "scenario/bad-set",
      message: `${option.name} needs a key and a value`,
      at: span(option, 0, option.text.length),
      hint: `such as ${option.name} scheduler.policy=easy`,
    });
  const path = keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const doc = parseDocument(option.text.slice(equals + 1), { prettyErrors: false });
  if (doc.errors.length > 0)
    throw new InputError({
      code: "scenario/bad-set",
      message: `the value of ${keys.join(".")} is not YAML`,
      at: span(option, equals + 1, option.text.length),
      hint: "quote it for the shell and, if it is text, for YAML",
    });
  return {
    path,
    value: doc.toJS(),
    locate: (at, what) => locateIn(option, keys, at, what, equals + 1),
    describe: () => option.name,
  };
}

/** An option such as `--until 2h`, which stands for one key. */
export function override(path: Path, value: unknown, option: OverrideText): Override {
  const at = span(option, 0, option.text.length);
  return {
    path,
    value,
    locate: (other) => (startsWith(other, path) ? at : undefined),
    describe: () => option.name,
  };
}

/**
 * The scenario's data with the overrides applied in order; the given data stay as they are.
 *
 * @throws InputError `scenario/bad-set` when a key goes through a value that has no keys, or past a list's end
 */
export function applyOverrides(layered: Layered, overrides: readonly Override[]): Layered {
  const problems: Problem[] = [];
  let result = layered;
  for (const change of overrides) {
    try {
      result = setIn(result, change, 0);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const { path, ...problem } of error.problems) {
        const at = path && change.locate(path, "key");
        problems.push({ ...problem, ...(at ? { at } : {}) });
      }
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return result;
}

function setIn(below: Layered, change: Override, depth: number): Layered {
  const { path, value } = change;
  if (depth === path.length) return { data: value, origin: { layer: change, at: path } };
  const { data } = below;
  const typed = path[depth]!;
  const name = path.slice(0, depth).join(".");
  const refuse = (message: string, hint: string) =>
    new InputError({ code: "scenario/bad-set", message, hint, path: path.slice(0, depth + 1) });
  if (data !== undefined && data !== null && typeof data !== "object")
    throw refuse(`${name} is ${JSON.stringify(data)} and has no keys`, `set ${name} itself`);
  const key = Array.isArray(data) ? indexOf(data, typed) : typed;
  if (key === undefined) throw noEntry(data as unknown[], typed, name, refuse);
  if (value === null && depth === path.length - 1) return without(below, key);
  const there = valueAt(data, [key]) !== undefined;
  const inner = there
    ? part(below, [key])
    : { data: undefined, origin: { layer: change, at: path.slice(0, depth + 1) } };
  return withPart(below, key, setIn(inner, change, depth + 1));
}

function noEntry(
  entries: readonly unknown[],
  key: string | number,
  list: string,
  refuse: (message: string, hint: string) => InputError,
): InputError {
  if (typeof key === "number")
    return refuse(
      `${list} has ${entries.length === 1 ? "1 entry" : `${entries.length} entries`}`,
      `count from 0; ${entries.length} adds one`,
    );
  const names = entries.map((entry) => valueAt(entry, ["name"])).filter((name) => typeof name === "string");
  const near = closest(key, names);
  return refuse(
    `${list} is a list and has no key "${key}"`,
    near === undefined ? `count from 0, such as ${list}.0` : `did you mean ${list}.${near}?`,
  );
}

function locateIn(
  option: OverrideText,
  keys: readonly string[],
  path: Path,
  what: "key" | "value",
  valueStart: number,
): Position | undefined {
  const shared = Math.min(keys.length, path.length);
  for (let i = 0; i < shared; i++) if (keys[i] !== String(path[i])) return undefined;
  if (path.length === 0) return undefined;
  if (path.length > keys.length || (path.length === keys.length && what === "value"))
    return span(option, valueStart, option.text.length);
  const start = keys.slice(0, path.length - 1).reduce((sum, key) => sum + key.length + 1, 0);
  return span(option, start, start + keys[path.length - 1]!.length);
}

/** Options have no lines: line 0 says so. */
function span(option: OverrideText, from: number, to: number): Position {
  return {
    file: option.name,
    line: 0,
    column: from + 1,
    length: Math.max(1, to - from),
    text: option.text,
  };
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((key, i) => key === path[i]);
}
