import * as z from "zod/mini";
import type { Path } from "./positions.js";

export type Schema = z.core.$ZodType;

/** Finds what the schema says of a place in the data, so that messages can name the keys and values that it may have. */

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

export function unionOf(schema: Schema | undefined): readonly Schema[] {
  return (bare(schema)?._zod.def as { options?: readonly Schema[] } | undefined)?.options ?? [];
}

/** The branch of a union that is meant for a value, by the value's kind and, among mappings, by what names their kind. */
export function branchFor(branches: readonly Schema[], value: unknown): Schema | undefined {
  if (Array.isArray(value)) return branches.find((b) => kindOf(b) === "array");
  if (typeof value === "object" && value !== null) {
    const mappings = branches.filter((b) => kindOf(b) === "object" || unionOf(b).length > 0);
    return (
      mappings.find((b) =>
        Object.entries(shapeOf(b)).some(([key, s]) => literals(s).includes(valueAt(value, [key]))),
      ) ?? mappings[0]
    );
  }
  return branches.find((b) => !["array", "object", "union"].includes(kindOf(b) ?? ""));
}

/** The values that a key may have to name the kind of a mapping. */
export function tagsOf(schema: Schema | undefined, key: string, value: unknown): string[] {
  let branches = unionOf(schema);
  const nested = branchFor(branches, value);
  if (unionOf(nested).length > 0) branches = unionOf(nested);
  return branches.flatMap((branch) => literals(shapeOf(branch)[key])).map(String);
}

function literals(schema: Schema | undefined): readonly unknown[] {
  return schema?._zod.def.type === "literal"
    ? (schema._zod.def as unknown as { values: unknown[] }).values
    : [];
}

export function shapeOf(schema: Schema | undefined): Record<string, Schema> {
  return (bare(schema)?._zod.def as { shape?: Record<string, Schema> } | undefined)?.shape ?? {};
}

/** The schema of one kind of mapping or list at a place where several may stand. */
export function chosen(schema: Schema | undefined, value: unknown): Schema | undefined {
  let inner = bare(schema);
  for (let branches = unionOf(inner); branches.length > 0; branches = unionOf(inner))
    inner = bare(branchFor(branches, value));
  return inner;
}

/** The schema of the value at a path. */
export function schemaAt(root: Schema, path: Path, data: unknown): Schema | undefined {
  let schema: Schema | undefined = root;
  let value = data;
  for (const key of path) {
    const inner = chosen(schema, value);
    const def = inner?._zod.def as { element?: Schema; valueType?: Schema } | undefined;
    schema = typeof key === "number" ? def?.element : (shapeOf(inner)[key] ?? def?.valueType);
    value = valueAt(value, [key]);
  }
  return schema;
}

/** A value that a single field would take, as its description shows one; undefined for mappings and lists. */
export function sample(schema: Schema | undefined): string | number | boolean | undefined {
  const inner = bare(schema);
  const said = inner && (z.globalRegistry.get(inner) as Said | undefined);
  if (said?.examples !== undefined) return said.examples[0];
  const type = [said?.type ?? []].flat()[0];
  if (type === "string") return "x";
  if (type === "integer" || type === "number") return said?.minimum ?? (said?.exclusiveMinimum ?? 0) + 1;
  if (inner?._zod.def.type === "boolean") return false;
  if (inner?._zod.def.type === "enum")
    return Object.values((inner._zod.def as unknown as { entries: Record<string, string> }).entries)[0];
  return undefined;
}

interface Said {
  type?: string | string[];
  examples?: (string | number)[];
  minimum?: number;
  exclusiveMinimum?: number;
}

/** The keys that the mapping at a path may have. */
export function keysAt(root: Schema, path: Path, data: unknown): string[] {
  return Object.keys(shapeOf(chosen(schemaAt(root, path, data), valueAt(data, path))));
}

/** The value at a path; undefined when there is none. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
