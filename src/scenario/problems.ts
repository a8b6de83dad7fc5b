import * as z from "zod/mini";
import type { Problem } from "../core/errors.js";
import { closest } from "../core/suggest.js";
import type { FieldParams } from "./fields.js";
import type { Path } from "./positions.js";
import { branchFor, keysAt, type Schema, schemaAt, tagsOf, unionOf, valueAt } from "./schema-walk.js";

/** A problem that has its path but not yet its position. */
export interface PathProblem extends Problem {
  path: Path;
  /** The key that is not there. */
  missing?: string;
  /** The key that an unknown one probably stands for. */
  meant?: string;
}

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
    return issue.keys.map((unknown) => unknownKey(unknown, path, schema, data));
  if (path.length === 0)
    return problem(
      "wrong-type",
      "the top level must be a mapping of keys to values",
      "such as name: my-scenario",
    );
  const missing =
    value === undefined &&
    (issue.code === "invalid_type" ||
      issue.code === "invalid_value" ||
      issue.code === "invalid_union" ||
      paramsOf(issue)?.code === "scenario/missing-key");
  if (missing) return [missingKey(path, schema, data)];
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
      const discriminator = "discriminator" in issue ? String(issue.discriminator) : undefined;
      if (discriminator !== undefined) {
        const names = tagsOf(
          schemaAt(schema, path.slice(0, -1), data),
          discriminator,
          valueAt(data, path.slice(0, -1)),
        );
        return problem(
          "unknown-value",
          `${named} must be ${either(names)}, not ${shown(value)}`,
          meant(value, names),
        );
      }
      // A key takes one thing or a list of such: the branch of the kind that was given has the errors that help.
      const union = unionOf(schemaAt(schema, path, data));
      const errors = issue.errors[union.indexOf(branchFor(union, value)!)];
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

function unknownKey(key: string, parent: Path, schema: Schema, data: unknown): PathProblem {
  const known = keysAt(schema, parent, data);
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

function missingKey(path: Path, schema: Schema, data: unknown): PathProblem {
  const parent = path.slice(0, -1);
  const key = path.at(-1)!;
  const description = z.globalRegistry.get(schemaAt(schema, path, data) ?? schema)?.description;
  return {
    code: "scenario/missing-key",
    message: `${nameOf(parent)} needs "${key}"`,
    path: parent,
    missing: String(key),
    ...(description === undefined ? {} : { hint: `${key}: ${firstSentence(description)}` }),
  };
}

/** `fleet.pools[0]`; `the top level` for its root. */
export function nameOf(path: Path): string {
  if (path.length === 0) return "the top level";
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
