import type { Plan, Tried } from "../../experiment/plan/plan.js";
import type { Standing } from "../../experiment/plan/targets.js";
import { formatNumber, formatPercent, formatTime } from "../figures.js";
import { PLAIN, type Style } from "../style.js";
import { tableLines } from "../table.js";
import { wrap } from "../text.js";

/** A plan on one screen: the answer, what was tried, the margin, what breaks first below, and what to be careful about. */
export async function planText(plan: Plan, width = 80, style: Style = PLAIN): Promise<string> {
  const { scenario, key, smallest, tried, targets } = plan;
  const share = formatPercent(plan.confidence);
  const answer =
    smallest === undefined
      ? `${scenario}: ${key} = ${tried.at(-1)!.value}, the largest asked for, does not meet all targets`
      : `${scenario}: ${key} = ${smallest.value} is the smallest that meets all targets with ${share} confidence`;
  const head = [shortKey(key), ...targets.map(({ text }) => text)];
  const rows = tried.map((one) => [one.value, ...cells(one, targets.length)]);
  const lines = wrap(answer, width).map(style.heading);
  lines.push("", ...(await tableLines({ head, rows }, width, style)));
  const each = `${plan.replications} replications each under the same random numbers, ${tried.length} of ${plan.values} values tried`;
  lines.push(...wrap(style.faint(each), width));
  if (smallest !== undefined) lines.push("", ...wrap(around(plan, smallest), width, "  "));
  for (const warning of warnings(plan))
    lines.push("", ...wrap(`Warning: ${warning}.`, width, "  ").map(style.warning));
  return `${lines.join("\n")}\n`;
}

function shortKey(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1);
}

function cells({ standings, error }: Tried, count: number): string[] {
  if (error === undefined) return standings.map(cell);
  return Array.from({ length: count }, (_, i) => (i === 0 ? "✗ cannot run" : ""));
}

function cell({ found, error, unit, met }: Standing): string {
  if (found === null) return `${met ? "✓" : "✗"} no samples`;
  const show = (value: number) => (unit === "us" ? formatTime(value) : formatNumber(value));
  return `${met ? "✓" : "✗"} ${show(found)}${Number.isFinite(error) && error > 0 ? ` ± ${show(error)}` : ""}`;
}

/** The target with the least room. */
function tightest({ targets }: Plan, { standings }: Tried): { text: string; margin: number } {
  const margins = standings.map(({ margin }, i) => ({ text: targets[i]!.text, margin }));
  return margins.reduce((least, one) => (one.margin < least.margin ? one : least));
}

function around(plan: Plan, smallest: Tried): string {
  const tight = tightest(plan, smallest);
  const room = `Tightest is ${tight.text}, with ${formatPercent(tight.margin)} to spare.`;
  const below = plan.tried[plan.tried.indexOf(smallest) - 1];
  if (below === undefined) return `${room} It is the smallest value asked for.`;
  if (below.error !== undefined) return `${room} With ${below.value} it cannot run: ${below.error}.`;
  const broken = tightest(plan, below);
  return `${room} At ${below.value} breaks first: ${broken.text}, ${
    broken.margin < 0 ? `missed by ${formatPercent(-broken.margin)}` : "met on average, but not surely"
  }.`;
}

function warnings({ monotone, replications, key }: Plan): string[] {
  return [
    ...(monotone
      ? []
      : [
          `targets are met and missed in turn as ${key} grows: look at the whole curve with sweep before trusting this`,
        ]),
    ...(replications > 1
      ? []
      : ["a single replication says nothing of chance: take --replications 5 or more"]),
  ];
}
