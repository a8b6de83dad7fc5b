import { tightest } from "../../experiment/plan/frontier.js";
import type { Headroom } from "../../experiment/plan/headroom.js";
import type { Plan } from "../../experiment/plan/plan.js";
import type { Sanity } from "../../experiment/plan/sanity.js";
import type { Tried } from "../../experiment/plan/setting.js";
import type { Standing, Target } from "../../experiment/plan/targets.js";
import type { Trial } from "../../experiment/plan/trials.js";
import { shortTime } from "../compare/figures.js";
import { countOf, formatNumber, formatPercent } from "../figures.js";
import { shortKeys } from "../sweep/groups.js";

/** A plan in words, the same in every report. */

export function answerText(plan: Plan): string {
  const { scenario, goal, answer, confidence, keys, tried } = plan;
  const short = shortKeys(keys);
  const surely = plan.replications < 2 ? "" : ` with ${formatPercent(confidence)} confidence`;
  const sure = `meets all targets${surely}`;
  if (answer !== undefined)
    return goal === "cheapest"
      ? `${scenario}: the cheapest that ${sure} is ${short.map((key, i) => `${key} = ${answer.values[i]}`).join(", ")}, at ${costText(plan, answer)}`
      : `${scenario}: ${assigned(answer.set)} is the ${goal} that ${sure}`;
  if (goal === "cheapest") return `${scenario}: no combination of ${keys.join(", ")} meets all targets`;
  const [end, word] = goal === "largest" ? [tried[0]!, "smallest"] : [tried.at(-1)!, "largest"];
  return `${scenario}: ${assigned(end.set)}, the ${word} asked for, does not meet all targets`;
}

export function assigned(set: readonly string[]): string {
  return set.map((one) => one.replace("=", " = ")).join(", ");
}

/** `24 GPUs`, `31.50 an hour`. */
export function costText({ costUnit }: Plan, { cost }: Tried): string {
  if (cost === undefined) return "of unknown cost";
  return costUnit === "gpus" ? countOf(cost, "GPU") : `${cost.toFixed(2)} an hour`;
}

export function standingText({ found, error, unit, met }: Standing): string {
  const mark = met ? "✓" : "✗";
  if (found === null) return `${mark} no samples`;
  const show = (value: number) => (unit === "us" ? shortTime(value) : formatNumber(value));
  return `${mark} ${show(found)}${Number.isFinite(error) && error > 0 ? ` ± ${show(error)}` : ""}`;
}

export function effortText({ replications, tried, dropped, combinations, runs }: Plan): string {
  const times = `${countOf(replications, "replication")} each under the same random numbers`;
  const early = dropped.length === 0 ? "" : `, ${countOf(dropped.length, "other")} given up early`;
  return `${times}, ${tried.length} of ${countOf(combinations, "candidate")} tried${early}: ${countOf(runs, "run")}`;
}

/** The room of the answer, what breaks below it, what breaks beyond it, and what queueing theory makes of it. */
export function aroundTexts(plan: Plan): string[] {
  const { answer, targets, headroom, sanity, confidence, replications } = plan;
  if (answer === undefined) return [];
  const tight = tightest(answer.standings);
  const { margin, sureMargin } = answer.standings[tight]!;
  const surely =
    replications < 2
      ? ""
      : ` on average, ${formatPercent(sureMargin)} with ${formatPercent(confidence)} confidence`;
  const room = `Tightest is ${targets[tight]!.text}, with ${formatPercent(margin)} to spare${surely}.`;
  return [
    [room, ...neighbour(plan, answer)].join(" "),
    ...(headroom === undefined ? [] : [headroomText(headroom, targets)]),
    ...(sanity === undefined ? [] : sanityTexts(sanity)),
  ];
}

/** The candidate one step cheaper or harder than the answer. */
function neighbour({ goal, tried, targets, keys }: Plan, answer: Tried): string[] {
  if (goal === "cheapest") return [];
  const beside = tried[tried.indexOf(answer) + (goal === "largest" ? 1 : -1)];
  if (beside === undefined) return [`It is the ${goal} value asked for.`];
  if (beside.error !== undefined) return [`With ${beside.values[0]} it cannot run: ${beside.error.message}.`];
  return [`At ${keys[0]} = ${beside.values[0]} breaks first: ${brokenText(beside, targets)}.`];
}

/** `ttft.p95 < 2s, missed by 12 %`. */
function brokenText({ standings, error }: Trial, targets: readonly Target[]): string {
  if (error !== undefined) return `it cannot run (${error.message})`;
  const index = tightest(standings);
  const { margin } = standings[index]!;
  return `${targets[index]!.text}, ${margin < 0 ? `missed by ${shareText(-margin)}` : "met on average, but not surely"}`;
}

/** What is a little is not nothing. */
function shareText(share: number): string {
  return share < 0.001 ? "less than 0.1 %" : formatPercent(share);
}

function headroomText({ holds, breaks }: Headroom, targets: readonly Target[]): string {
  if (breaks === undefined) return `Load: it takes ${holds} times the load and more.`;
  const takes = holds === 1 ? "no more" : `${holds} times the load`;
  return `Load: it takes ${takes}; at ${breaks.factor} times breaks first: ${brokenText(breaks.trial, targets)}.`;
}

function sanityTexts({ jobs, services }: Sanity): string[] {
  const texts: string[] = [];
  if (jobs !== undefined) {
    const { needs, has, resource, servers, predicted, simulated } = jobs;
    const share = formatPercent(needs / has);
    const waits = Number.isFinite(predicted)
      ? `M/G/c with ${formatNumber(servers)} servers of the mean job's size puts the mean wait at ${shortTime(predicted)}`
      : "with more work than that arriving, M/G/c has no mean wait";
    const beside = simulated === null ? "" : `, simulated ${shortTime(simulated)}`;
    texts.push(
      `Theory: the jobs keep ${formatNumber(needs)} of ${formatNumber(has)} ${resource} busy (${share}, utilisation law); ${waits}${beside}.`,
    );
  }
  for (const { name, inService, replicas } of services)
    texts.push(
      `Theory: ${name} has ${formatNumber(inService)} requests in service at a time (Little's law), ${formatNumber(inService / replicas)} in each of ${countOf(replicas, "replica")}.`,
    );
  return texts;
}

export function warningTexts(plan: Plan): string[] {
  const { monotone, replications, keys, goal, sanity, headroom, tried, answer } = plan;
  const warnings: string[] = [];
  if (!monotone)
    warnings.push(
      `targets are met and missed in turn as ${goal === "cheapest" ? "the size" : keys[0]} grows: look at the whole curve with sweep before trusting this`,
    );
  const runnable = tried.filter(({ error }) => error === undefined);
  if (replications > 1 && runnable.every(({ standings }) => standings.every(({ error }) => error === 0)))
    warnings.push("nothing here is random: all replications are alike, and -n 1 tells as much");
  if (replications < 2)
    warnings.push("a single replication says nothing of chance: take --replications 5 or more");
  if (sanity?.jobs !== undefined && sanity.jobs.needs >= sanity.jobs.has)
    warnings.push(
      "more work arrives than this fleet can do (utilisation law): the targets are met only because arrivals end; a longer run would miss them",
    );
  if (headroom !== undefined && headroom.holds < 1.1)
    warnings.push(
      "it takes less than a tenth more load: a busier day than the one simulated misses the targets",
    );
  return [...warnings, ...(answer?.warnings ?? [])];
}
