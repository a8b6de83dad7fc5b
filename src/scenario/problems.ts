import * as z from "zod/mini";
import type { Problem } from "../core/errors.js";
import { closest } from "../core/suggest.js";
import type { FieldParams } from "./fields.js";
import type { Path } from "./positions.js";

/** A problem that has its path but not yet its position. */
export interface PathProblem extends Problem {
  path: Path;
  /** The key that is not there. */
  missing?: string;
  /** The key that an unknown one probably stands for. */
  meant?: string;
}

type Schema = z.core.$ZodType;

/** What the validator found, in our words. */
export function schemaProblems(
  issues: readonly z.core.$ZodIssue[],
  schema: Schema,
  data: unknown,
): PathProblem[] {
  return issues.flatMap((issue) => explain(issue, schema, data, []));
}

function explain(issue: z.core.$ZodIssue, schema: Schema, data: unknown, before: Path): PathProblem[] {
  const path = [...before, ...(issue.path as (string | number)[])];
  const key = path.at(-1);
  const value = valueAt(data, path);
  const named = typeof key === "number" ? nameOf(path) : `"${key}"`;
  const problem = (code: string, message: string, hint?: string): PathProblem[] => [
    { code: `scenario/${code}`, message, path, ...(hint === undefined ? {} : { hint }) },
  ];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((unknown) => unknownKey(unknown, path, schema));
  if (path.length === 0)
    return problem("wrong-type", "a scenario is a mapping of keys to values", "such as name: my-scenario");
  const missing =
    value === undefined &&
    (issue.code === "invalid_type" ||
      issue.code === "invalid_value" ||
      issue.code === "invalid_union" ||
      paramsOf(issue)?.code === "scenario/missing-key");
  if (missing) return [missingKey(path, schema)];
  if (value === null)
    return problem("wrong-type", `${named} has no value`, "give it one, or take the key out");
  switch (issue.code) {
    case "custom": {
      const { code, must, hint } = paramsOf(issue)!;
      return [{ code, message: `${named} ${must}`, path, ...(hint === undefined ? {} : { hint }) }];
    }
    case "invalid_value":
      return problem(
        "unknown-value",
        `${named} must be ${either(issue.values.map(String))}, not ${shown(value)}`,
        meant(value, issue.values.map(String)),
      );
    case "invalid_union": {
      // A key takes one thing or a list of such: the branch of the kind that was given has the errors that help.
      const branches = unionOf(schemaAt(schema, path, data));
      const chosen = branches.findIndex((branch) => (kindOf(branch) === "array") === Array.isArray(value));
      const errors = issue.errors[chosen];
      if (errors === undefined) return problem("wrong-type", `${named} cannot be ${shown(value)}`);
      return errors.flatMap((inner) => explain(inner, schema, data, path));
    }
    case "invalid_type":
      return problem(
        "wrong-type",
        `${named} must be ${KINDS[issue.expected] ?? issue.expected}, not ${shown(value)}`,
      );
    case "too_small":
      return problem(
        "out-of-range",
        `${named} needs at least ${issue.minimum === 1 ? "one entry" : `${issue.minimum} entries`}`,
      );
    default:
      return problem("wrong-type", `${named} is wrong: ${issue.message}`);
  }
}

const KINDS: Readonly<Record<string, string>> = {
  object: "a mapping of keys to values",
  record: "a mapping of keys to values",
  array: "a list",
  boolean: "true or false",
  string: "text",
};

function unknownKey(key: string, parent: Path, schema: Schema): PathProblem {
  const known = keysAt(schema, parent);
  const near = closest(key, known);
  return {
    code: "scenario/unknown-key",
    message: `"${key}" is not a key of ${nameOf(parent)}`,
    path: [...parent, key],
    ...(near === undefined
      ? { hint: `keys: ${known.join(", ")}` }
      : { hint: `did you mean "${near}"?`, meant: near }),
  };
}

function missingKey(path: Path, schema: Schema): PathProblem {
  const parent = path.slice(0, -1);
  const key = path.at(-1)!;
  const description = z.globalRegistry.get(schemaAt(schema, path) ?? schema)?.description;
  return {
    code: "scenario/missing-key",
    message: `${nameOf(parent)} needs "${key}"`,
    path: parent,
    missing: String(key),
    ...(description === undefined ? {} : { hint: `${key}: ${firstSentence(description)}` }),
  };
}

/** `fleet.pools[0]`; `the scenario` for its root. */
export function nameOf(path: Path): string {
  if (path.length === 0) return "the scenario";
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`)).join("");
}

/** `did you mean "easy"?`, when something is near. */
export function meant(value: unknown, names: readonly string[]): string | undefined {
  const near = closest(String(value), names);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** `a, b or c`. */
export function either(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

const shown = (value: unknown) => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
};

function firstSentence(text: string): string {
  return text.split(/\.(?:\s|$)/)[0]!;
}

function paramsOf(issue: z.core.$ZodIssue): FieldParams | undefined {
  return issue.code === "custom" ? (issue.params as FieldParams | undefined) : undefined;
}

/** The schema below the wrappers that only say optional, default or transformed. */
function bare(schema: Schema | undefined): Schema | undefined {
  let inner = schema;
  for (;;) {
    const def = inner?._zod.def as { innerType?: Schema } | undefined;
    if (def?.innerType === undefined) return inner;
    inner = def.innerType;
  }
}

function kindOf(schema: Schema | undefined): string | undefined {
  return bare(schema)?._zod.def.type;
}

function unionOf(schema: Schema | undefined): readonly Schema[] {
  return (bare(schema)?._zod.def as { options?: readonly Schema[] } | undefined)?.options ?? [];
}

function schemaAt(root: Schema, path: Path, data?: unknown): Schema | undefined {
  let schema: Schema | undefined = root;
  let value = data;
  for (const key of path) {
    schema = step(schema, key, value);
    value = valueAt(value, [key]);
  }
  return schema;
}

function step(schema: Schema | undefined, key: string | number, value: unknown): Schema | undefined {
  let inner = bare(schema);
  const branches = unionOf(inner);
  if (branches.length > 0)
    inner = bare(
      branches.find((b) => (kindOf(b) === "array") === (typeof key === "number" || Array.isArray(value))),
    );
  const def = inner?._zod.def as
    | { shape?: Record<string, Schema>; element?: Schema; valueType?: Schema }
    | undefined;
  if (def?.element !== undefined) return typeof key === "number" ? def.element : undefined;
  return def?.shape?.[key] ?? def?.valueType;
}

function keysAt(root: Schema, path: Path): string[] {
  let schema = bare(schemaAt(root, path));
  const branches = unionOf(schema);
  if (branches.length > 0) schema = bare(branches.find((b) => kindOf(b) === "object"));
  return Object.keys((schema?._zod.def as { shape?: object } | undefined)?.shape ?? {});
}
