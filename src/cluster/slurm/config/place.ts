import type { Problem } from "../../../core/errors.js";

/** What a problem needs to be found again: a position in a file, or a path in the scenario. */
export type Where = Pick<Problem, "at" | "path" | "within">;

/** Where a key and its value were written, so that a part of the value can be pointed at. */
export interface Place {
  key(): Where;
  /** The value, or `part` of it that starts at index `from`. */
  value(part?: string, from?: number): Where;
}

/** `key=value` as it was written, in a file or inline in a scenario. */
export interface Setting {
  readonly key: string;
  readonly value: string;
  readonly place: Place;
}

/** A line of a file after comments, continuation and escapes are gone, or a text of the scenario; it knows its place. */
export interface ConfLine {
  readonly text: string;
  where(from: number, length: number): Where;
}

/** The place of a setting of a line. */
export function placeInLine(line: ConfLine, key: [number, number], value: [number, number]): Place {
  const at = (from: number, length: number): Where => line.where(from, Math.max(1, length));
  return {
    key: () => at(...key),
    value: (part, from = 0) => (part === undefined ? at(...value) : at(value[0] + from, part.length)),
  };
}

/** The place of a value of the scenario. */
export function placeInScenario(path: readonly (string | number)[]): Place {
  return {
    key: () => ({ path }),
    value: (part, from = 0) => (part === undefined ? { path } : { path, within: { part, from } }),
  };
}
