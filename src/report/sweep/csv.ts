import type { SweepTable } from "../../experiment/sweep/table.js";
import { csvField } from "../csv.js";
import { hasWindows, heads } from "./cells.js";

/** One line a point; an empty field where it has no such number. */
export function sweepCsv(table: SweepTable): string {
  const number = (value: number | null) => (value === null ? "" : String(value));
  const windows = hasWindows(table);
  const lines = table.rows.map(({ values, seed, error, warnings, from, metrics }) => {
    const texts = [...values, seed, error ?? "", warnings.join(" ")].map(csvField);
    return [...texts, ...(windows ? [number(from)] : []), ...metrics.map(number)].join(",");
  });
  return [heads(table).map(csvField).join(","), ...lines, ""].join("\n");
}
