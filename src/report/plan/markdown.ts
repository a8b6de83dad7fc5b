import type { Plan } from "../../experiment/plan/plan.js";
import { NO_BREAK } from "../figures.js";
import { details, escaped, markdownTable } from "../markdown.js";
import { shownOf, tableOf } from "./text.js";
import { answerText, aroundTexts, effortText, warningTexts } from "./words.js";

/** A plan for a pull request or a page: the answer, what surrounds it, the curve folded. */
export function planMarkdown(plan: Plan): string {
  const table = (rows: Plan["tried"]) => {
    const { head, rows: cells } = tableOf(plan, rows);
    return markdownTable(head, cells);
  };
  const shown = shownOf(plan);
  const lines = [`### ${escaped(answerText(plan))}`, ""];
  lines.push(...table(shown), "", `${escaped(effortText(plan))}.`);
  for (const text of aroundTexts(plan)) lines.push("", escaped(text));
  for (const warning of warningTexts(plan)) lines.push("", `> ${escaped(warning)}.`);
  const others = plan.tried.filter((one) => !shown.includes(one));
  if (others.length > 0) lines.push("", ...details(`${others.length} others that were tried`, table(others)));
  return `${lines.join("\n")}\n`.replaceAll(NO_BREAK, " ");
}
