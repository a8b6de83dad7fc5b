import fc from "fast-check";
import { expect, it } from "vitest";
import { lowerBound } from "../../src/core/lower-bound.js";

it("the first place that is not before what is looked for, or the length", () => {
  const sorted = fc.array(fc.integer({ min: 0, max: 20 })).map((list) => list.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(sorted, fc.integer({ min: -1, max: 21 }), (list, wanted) => {
      const first = list.findIndex((item) => item >= wanted);
      expect(lowerBound(list.length, (at) => list[at]! < wanted)).toBe(first < 0 ? list.length : first);
    }),
  );
});
