import { InputError } from "../../core/errors.js";
import { TOOL } from "../../core/version.js";
import type { SweepTable } from "../../experiment/sweep/table.js";
import type { SweepCliOptions } from "../commands/sweep.js";
import type { Terminal } from "../terminal.js";
import { writeWhole } from "../write-whole.js";
import type { NamedPlan } from "./plan-sweep.js";

type Format = "csv" | "jsonl" | "parquet";

/**
 * The format of `--out`, told before anything runs.
 *
 * @throws InputError `usage/unknown-format`
 */
export function formatOf({ out, format }: SweepCliOptions): Format {
  if (out === "-" && format === "parquet")
    throw new InputError({
      code: "usage/contradiction",
      message: "Parquet is no text to print",
      hint: "name a file: --out points.parquet",
    });
  if (format !== undefined) return format;
  if (out === undefined || out === "-" || out.endsWith(".csv")) return "csv";
  if (out.endsWith(".jsonl")) return "jsonl";
  if (out.endsWith(".parquet")) return "parquet";
  throw new InputError({
    code: "usage/unknown-format",
    message: `the ending of ${out} names no format`,
    hint: "end it in .csv, .jsonl or .parquet, or say --format",
  });
}

/** Writes `--out`, and prints what was asked for. */
export async function showSweep(
  table: SweepTable,
  plan: NamedPlan,
  options: SweepCliOptions,
  terminal: Terminal,
): Promise<void> {
  const { out, json, quiet, metric } = options;
  const { scenario, sampled, design } = plan;
  if (out !== undefined) {
    const content = await written(table, formatOf(options));
    if (typeof content === "string" && out === "-") terminal.out(content);
    else writeWhole(out, content);
  }
  if (out === "-") return;
  if (json) {
    const { sweepJson } = await import("../../report/sweep/json.js");
    terminal.out(sweepJson(table, { tool: TOOL, scenario, axes: design.axes, sampled }));
  } else if (!quiet) {
    const { sweepSummary } = await import("../../report/sweep/summary.js");
    const { width, style } = terminal;
    const chosen = metric !== undefined;
    terminal.out(await sweepSummary(table, { scenario, axes: design.axes, sampled, chosen, width, style }));
    if (out !== undefined) terminal.out(`\nWritten to ${out}\n`);
  }
}

async function written(table: SweepTable, format: Format): Promise<string | Uint8Array> {
  if (format === "csv") return (await import("../../report/sweep/csv.js")).sweepCsv(table);
  if (format === "parquet") return (await import("../../report/sweep/parquet.js")).sweepParquet(table);
  return (await import("../../report/sweep/jsonl.js")).sweepJsonLines(table);
}
