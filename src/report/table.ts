import type { Style } from "./style.js";
import { wrap } from "./text.js";

/** Below this width tables are not worth their columns. */
export const NARROW = 60;
const GAP = "  ";

/** The first column is names and the others figures. */
export interface TableText {
  head: string[];
  rows: string[][];
}

/** Columns that a table takes. */
export function tableWidth({ head, rows }: TableText): number {
  const columns = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  return columns.reduce((sum, column) => sum + column + GAP.length, -GAP.length);
}

/** A table without rules as lines; where it does not fit the width, each row is a sentence of its own. */
export async function tableLines(table: TableText, width: number, style: Style): Promise<string[]> {
  if (width < NARROW || tableWidth(table) > width)
    return table.rows.flatMap((row) => narrowRow(table.head, row, width));
  // Loaded here: the library costs 11 ms, which runs that print JSON need not spend.
  const { default: Table } = await import("cli-table3");
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
  const sides = { "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" };
  const printed = new Table({
    head: table.head.map((head) => (head === "" ? "" : style.faint(head))),
    colAligns: table.head.map((_, i) => (i === 0 ? "left" : "right")),
    chars: { ...none, ...sides, right: "", "right-mid": "", middle: GAP },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  printed.push(...table.rows);
  return printed
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

function narrowRow(head: readonly string[], row: readonly string[], width: number): string[] {
  const figures = row
    .slice(1)
    .flatMap((figure, i) => (head[i + 1] === "" ? [] : [`${head[i + 1]} ${figure}`]));
  return wrap(`${row[0]}: ${figures.join(", ")}`, width, "  ");
}
