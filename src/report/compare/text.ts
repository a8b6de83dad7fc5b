import type { Comparison, Row } from "../../experiment/compare/compare.js";
import type { Judgement, Verdict } from "../../experiment/compare/verdict.js";
import { NO_BREAK } from "../figures.js";
import { PLAIN, type Style } from "../style.js";
import { type TableText, tableLines, tableWidth } from "../table.js";
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
  if (shown.length > 0)
    lines.push(...wrap("✗ worse, ✓ better, ≈ within tolerance, = no change", width).map(style.faint));
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
  const confidence = `${percent(bounds.confidence)} intervals`;
  const tolerance = `tolerance ${percent(bounds.tolerance)}`;
  const random = paired ? "common random numbers" : "independent seeds";
  const times = replications === 1 ? "1 replication" : `${replications} replications`;
  const parts = [`${sides.length} variants`, times, random, confidence, tolerance];
  return `${partial ? "Partial, interrupted: " : ""}${parts.join(", ")}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(4))}${NO_BREAK}%`;
}

type Named = { name: string; row: Row };

/** Two sides: value, value, difference. */
function oneTable({ sides, bounds }: Comparison, rows: readonly Named[], width: number): TableText {
  const roomy = width >= 100;
  const interval = `${percent(bounds.confidence)} interval`;
  return {
    head: ["", ...sides, ...(roomy ? ["difference"] : []), interval, "change"],
    rows: rows.map(({ name, row }) => {
      const judgement = row.judgements[0];
      const values = row.values.map((value) => valueText(row.metric, value));
      if (judgement === undefined) return [name, ...values, ...(roomy ? [""] : []), "", ""];
      const { low, high, estimate } = judgement.difference;
      const difference = roomy ? [signed(row.metric, estimate)] : [];
      const change = `${MARKS[judgement.verdict]} ${relativeText(judgement.relative)}`;
      return [name, ...values, ...difference, intervalText(row.metric, low, high), change];
    }),
  };
}

const MARKS: Record<Verdict, string> = { worse: "✗", better: "✓", "within tolerance": "≈", "no change": "=" };

/** More than two: the baseline's value, and how each of the others differs; with intervals where there is room. */
function matrix(comparison: Comparison, rows: readonly Named[], width: number): TableText {
  const full = matrixOf(comparison, rows, true);
  return tableWidth(full) <= width ? full : matrixOf(comparison, rows, false);
}

function matrixOf({ sides }: Comparison, rows: readonly Named[], intervals: boolean): TableText {
  return {
    head: ["", ...sides],
    rows: rows.map(({ name, row }) => [
      name,
      valueText(row.metric, row.values[0] ?? null),
      ...row.judgements.map((judgement) => cell(judgement, intervals)),
    ]),
  };
}

/** `✗ +12.3 % (+8.1 to +16.4)`, in percent of the baseline. */
function cell(judgement: Judgement | undefined, intervals: boolean): string {
  if (judgement === undefined) return "-";
  const { verdict, relative, difference } = judgement;
  if (verdict === "no change") return MARKS[verdict];
  const text = `${MARKS[verdict]} ${relativeText(relative)}`;
  if (!intervals || relative === null || !Number.isFinite(difference.low)) return text;
  const share = (value: number) => relativeText((value * relative) / difference.estimate).replace(" %", "");
  return `${text} (${share(difference.low)} to ${share(difference.high)})`;
}
