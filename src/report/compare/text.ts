import type { Comparison, Row } from "../../experiment/compare/compare.js";
import type { Judgement } from "../../experiment/compare/verdict.js";
import { NO_BREAK } from "../figures.js";
import { PLAIN, type Style } from "../style.js";
import { type TableText, tableLines } from "../table.js";
import { wrap } from "../text.js";
import { divergenceLines } from "./divergence.js";
import { intervalText, relativeText, signed, valueText } from "./figures.js";
import { isUnchanged, judgedRows, sections, tallyText } from "./rows.js";

export interface ComparisonTextOptions {
  width?: number;
  style?: Style;
  /** Show rows without change too. */
  all?: boolean;
}

/** A comparison for a terminal: verdicts, what changed, where decisions part, warnings. Ends with a newline. */
export async function comparisonText(
  comparison: Comparison,
  { width = 80, style = PLAIN, all = false }: ComparisonTextOptions = {},
): Promise<string> {
  const rows = judgedRows(comparison);
  const shown = all ? rows : rows.filter((row) => !isUnchanged(row));
  const [base, ...others] = comparison.sides as [string, ...string[]];
  const lines = wrap(howText(comparison), width).map(style.faint);
  for (const [side, name] of others.entries())
    lines.push(...wrap(`${name} against ${base}: ${tallyText(rows, side)}`, width, "  ").map(style.heading));
  for (const { title, rows: section } of sections(shown)) {
    const table = (others.length === 1 ? oneTable : matrix)(comparison, section, width);
    lines.push("", style.heading(title), ...(await tableLines(table, width, style)));
  }
  const folded = rows.length - shown.length;
  if (folded > 0)
    lines.push(
      "",
      ...wrap(`${folded} of ${rows.length} metrics did not change; --all shows them.`, width).map(
        style.faint,
      ),
    );
  for (const [side, divergence] of comparison.divergences.entries())
    if (divergence !== undefined)
      lines.push("", ...(await divergenceLines(divergence, base, others[side]!, width, style)));
  for (const warning of comparison.warnings)
    lines.push("", ...wrap(`Warning: ${warning}.`, width, "  ").map(style.warning));
  return `${lines.join("\n")}\n`.replaceAll(NO_BREAK, " ");
}

/** What was compared, and how. */
export function howText({ sides, replications, paired, bounds, partial }: Comparison): string {
  const confidence = `${Number((100 * bounds.confidence).toPrecision(4))} % intervals`;
  const tolerance = `tolerance ${Number((100 * bounds.tolerance).toPrecision(4))} %`;
  const random = paired ? "common random numbers" : "independent seeds";
  const times = replications === 1 ? "1 replication" : `${replications} replications`;
  const parts = [`${sides.length} variants`, times, random, confidence, tolerance];
  return `${partial ? "Partial, interrupted: " : ""}${parts.join(", ")}`;
}

type Named = { name: string; row: Row };

/** Two sides: value, value, difference. */
function oneTable({ sides, bounds }: Comparison, rows: readonly Named[], width: number): TableText {
  const roomy = width >= 100;
  const interval = `${Number((100 * bounds.confidence).toPrecision(4))}${NO_BREAK}% interval`;
  return {
    head: ["", ...sides, ...(roomy ? ["difference"] : []), interval, "change", ""],
    rows: rows.map(({ name, row }) => {
      const judgement = row.judgements[0];
      const values = row.values.map((value) => valueText(row.metric, value));
      if (judgement === undefined) return [name, ...values, ...(roomy ? [""] : []), "", "", ""];
      const { low, high, estimate } = judgement.difference;
      const difference = roomy ? [signed(row.metric, estimate)] : [];
      const change = relativeText(judgement.relative);
      return [name, ...values, ...difference, intervalText(row.metric, low, high), change, judgement.verdict];
    }),
  };
}

/** More than two: the baseline's value, and how each of the others differs. */
function matrix({ sides }: Comparison, rows: readonly Named[]): TableText {
  return {
    head: ["", ...sides],
    rows: rows.map(({ name, row }) => [
      name,
      valueText(row.metric, row.values[0] ?? null),
      ...row.judgements.map((judgement) => cell(judgement)),
    ]),
  };
}

function cell(judgement: Judgement | undefined): string {
  if (judgement === undefined) return "-";
  const { verdict, relative, difference } = judgement;
  if (verdict === "no change") return "no change";
  const half = (difference.high - difference.low) / 2;
  const error =
    relative === null || !Number.isFinite(half)
      ? ""
      : ` ±${Number(((100 * half * Math.abs(relative)) / Math.abs(difference.estimate)).toPrecision(2))}`;
  const word = verdict === "within tolerance" ? "tolerable" : verdict;
  return `${relativeText(relative).replace(" %", "")}${error}${NO_BREAK}% ${word}`;
}
