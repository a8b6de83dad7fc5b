import { InputError, type Position, type Problem } from "../../core/errors.js";
import { closest } from "../../core/suggest.js";

export interface ColumnSet {
  /** Every column that the format reads. */
  readonly known: readonly string[];
  readonly required: readonly string[];
  /** Other names under which a column is known elsewhere. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** The format's name of a column by the file's; undefined when the format has no such column. Case does not count. */
export function columnName(set: ColumnSet, name: string): string | undefined {
  const lower = name.toLowerCase();
  const own = set.aliases?.[lower] ?? lower;
  return set.known.includes(own) ? own : undefined;
}

/** A column that is passed over: one listed by name, or with `*` any that the format does not have. */
export function isIgnored(set: ColumnSet, ignore: readonly string[], name: string): boolean {
  if (ignore.includes("*") && columnName(set, name) === undefined) return true;
  return ignore.some((one) => one.toLowerCase() === name.toLowerCase());
}

/** Looks like a header of these columns: all required ones are among the names. */
export function hasColumns(set: ColumnSet, names: readonly string[]): boolean {
  const found = new Set(names.map((name) => columnName(set, name)));
  return set.required.every((name) => found.has(name));
}

export function unknownColumn(set: ColumnSet, name: string, at: Position): Problem {
  const near = closest(name, [...set.known, ...Object.keys(set.aliases ?? {})]);
  const known = near === undefined ? `columns: ${set.known.join(", ")}` : `did you mean ${near}?`;
  return {
    code: "trace/unknown-column",
    message: `unknown column "${name}"`,
    at,
    hint: `${known} (or list it under ignore)`,
  };
}

/**
 * Where each known column stands in a header line.
 * @throws InputError with every unknown, repeated or missing column.
 */
export function locateColumns(
  set: ColumnSet,
  names: readonly string[],
  ignore: readonly string[],
  at: (field: number) => Position,
): Map<string, number> {
  const found = new Map<string, number>();
  const wrong: Problem[] = [];
  names.forEach((name, field) => {
    if (isIgnored(set, ignore, name)) return;
    const own = columnName(set, name);
    if (own === undefined) wrong.push(unknownColumn(set, name, at(field)));
    else if (found.has(own))
      wrong.push({ code: "trace/duplicate-column", message: `column "${name}" stands twice`, at: at(field) });
    else found.set(own, field);
  });
  const missing = set.required.filter((name) => !found.has(name));
  if (missing.length > 0)
    wrong.push({
      code: "trace/missing-column",
      message: `no column "${missing.join('", "')}" in the header`,
      at: at(0),
      hint: `the first line names the columns: ${set.known.join(", ")}`,
    });
  if (wrong.length > 0) throw new InputError(wrong);
  return found;
}
