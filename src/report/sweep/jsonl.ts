import type { SweepRow, SweepTable } from "../../experiment/sweep/table.js";

/** One point as an object, metrics by `name.stat{label=value}` in the units of the registry. */
export function pointJson({ keys, columns }: SweepTable, row: SweepRow): object {
  const { values, seed, error, warnings, from, metrics } = row;
  const numbers = columns.flatMap(({ id }, i) => (metrics[i] === null ? [] : [[id, metrics[i]] as const]));
  return {
    values: Object.fromEntries(keys.map((key, i) => [key, values[i]!])),
    seed,
    ...(error === undefined ? {} : { error }),
    warnings,
    ...(from === null || from === 0 ? {} : { from }),
    metrics: Object.fromEntries(numbers),
  };
}

/** One line a point. */
export function sweepJsonLines(table: SweepTable): string {
  return table.rows.map((row) => `${JSON.stringify(pointJson(table, row))}\n`).join("");
}
