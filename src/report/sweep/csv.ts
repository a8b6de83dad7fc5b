import type { SweepTable } from "../../experiment/sweep/table.js";
import { csvField } from "../csv.js";
import { heads } from "./cells.js";

/** One line a point; an empty field where it has no such number. */
export function sweepCsv(table: SweepTable): string {
  const lines = table.rows.map(({ values, seed, error, warnings, metrics }) => {
    const texts = [...values, seed, error ?? "", warnings.join(" ")].map(csvField);
    return [...texts, ...metrics.map((value) => (value === null ? "" : String(value)))].join(",");
  });
  return [heads(table).map(csvField).join(","), ...lines, ""].join("\n");
}
