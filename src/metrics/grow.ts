import { type Column, grown } from "../core/column.js";

/** The column itself when it has room for `index`, else a copy of at least twice the length with zeros behind. */
export function roomFor<C extends Column>(column: C, index: number): C {
  if (index < column.length) return column;
  return grown(column, Math.max(64, 2 * column.length, index + 1));
}
