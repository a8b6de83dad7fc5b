import type { Result } from "../metrics/result.js";
import { formatTime, NO_BREAK } from "./figures.js";
import { Lookup } from "./lookup.js";
import { PLAIN, type Style } from "./style.js";
import { fairnessSection, waitingSections } from "./summary/fairness.js";
import { historySection } from "./summary/history.js";
import { fleetSection, jobsSection, type Section, serviceSection } from "./summary/tables.js";
import { verdict } from "./summary/verdict.js";
import { tableLines } from "./table.js";
import { listed, wrap } from "./text.js";

export interface SummaryOptions {
  /** Columns of the terminal. */
  width?: number;
  style?: Style;
  /** Where the run was saved, and which files are there. */
  saved?: { folder: string; files: readonly string[] };
}

/** A result on one screen: verdict, tables, fairness, where the waiting went, warnings, files. Ends with a newline. */
export async function summary(result: Result, options: SummaryOptions = {}): Promise<string> {
  const { width = 80, style = PLAIN, saved } = options;
  const found = new Lookup(result.metrics);
  const lines = wrap(title(result), width).map(style.faint);
  lines.push(...wrap(verdict(result, found), width).map(style.heading));
  const sections = [
    jobsSection(found),
    historySection(found),
    ...found.services.map((service) => serviceSection(found, service)),
    fleetSection(found),
    fairnessSection(found),
    ...waitingSections(found),
  ];
  for (const section of sections)
    if (section !== undefined) lines.push("", ...(await render(section, width, style)));
  if (result.warnings.length > 0) lines.push("", ...warnings(result.warnings, width, style));
  if (saved !== undefined)
    lines.push("", ...wrap(`Saved in ${saved.folder}: ${listed(saved.files)}`, width, "  "));
  return `${lines.join("\n")}\n`.replaceAll(NO_BREAK, " ");
}

function title({ scenario, seed, duration, window }: Result): string {
  const parts = [scenario, `seed ${seed}`, `${formatTime(duration)} simulated`];
  const found = window.warmUp === undefined ? "" : ` (warm-up by ${window.warmUp})`;
  if (window.from > 0 || window.to < duration || found !== "")
    parts.push(`measured from ${formatTime(window.from)} to ${formatTime(window.to)}${found}`);
  return parts.join(", ");
}

/** Advice that several warnings in a row share is given once, after the last of them. */
function warnings(all: Result["warnings"], width: number, style: Style): string[] {
  return all.flatMap(({ message, hint }, i) => {
    const lines = wrap(`Warning: ${message}.`, width, "  ").map(style.warning);
    if (hint === undefined || hint === all[i + 1]?.hint) return lines;
    const advice = `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;
    return [...lines, ...wrap(advice, width - 2).map((line) => style.faint(`  ${line}`))];
  });
}

async function render(section: Section, width: number, style: Style): Promise<string[]> {
  const table = section.table === undefined ? [] : await tableLines(section.table, width, style);
  return [
    ...wrap(section.heading, width).map(style.heading),
    ...table,
    ...section.notes.flatMap((note) => wrap(note, width, "  ")),
  ];
}
