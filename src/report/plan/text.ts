import { decisiveTarget, frontier } from "../../experiment/plan/frontier.js";
import type { Plan } from "../../experiment/plan/plan.js";
import type { Dropped, Tried } from "../../experiment/plan/setting.js";
import type { Target } from "../../experiment/plan/targets.js";
import { countOf, formatNumber, NO_BREAK } from "../figures.js";
import { PLAIN, type Style } from "../style.js";
import { shortKeys } from "../sweep/groups.js";
import { type TableText, tableLines } from "../table.js";
import { wrap } from "../text.js";
import { chartLines } from "./chart.js";
import {
  answerText,
  aroundTexts,
  assigned,
  costText,
  effortText,
  standingText,
  warningTexts,
} from "./words.js";

/** A plan on one screen: the answer, what was tried and what it costs, what is around it, what to be careful about. */
export async function planText(plan: Plan, width = 80, style: Style = PLAIN): Promise<string> {
  const lines = wrap(answerText(plan), width).map(style.heading);
  const shown = shownOf(plan);
  lines.push("", ...(await tableLines(tableOf(plan, shown), width, style)));
  lines.push(...wrap(effortText(plan), width).map(style.faint));
  lines.push(...chart(plan, shown, width, style));
  if (plan.dropped.length > 0) lines.push("", ...droppedLines(plan, width, style));
  for (const text of aroundTexts(plan)) lines.push("", ...wrap(text, width, "  "));
  for (const warning of warningTexts(plan))
    lines.push("", ...wrap(`Warning: ${warning}.`, width, "  ").map(style.warning));
  return `${lines.join("\n")}\n`.replaceAll(NO_BREAK, " ");
}

/** All of a range; of combinations what is on the frontier, and the answer. */
export function shownOf(plan: Plan): Tried[] {
  if (plan.goal !== "cheapest") return [...plan.tried];
  const best = frontier(plan, decisiveTarget(plan));
  return plan.tried.filter((one) => one === plan.answer || best.includes(one));
}

export function tableOf(plan: Plan, shown: readonly Tried[]): TableText {
  const { keys, targets, costUnit } = plan;
  const costs = new Set(shown.map(({ cost }) => cost));
  const priced = costs.size > 1;
  const cost = (text: string) => (priced ? [text] : []);
  // Of combinations the cost is what a line goes by, of a range its value.
  const row = (names: readonly string[], price: string) =>
    plan.goal === "cheapest" ? [...cost(price), ...names] : [...names, ...cost(price)];
  const head = row(shortKeys(keys), costUnit === "gpus" ? "GPUs" : "cost/h");
  const rows = shown.map(({ values, cost, standings, error }) => [
    ...row(values, amount(plan, cost)),
    ...targets.map((_, i) => (error ? (i === 0 ? "✗ cannot run" : "") : standingText(standings[i]!))),
  ]);
  return { head: [...head, ...headsOf(targets)], rows };
}

/** Targets as heads of columns: a service that all of them speak of needs not be named in each. */
function headsOf(targets: readonly Target[]): string[] {
  const services = new Set(targets.flatMap(({ metric }) => metric.labels.service ?? []));
  const only = services.size === 1 ? [...services][0]! : undefined;
  return targets.map(({ text }) => text.replace(`{service=${only}}`, ""));
}

function amount({ costUnit }: Plan, cost: number | undefined): string {
  if (cost === undefined) return "-";
  return costUnit === "gpus" ? formatNumber(cost) : cost.toFixed(2);
}

const CHART = 40;
/** As many that were given up are named. */
const FEW = 5;

/** Cost against the metric of the target that decides, with error bars. */
function chart(plan: Plan, shown: readonly Tried[], width: number, style: Style): string[] {
  const index = decisiveTarget(plan);
  const target = plan.targets[index]!;
  const drawn = shown.filter(({ error }) => error === undefined);
  const priced = new Set(drawn.map(({ cost }) => cost)).size > 1;
  const names = drawn.map((one) => (priced ? costText(plan, one) : one.values.join(" ")));
  const pad = Math.max(...names.map((name) => name.length));
  if (drawn.length < 2 || pad + 2 + CHART > width) return [];
  const bars = chartLines(drawn, target, index, CHART);
  const title = `${priced ? "Cost" : shortKeys(plan.keys).join(" ")} against ${target.text}`;
  return [
    "",
    ...wrap(title, width).map(style.heading),
    ...bars.map((bar, i) => `${names[i]!.padStart(pad)}  ${bar}${drawn[i] === plan.answer ? "  ←" : ""}`),
  ];
}

function droppedLines(plan: Plan, width: number, style: Style): string[] {
  const line = ({ set, replications, size, cost }: Dropped) => {
    const what = assigned(set);
    const needs =
      size === undefined ? "never enough" : `enough from ${size} on, ${costText(plan, { cost } as Tried)}`;
    return `${what}: ${needs}, after ${replications === 1 ? "one replication" : `${replications} replications`}`;
  };
  const order = [...plan.dropped].sort((a, b) => (a.cost ?? Infinity) - (b.cost ?? Infinity));
  const more = order.length - FEW;
  return [
    ...wrap("Given up early", width).map(style.heading),
    ...order.slice(0, FEW).flatMap((one) => wrap(line(one), width, "  ")),
    ...(more > 0 ? [style.faint(`and ${countOf(more, "other")}`)] : []),
  ];
}
