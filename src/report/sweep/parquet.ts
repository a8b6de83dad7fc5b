import { parquetWriteBuffer } from "hyparquet-writer";
import type { SweepTable } from "../../experiment/sweep/table.js";
import { hasWindows, heads } from "./cells.js";

/** One row a point, in the columns of the CSV: text for values, seed, error and warnings, doubles for metrics. */
export function sweepParquet(table: SweepTable): Uint8Array {
  const names = heads(table);
  const { rows, keys, columns } = table;
  const text = (name: string, of: (row: SweepTable["rows"][number]) => string) => ({
    name,
    data: rows.map(of),
    type: "STRING" as const,
  });
  const double = (name: string, of: (row: SweepTable["rows"][number]) => number | null) => ({
    name,
    data: rows.map(of),
    type: "DOUBLE" as const,
    nullable: true,
  });
  const columnData = [
    ...keys.map((_, i) => text(names[i]!, ({ values }) => values[i]!)),
    text("seed", ({ seed }) => seed),
    text("error", ({ error }) => error ?? ""),
    text("warnings", ({ warnings }) => warnings.join(" ")),
    ...(hasWindows(table) ? [double("measured from [us]", ({ from }) => from)] : []),
    ...columns.map((_, i) => double(names[names.length - columns.length + i]!, ({ metrics }) => metrics[i]!)),
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
