import type { Axis } from "../../experiment/sweep/axis.js";
import type { Column } from "../../experiment/sweep/columns.js";
import { influences } from "../../experiment/sweep/sensitivity.js";
import type { SweepRow, SweepTable } from "../../experiment/sweep/table.js";
import { countOf, formatNumber, formatPercent, formatTime, NO_BREAK } from "../figures.js";
import { PLAIN, type Style } from "../style.js";
import { tableLines } from "../table.js";
import { listed, wrap } from "../text.js";
import { groups, headline, shortKeys } from "./groups.js";

export interface SweepSummaryOptions {
  scenario: string;
  axes: readonly Axis[];
  /** Whether the combinations were drawn. */
  sampled: boolean;
  /** Whether the metrics were chosen by name. */
  chosen: boolean;
  width?: number;
  style?: Style;
}

const MOST_ROWS = 40;
const MOST_RANKED = 4;

/** A sweep on one screen: the mean over seeds per combination, which keys matter, and what to be careful about. */
export async function sweepSummary(table: SweepTable, options: SweepSummaryOptions): Promise<string> {
  const { width = 80, style = PLAIN, scenario } = options;
  const all = groups(table);
  const columns = headline(table.columns, options.chosen);
  const shown = all.slice(0, MOST_ROWS);
  const short = shortKeys(table.keys);
  const head = ["", ...columns.map((i) => table.columns[i]!.id)];
  const rows = shown.map((group) => [
    group[0]!.values.map((value, i) => `${short[i]} ${value}`).join(", "),
    ...columns.map((i) => cell(table.columns[i]!, group, i)),
  ]);
  const seeds = Math.max(0, ...all.map((group) => group.length));
  const lines = wrap(
    `${scenario}: ${countOf(all.length, "combination")}, ${countOf(seeds, "seed")} each, the mean over seeds`,
    width,
  ).map(style.heading);
  lines.push("", ...(await tableLines({ head, rows }, width, style)));
  if (all.length > shown.length)
    lines.push(`and ${countOf(all.length - shown.length, "other combination")}; --out FILE has them all`);
  if (table.warmUp) lines.push(...wrap(warmUpText(table), width, "  ").map(style.faint));
  const notes = columns.flatMap((i) => ranking(table, i, short, options));
  if (notes.length > 0) {
    lines.push("", ...notes.flatMap((note) => wrap(note, width, "  ")));
    lines.push(...wrap(style.faint(explanation(options.sampled)), width));
  }
  const warned = [...warnings(table, all.length), ...failures(table)];
  if (warned.length > 0)
    lines.push("", ...warned.flatMap((text) => wrap(`Warning: ${text}.`, width, "  ")).map(style.warning));
  return `${lines.join("\n")}\n`.replaceAll(NO_BREAK, " ");
}

function cell({ unit }: Column, group: readonly SweepRow[], column: number): string {
  const values = group.flatMap(({ metrics }) => metrics[column] ?? []);
  if (values.length === 0) return "-";
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return unit === "us" ? formatTime(mean) : formatNumber(mean);
}

/** Each point has its own warm-up. */
function warmUpText({ rows }: SweepTable): string {
  const from = rows.flatMap((row) => row.from ?? []).sort((a, b) => a - b);
  const middle = from[from.length >> 1] ?? 0;
  return `warm-up left out by MSER-5: ${formatTime(from[0] ?? 0)} to ${formatTime(from.at(-1) ?? 0)}, ${formatTime(middle)} in the median`;
}

function ranking(
  table: SweepTable,
  column: number,
  short: readonly string[],
  { axes, sampled }: SweepSummaryOptions,
): string[] {
  const ranked = influences(table, column, axes, sampled).slice(0, MOST_RANKED);
  if (ranked.length === 0 || axes.length < 2) return [];
  const said = ranked.map(({ key, share, sign }) => {
    const way = sign === 0 ? "" : sign > 0 ? ", growing" : ", falling";
    return `${short[table.keys.indexOf(key)]} ${formatPercent(share)}${way}`;
  });
  return [`What moves ${table.columns[column]!.id}: ${said.join("; ")}`];
}

function explanation(sampled: boolean): string {
  return sampled
    ? "(squared rank correlation for numbers, share of the variance for the others; the rest is interactions and seeds)"
    : "(share of the variance that each key explains by itself; the rest is interactions and seeds)";
}

function warnings(table: SweepTable, combinations: number): string[] {
  const where = (code: string) => {
    const rows = table.rows.filter((row) => row.warnings.includes(code));
    const named = [...new Set(rows.map(({ values }) => values.join(", ")))];
    const list = named.length > 3 ? `${named.length} of ${combinations} combinations` : listed(named);
    return { count: rows.length, list };
  };
  const codes = [...new Set(table.rows.flatMap((row) => row.warnings))].sort();
  return codes.map((code) => {
    const { count, list } = where(code);
    const what = `${countOf(count, "point")} of ${formatNumber(table.rows.length)}`;
    const meaning = MEANINGS[code];
    return meaning === undefined ? `${what} gave ${code} (${list})` : `${what} ${meaning} (${list})`;
  });
}

const MEANINGS: Readonly<Record<string, string>> = {
  "jobs/saturated":
    "were saturated, the queue still growing when the last job arrived: their waits only measure how long the arrivals lasted",
  "requests/saturated":
    "were saturated, requests still piling up when the last one arrived: their TTFT only measures how long the arrivals lasted",
  "run/censored": "ended before all work had: the longest waits are missing",
  "jobs/not-steady": "were not steady: waits still changed over the measured window",
  "requests/not-steady": "were not steady: times to first token still changed over the measured window",
  "run/not-settled": "had not settled in the first half, where MSER-5 looks for the end of the warm-up",
  "run/too-short": "had too little work to tell where the warm-up ends: all of it is measured",
  "jobs/warm-up": "start with an empty fleet, which shortens the first waits: --warm-up auto leaves them out",
  "requests/warm-up": "start with replicas that still load: --warm-up auto leaves that out",
};

function failures(table: SweepTable): string[] {
  const failed = table.rows.filter(({ error }) => error !== undefined);
  return failed.length === 0
    ? []
    : [
        `${countOf(failed.length, "point")} gave no result: ${failed[0]!.error} (${failed[0]!.values.join(", ")})`,
      ];
}
