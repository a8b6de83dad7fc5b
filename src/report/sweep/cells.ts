import type { Column } from "../../experiment/sweep/columns.js";
import type { SweepTable } from "../../experiment/sweep/table.js";

/** Heads of the flat forms, CSV and Parquet: the keys, then what is known of every point, then a column per metric. */
export function heads({ keys, columns }: SweepTable): string[] {
  return [...keys, "seed", "error", "warnings", ...columns.map(columnHead)];
}

/** Times are whole microseconds, and the head says so: a number must not leave its unit behind. */
function columnHead({ id, unit }: Column): string {
  return unit === "1" || unit === "count" ? id : `${id} [${unit}]`;
}
