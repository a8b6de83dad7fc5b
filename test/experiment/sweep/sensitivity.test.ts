import { expect, it } from "vitest";
import { parseAxis } from "../../../src/experiment/sweep/axis.js";
import { influences } from "../../../src/experiment/sweep/sensitivity.js";

/** A table of one metric over a grid of a and b. */
function table(metric: (a: number, b: number) => number) {
  const rows = [1, 2, 3, 4].flatMap((a) =>
    [1, 2, 3].map((b) => ({
      values: [String(a), String(b)],
      seed: "1",
      metrics: [metric(a, b)],
      warnings: [],
      from: 0,
    })),
  );
  return { keys: ["a", "b"], columns: [], rows, warmUp: false };
}
const axes = [parseAxis("a=1..4"), parseAxis("b=1..3")];

it("gives each key its share of the variance: 5 to 6 for 2a - 3b", () => {
  // Var(2a) = 4 * 1.25 = 5; Var(3b) = 9 * 2/3 = 6.
  const found = influences(
    table((a, b) => 2 * a - 3 * b),
    0,
    axes,
    false,
  );
  expect(found.map(({ key, sign }) => [key, sign])).toEqual([
    ["b", -1],
    ["a", 1],
  ]);
  expect(found[0]!.share).toBeCloseTo(6 / 11, 12);
  expect(found[1]!.share).toBeCloseTo(5 / 11, 12);
});

it("gives none to a key that does nothing, and leaves interactions out", () => {
  const [first, second] = influences(
    table((a) => a),
    0,
    axes,
    false,
  );
  expect([first!.key, first!.share, second!.share]).toEqual(["a", 1, 0]);
  const crossed = influences(
    table((a, b) => (a - 2.5) * (b - 2)),
    0,
    axes,
    false,
  );
  expect(crossed.map(({ share }) => share)).toEqual([0, 0]);
});

it("is empty for a metric that never varies", () => {
  expect(
    influences(
      table(() => 7),
      0,
      axes,
      false,
    ),
  ).toEqual([]);
});
