import { parseDocument } from "yaml";
import { InputError, type Position, type Problem } from "../core/errors.js";
import type { Path } from "./positions.js";

/** A value that replaces one of the scenario's, with where it was typed. */
export interface Override {
  readonly path: Path;
  readonly value: unknown;
  /** Where the key (its last part) or the value at a path stands in the option; undefined for another path. */
  locate(path: Path, what: "key" | "value"): Position | undefined;
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
  };
}

/** An option such as `--until 2h`, which stands for one key. */
export function override(path: Path, value: unknown, option: OverrideText): Override {
  const at = span(option, 0, option.text.length);
  return { path, value, locate: (other) => (startsWith(other, path) ? at : undefined) };
}

/**
 * The scenario's data with the overrides applied in order; the given data stay as they are.
 *
 * @throws InputError `scenario/bad-set` when a key goes through a value that has no keys, or past a list's end
 */
export function applyOverrides(data: unknown, overrides: readonly Override[]): unknown {
  const problems: Problem[] = [];
  let result = data;
  for (const change of overrides) {
    try {
      result = setIn(result, change.path, 0, change.value);
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

function setIn(data: unknown, path: Path, depth: number, value: unknown): unknown {
  if (depth === path.length) return value;
  const key = path[depth]!;
  const rest = (old: unknown) => setIn(old, path, depth + 1, value);
  const refuse = (message: string, hint: string) =>
    new InputError({ code: "scenario/bad-set", message, hint, path: path.slice(0, depth + 1) });
  const name = path.slice(0, depth).join(".");
  if (Array.isArray(data)) {
    if (typeof key !== "number")
      throw refuse(`${name} is a list and has no key "${key}"`, `count from 0, such as ${name}.0`);
    if (key > data.length)
      throw refuse(
        `${name} has ${data.length === 1 ? "1 entry" : `${data.length} entries`}`,
        `count from 0; ${data.length} adds one`,
      );
    if (value === null && depth === path.length - 1) return data.filter((_, i) => i !== key);
    const copy = [...data];
    copy[key] = rest(data[key]);
    return copy;
  }
  if (data !== undefined && data !== null && typeof data !== "object")
    throw refuse(`${name} is ${JSON.stringify(data)} and has no keys`, `set ${name} itself`);
  const copy: Record<string, unknown> = { ...(data as Record<string, unknown> | null | undefined) };
  if (value === null && depth === path.length - 1) delete copy[key];
  else copy[key] = rest(copy[key]);
  return copy;
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
