import type { Column } from "../../experiment/sweep/columns.js";
import type { SweepTable } from "../../experiment/sweep/table.js";

/** Heads of the flat forms, CSV and Parquet: the keys, then what is known of every point, then a column per metric. */
export function heads(table: SweepTable): string[] {
  const { keys, columns } = table;
  const known = ["seed", "error", "warnings", ...(hasWindows(table) ? ["measured from [us]"] : [])];
  return [...keys, ...known, ...columns.map(columnHead)];
}

/** Whether some point leaves out its start. */
export function hasWindows({ rows, warmUp }: SweepTable): boolean {
  return warmUp || rows.some(({ from }) => from !== null && from > 0);
}

/** Times are whole microseconds, and the head says so: a number must not leave its unit behind. */
function columnHead({ id, unit }: Column): string {
  return unit === "1" || unit === "count" ? id : `${id} [${unit}]`;
}
