import type { Comparison, Row } from "../../experiment/compare/compare.js";
import { metricKey } from "../../experiment/compare/compare.js";
import { NO_BREAK } from "../figures.js";
import { details, escaped, markdownTable } from "../markdown.js";
import { PLAIN } from "../style.js";
import { divergenceLines } from "./divergence.js";
import { intervalText, relativeText, signed, valueText } from "./figures.js";
import { isUnchanged, judgedRows, tallyText } from "./rows.js";
import { howText } from "./text.js";

/** A comparison for a pull request: a verdict for each variant, what changed, the rest folded. */
export async function comparisonMarkdown(comparison: Comparison): Promise<string> {
  const rows = judgedRows(comparison);
  const [base, ...others] = comparison.sides as [string, ...string[]];
  const lines = [`${escaped(howText(comparison))}.`];
  for (const [side, name] of others.entries()) {
    const changed = rows.filter(
      (row) => row.judgements[side] && row.judgements[side].verdict !== "no change",
    );
    lines.push("", `### ${escaped(name)} against ${escaped(base)}: ${tallyText(rows, side)}`, "");
    if (changed.length > 0) lines.push(...table(base, name, changed, side));
    const divergence = comparison.divergences[side];
    if (divergence !== undefined) {
      const text = await divergenceLines(divergence, base, name, 100, PLAIN);
      lines.push("", ...details("Decisions", ["```text", ...text, "```"]));
    }
  }
  const unchanged = rows.filter(isUnchanged);
  if (unchanged.length > 0) {
    const names = unchanged.map(({ metric }) => `\`${metricKey(metric)}\``).join(", ");
    lines.push("", ...details(`${unchanged.length} metrics without change`, [names]));
  }
  lines.push(...comparison.warnings.flatMap((warning) => ["", `> ${escaped(warning)}.`]));
  return `${lines.join("\n")}\n`.replaceAll(NO_BREAK, " ");
}

function table(base: string, name: string, rows: readonly Row[], side: number): string[] {
  return markdownTable(
    ["metric", base, name, "difference", "interval", "change", "verdict"],
    rows.map(({ metric, values, judgements }) => {
      const { difference, relative, verdict } = judgements[side]!;
      return [
        metricKey(metric),
        valueText(metric, values[0] ?? null),
        valueText(metric, values[side + 1] ?? null),
        signed(metric, difference.estimate),
        intervalText(metric, difference.low, difference.high),
        relativeText(relative),
        verdict,
      ];
    }),
  );
}
