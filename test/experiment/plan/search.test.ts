import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  runSearches,
  type Search,
  smallestByHalving,
  smallestPassing,
  smallestPassingNear,
} from "../../../src/experiment/plan/search.js";

/** What a search finds on a curve, and what it looked at. */
async function on(search: Search, passes: (index: number) => boolean) {
  const asked: number[] = [];
  const [found] = await runSearches([search], async ([{ index }]: readonly { index: number }[]) => {
    asked.push(index);
    return [passes(index)];
  });
  return { found: found!, asked };
}

describe("the smallest value that passes", () => {
  it("is what trying all of them finds, in a logarithm of the tries", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        fc.nat(420),
        fc.nat(400),
        async (n, first, guess) => {
          const halves = Math.ceil(Math.log2(n));
          const near = Math.ceil(2 * Math.log2(Math.abs(Math.min(guess, n - 1) - first) + 1)) + 2;
          for (const [search, most] of [
            [smallestPassing(n), halves + 3],
            [smallestByHalving(n), halves + 1],
            [smallestPassingNear(n, guess), near],
          ] as const) {
            const { found, asked } = await on(search, (index) => index >= first);
            expect(found).toEqual({ index: first < n ? first : -1, monotone: true });
            expect(new Set(asked).size).toBe(asked.length);
            expect(asked.length).toBeLessThanOrEqual(most);
          }
        },
      ),
    );
  });

  it("passes, whatever the curve, and what it says of the curve is true", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), async (curve) => {
        const { index, monotone } = (await on(smallestPassing(curve.length), (i) => curve[i]!)).found;
        if (index >= 0) expect(curve[index]).toBe(true);
        const rising = curve.every((passed, i) => i === 0 || passed || !curve[i - 1]);
        if (rising) expect({ index, monotone }).toEqual({ index: curve.indexOf(true), monotone: true });
      }),
    );
  });

  it("notices a curve that falls right behind the answer", async () => {
    const curve = [false, true, false, true, true, true, true, true];
    const { found } = await on(smallestPassing(8), (i) => curve[i]!);
    expect(found).toEqual({ index: 1, monotone: false });
    expect((await on(smallestPassing(2), (i) => i === 0)).found).toEqual({ index: -1, monotone: false });
  });

  it("of several curves is looked for side by side", async () => {
    const firsts = [3, 0, 40, 17];
    const rounds: number[] = [];
    const found = await runSearches(
      firsts.map(() => smallestByHalving(32)),
      async (asked) => {
        rounds.push(asked.length);
        return asked.map(({ search, index }) => index >= firsts[search]!);
      },
    );
    expect(found.map(({ index }) => index)).toEqual([3, 0, -1, 17]);
    expect(rounds[0]).toBe(4);
    expect(rounds.length).toBeLessThanOrEqual(6);
  });
});
