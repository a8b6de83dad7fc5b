import { describe, expect, it } from "vitest";
import { frontier, tightest } from "../../../src/experiment/plan/frontier.js";
import type { Tried } from "../../../src/experiment/plan/setting.js";
import type { Standing, Target } from "../../../src/experiment/plan/targets.js";
import { parseExpectation } from "../../../src/metrics/expression.js";
import { chartLines } from "../../../src/report/plan/chart.js";

const standing = (found: number | null, error = 0, bound = 10): Standing => {
  const margin = found === null ? -1 : (bound - found) / bound;
  return { found, error, unit: "1", met: margin > 0, margin, sureMargin: margin - error / bound };
};
const tried = (cost: number | undefined, found: number | null, error = 0): Tried => ({
  set: [],
  values: [`${cost}`],
  replications: 5,
  warnings: [],
  standings: [standing(found, error)],
  met: true,
  ...(cost === undefined ? {} : { cost }),
});

describe("the frontier", () => {
  it("leaves out what another one beats in cost and latency, what has no samples and what has no price", () => {
    const all = [
      tried(3, 5),
      tried(1, 9),
      tried(2, 9.5),
      tried(3, 6),
      tried(4, 5),
      tried(5, 1),
      tried(6, null),
      tried(undefined, 0),
    ];
    expect(frontier({ tried: all }, 0).map(({ cost, standings }) => [cost, standings[0]!.found])).toEqual([
      [1, 9],
      [3, 5],
      [5, 1],
    ]);
  });

  it("counts chance in when it looks for the tightest target", () => {
    expect(tightest([standing(6), standing(5, 3)])).toBe(1);
    expect(tightest([])).toBe(-1);
  });
});

it("draws mean, interval and bound to scale", () => {
  const target = { ...parseExpectation("jain{over=user} < 10"), allowEmpty: false, level: "error" } as Target;
  const rows = [tried(1, 2, 2), tried(2, 10), tried(3, 19, 4), tried(4, 50, 5), tried(5, null)];
  expect(chartLines(rows, target, 0, 21)).toEqual([
    "├─●─┤     ┊",
    "          ●",
    "          ┊    ├───●─",
    "          ┊         »",
    "          ┊",
  ]);
  // What lies close together is drawn as far apart as there is room.
  expect(chartLines([tried(1, 9), tried(2, 10)], target, 0, 5)).toEqual(["●   ┊", "    ●"]);
});
