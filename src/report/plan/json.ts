import { TOOL } from "../../core/version.js";
import { decisiveTarget, frontier } from "../../experiment/plan/frontier.js";
import type { Plan } from "../../experiment/plan/plan.js";
import type { Tried } from "../../experiment/plan/setting.js";
import type { Trial } from "../../experiment/plan/trials.js";
import { finite } from "../finite.js";

/** Versioned as results are. */
const SCHEMA_VERSION = "1.0";

/** A plan for programs. */
export function planJson(plan: Plan): string {
  const { scenario, goal, keys, monotone, replications, confidence, combinations, runs, costUnit } = plan;
  const best = frontier(plan, decisiveTarget(plan));
  const targets = ({ standings }: Trial) =>
    standings.map(({ error, ...rest }, i) => ({
      target: plan.targets[i]!.text,
      ...rest,
      error: finite(error),
    }));
  const point = (one: Tried) => ({
    values: Object.fromEntries(keys.map((key, i) => [key, one.values[i]])),
    cost: one.cost ?? null,
    met: one.met,
    frontier: best.includes(one),
    warnings: one.warnings,
    ...(one.error === undefined ? {} : { error: one.error.message }),
    targets: targets(one),
  });
  const { headroom, sanity, dropped, answer } = plan;
  const breaks = headroom?.breaks;
  return `${JSON.stringify(
    {
      schemaVersion: SCHEMA_VERSION,
      tool: TOOL,
      scenario,
      goal,
      answer: answer === undefined ? null : point(answer),
      monotone,
      replications,
      confidence,
      costUnit,
      combinations,
      runs,
      points: plan.tried.map(point),
      dropped: dropped.map(({ set, replications: of, size, cost }) => ({
        set,
        replications: of,
        size: size ?? null,
        cost: cost ?? null,
      })),
      ...(headroom === undefined
        ? {}
        : {
            headroom: {
              holds: headroom.holds,
              breaks: breaks === undefined ? null : { factor: breaks.factor, targets: targets(breaks.trial) },
            },
          }),
      ...(sanity === undefined
        ? {}
        : {
            sanity: {
              ...sanity,
              ...(sanity.jobs && { jobs: { ...sanity.jobs, predicted: finite(sanity.jobs.predicted) } }),
            },
          }),
    },
    null,
    2,
  )}\n`;
}
