import type { Result } from "../metrics/result.js";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A result as canonical JSON: keys sorted by code units, numbers in their shortest form, one line for each metric and
 * warning, a newline at the end. Equal results are equal bytes.
 */
export function resultJson(result: Result): string {
  const fields = sortedEntries(result as unknown as { [key: string]: Json }).map(([key, value]) => {
    const lines = Array.isArray(value) && value.length > 0 ? list(value) : compact(value);
    return `  ${JSON.stringify(key)}: ${lines}`;
  });
  return `{\n${fields.join(",\n")}\n}\n`;
}

function list(values: readonly Json[]): string {
  return `[\n${values.map((value) => `    ${compact(value)}`).join(",\n")}\n  ]`;
}

function compact(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(compact).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    const entries = sortedEntries(value as { readonly [key: string]: Json });
    return `{${entries.map(([key, field]) => `${JSON.stringify(key)}: ${compact(field)}`).join(", ")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value))
    throw new RangeError(`${value} has no place in a result`);
  return JSON.stringify(value);
}

/** JSON has no undefined: such fields are absent. */
function sortedEntries(object: { readonly [key: string]: Json }): [string, Json][] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
