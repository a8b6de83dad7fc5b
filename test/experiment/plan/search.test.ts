import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smallestPassing } from "../../../src/experiment/plan/search.js";

describe("the smallest value that passes", () => {
  it("is what trying all of them finds, in a logarithm of the tries", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), fc.nat(420), async (n, first) => {
        const asked: number[] = [];
        const found = await smallestPassing(n, async (index) => {
          asked.push(index);
          return index >= first;
        });
        expect(found).toEqual({ index: first < n ? first : -1, monotone: true });
        expect(new Set(asked).size).toBe(asked.length);
        expect(asked.length).toBeLessThanOrEqual(Math.ceil(Math.log2(n)) + 3);
      }),
    );
  });

  it("passes, whatever the curve, and what it says of the curve is true", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), async (curve) => {
        const { index, monotone } = await smallestPassing(curve.length, async (i) => curve[i]!);
        if (index >= 0) expect(curve[index]).toBe(true);
        const rising = curve.every((passed, i) => i === 0 || passed || !curve[i - 1]);
        if (rising) expect({ index, monotone }).toEqual({ index: curve.indexOf(true), monotone: true });
      }),
    );
  });

  it("notices a curve that falls right behind the answer", async () => {
    const curve = [false, true, false, true, true, true, true, true];
    expect(await smallestPassing(8, async (i) => curve[i]!)).toEqual({ index: 1, monotone: false });
    expect(await smallestPassing(2, async (i) => i === 0)).toEqual({ index: -1, monotone: false });
  });
});
