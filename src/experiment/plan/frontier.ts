import type { Plan } from "./plan.js";
import type { Tried } from "./setting.js";
import type { Standing } from "./targets.js";

/** Index of the target with the least room, chance allowed for; -1 for a candidate that cannot run. */
export function tightest(standings: readonly Standing[]): number {
  return standings.reduce(
    (least, { sureMargin }, i) => (least < 0 || sureMargin < standings[least]!.sureMargin ? i : least),
    -1,
  );
}

/** The target that decides between the candidates: the tightest of the answer, or of what came last. */
export function decisiveTarget({ answer, tried }: Pick<Plan, "answer" | "tried">): number {
  const last = tried.filter(({ error }) => error === undefined).at(-1);
  return Math.max(0, tightest((answer ?? last)?.standings ?? []));
}

/**
 * What cost buys: of the candidates that were tried, those that no other one beats in both cost and the metric of a
 * target, cheapest first. Empty where costs are not known.
 */
export function frontier({ tried }: Pick<Plan, "tried">, target: number): Tried[] {
  const priced = tried.filter(
    ({ cost, standings }) => cost !== undefined && standings[target]?.found != null,
  );
  // The margin grows with what is good, whichever way the target points.
  const value = ({ standings }: Tried) => standings[target]!.margin;
  const order = [...priced].sort((a, b) => a.cost! - b.cost! || value(b) - value(a));
  let best = -Infinity;
  return order.filter((one) => {
    const better = value(one) > best;
    if (better) best = value(one);
    return better;
  });
}
