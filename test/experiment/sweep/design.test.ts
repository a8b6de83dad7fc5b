import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAxis, sizeOf, valueAt } from "../../../src/experiment/sweep/axis.js";
import { gridDesign, sampleDesign } from "../../../src/experiment/sweep/design.js";

const valuesOf = (text: string) => {
  const axis = parseAxis(text);
  return Array.from({ length: sizeOf(axis) }, (_, i) => valueAt(axis, i));
};

describe("--vary", () => {
  it.each([
    ["scheduler.policy=fifo,easy", ["fifo", "easy"]],
    ["a=1..4", ["1", "2", "3", "4"]],
    ["a=1..9:4", ["1", "5", "9"]],
    ["a=0.1..0.5:0.1", ["0.1", "0.2", "0.3", "0.4", "0.5"]],
    ["a=1h..3h", ["1h", "2h", "3h"]],
    ["a=10/s..20/s:5", ["10/s", "15/s", "20/s"]],
    ['a={x: 1, y: 2},"b,c"', ["{x: 1, y: 2}", '"b,c"']],
  ])("%s", (text, values) => expect(valuesOf(text)).toEqual(values));

  it.each(["a", "=1", "a=", "a=1,,2", "a=1,1", "a=4..1", "a=1..9:0", "a=1h..9m"])("refuses %j", (text) =>
    expect(() => parseAxis(text)).toThrow(/value|unit|range|step|key|twice/),
  );
});

describe("designs", () => {
  it("a grid has every combination once, the last key changing fastest, and looks at each value", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, (all) => {
        const design = gridDesign(all.map((n, i) => parseAxis(`k${i}=1..${n}`)));
        const combinations = Array.from({ length: design.size }, (_, i) => design.combination(i));
        expect(new Set(combinations.map(String)).size).toBe(all.reduce((product, n) => product * n, 1));
        expect(combinations.map(String)).toEqual(combinations.map(String).sort());
        for (const [i, n] of all.entries())
          expect(new Set(design.covering().map((c) => design.combination(c)[i])).size).toBe(n);
      }),
    );
  });

  it("a Latin hypercube has one point in each stratum of each key", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.string(), (points, seed) => {
        const design = sampleDesign([parseAxis("a=0.5..60.5")], "latin", points, seed);
        const shares = Array.from(
          { length: points },
          (_, i) => (Number(design.combination(i)[0]) - 0.5) / 60,
        );
        for (const [stratum, share] of shares.sort((x, y) => x - y).entries()) {
          // Values are written with six digits.
          expect(share * points).toBeGreaterThan(stratum - 0.001);
          expect(share * points).toBeLessThan(stratum + 1.001);
        }
      }),
    );
  });

  it("draws a key's values from a stream of its own: another key changes nothing", () => {
    const a = parseAxis("a=1..1000");
    const alone = sampleDesign([a], "random", 20, "1");
    const beside = sampleDesign([parseAxis("b=1..9"), a], "random", 20, "1");
    for (let i = 0; i < 20; i++) expect(beside.combination(i)[1]).toBe(alone.combination(i)[0]);
  });

  it("looks at few points of ten million", () => {
    expect(gridDesign([parseAxis("seed=1..10000000")]).covering().length).toBeLessThan(2000);
  });
});
