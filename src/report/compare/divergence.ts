import type { Choice, Divergence } from "../../experiment/compare/divergence.js";
import type { Moved, Moves } from "../../experiment/compare/moves.js";
import { formatNumber, formatTime } from "../figures.js";
import type { Style } from "../style.js";
import { tableLines } from "../table.js";
import { listed, wrap } from "../text.js";
import { shortTime } from "./figures.js";

/** Tenants beyond these are summed up in the JSON only. */
const MOST_TENANTS = 8;

/** Where the decisions of two runs part, and whom that moved. */
export async function divergenceLines(
  { first, moves }: Divergence,
  before: string,
  after: string,
  width: number,
  style: Style,
): Promise<string[]> {
  if (first === undefined) return wrap(`${after} decides exactly as ${before}.`, width);
  const lines = [
    style.heading(`First decision of ${after} that differs: at ${formatTime(first.time)}`),
    ...wrap(`${before} ${choiceText(first.before, true)}`, width, "  "),
    ...wrap(`${after} ${choiceText(first.after, false)}`, width, "  "),
  ];
  if (first.instead !== undefined) {
    const who = first.before.act === "wait" ? before : after;
    lines.push(...wrap(`instead, ${who} ${choiceText(first.instead, true)}`, width, "  "));
  }
  for (const one of moves) lines.push(...(await moveLines(one, width, style)));
  return lines;
}

/** What a side did: `starts job 7 of ada, size 8, on n0:8`. */
export function choiceText(choice: Choice, named: boolean): string {
  const { kind, id, tenant, size } = choice.subject;
  const whose = tenant === "" ? "" : ` of ${tenant}`;
  const full = `${kind} ${id}${whose}, ${kind === "request" ? `${formatNumber(size)} tokens` : `size ${size}`},`;
  const who = named ? full : "it";
  if (choice.act === "wait") {
    const reason = choice.reason === undefined ? "" : ` (${choice.reason})`;
    return `lets ${named ? full.slice(0, -1) : "it"} wait${reason}`;
  }
  return choice.act === "start" ? `starts ${who} on ${choice.where}` : `preempts ${who.replace(/,$/, "")}`;
}

async function moveLines(
  { kind, all, onlyBefore, onlyAfter, byTenant, bySize }: Moves,
  width: number,
  style: Style,
) {
  if (all.earlier + all.later + onlyBefore + onlyAfter === 0)
    return wrap(`Every ${kind} starts at the same time.`, width, "  ");
  const counts = [
    `${formatNumber(all.earlier)} ${kind}s start earlier`,
    `${formatNumber(all.later)} later`,
    `${formatNumber(all.same)} at the same time`,
    ...(onlyBefore > 0 ? [`${formatNumber(onlyBefore)} no longer`] : []),
    ...(onlyAfter > 0 ? [`${formatNumber(onlyAfter)} only now`] : []),
  ];
  const lines = wrap(`${listed(counts)}; ${shiftText(all)} on average.`, width, "  ");
  const groups = (title: string, of: ReadonlyMap<string, Moved>, entries = [...of]) =>
    of.size < 2 ? [] : entries.map(([name, moved]) => [`  ${title} ${name}`, ...figures(moved)]);
  const loudest = [...byTenant].sort(([, a], [, b]) => Math.abs(b.meanShift) - Math.abs(a.meanShift));
  const rows = [
    ...groups(kind === "job" ? "user" : "tenant", byTenant, loudest.slice(0, MOST_TENANTS)),
    ...groups(kind === "job" ? "size" : "input tokens", bySize),
  ];
  if (rows.length === 0) return lines;
  return [
    ...lines,
    ...(await tableLines({ head: ["", "earlier", "later", "mean shift"], rows }, width, style)),
  ];
}

function figures(moved: Moved): string[] {
  return [formatNumber(moved.earlier), formatNumber(moved.later), shiftText(moved)];
}

function shiftText({ meanShift }: Moved): string {
  if (meanShift === 0) return "unmoved";
  return `${shortTime(Math.abs(meanShift))} ${meanShift < 0 ? "earlier" : "later"}`;
}
