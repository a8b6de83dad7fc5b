import fc from "fast-check";
import { expect, it } from "vitest";
import { cheapest } from "../../../src/experiment/plan/cheapest.js";
import type { Setting } from "../../../src/experiment/plan/setting.js";
import type { Trial } from "../../../src/experiment/plan/trials.js";
import { parseAxis } from "../../../src/experiment/sweep/axis.js";

/** What a lane needs: truly, and as it looks with fewer replications than all. */
interface Need {
  truly: number;
  seemingly: number;
  price: number;
}

const REPLICATIONS = 6;

/** A grid without simulations: lane k meets its targets from a size on, and costs its price for each step of size. */
function grid(needs: readonly Need[], sizes: number) {
  const values = (set: readonly string[]) => set.map((one) => Number(one.slice(one.indexOf("=") + 1)));
  const costOf = (set: readonly string[]) => {
    const [lane, size] = values(set);
    return needs[lane!]!.price * size!;
  };
  let runs = 0;
  const seen = new Map<string, number>();
  const setting = {
    replications: REPLICATIONS,
    tasks: { load: async (point?: { set: string[] }) => ({ scenario: { seed: "1", name: "s" }, ...point }) },
    costs: { of: ({ set }: { set: string[] }) => costOf(set) },
    trials: {
      look: async (sets: readonly string[][], replications: number): Promise<Trial[]> =>
        sets.map((set) => {
          runs += Math.max(0, replications - (seen.get(set.join()) ?? 0));
          seen.set(set.join(), Math.max(replications, seen.get(set.join()) ?? 0));
          const [lane, size] = values(set);
          const { truly, seemingly } = needs[lane!]!;
          const met = size! >= (replications === REPLICATIONS ? truly : seemingly);
          return { set, replications, met, standings: [], warnings: [] };
        }),
    },
  } as unknown as Setting;
  const lanes = needs.map((_, i) => i).join(",");
  const axes = [parseAxis(`lane=${lanes}`), parseAxis(`size=1..${sizes}`)];
  return { axes, setting, runs: () => runs };
}

const need = (sizes: number) =>
  fc.record({
    truly: fc.integer({ min: 1, max: sizes + 3 }),
    seemingly: fc.integer({ min: 1, max: sizes + 3 }),
    price: fc.integer({ min: 1, max: 9 }),
  });

it("is the cheapest of the whole grid, however few replications mislead", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(need(40), { minLength: 2, maxLength: 9 }), async (needs) => {
      const { axes, setting } = grid(needs, 40);
      const { answer, monotone } = await cheapest(axes, setting);
      const possible = needs.filter(({ truly }) => truly <= 40).map(({ truly, price }) => truly * price);
      expect(answer?.cost).toBe(possible.length === 0 ? undefined : Math.min(...possible));
      expect(monotone).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it("takes a fifth of all runs at most where few replications come near the truth", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          truly: fc.integer({ min: 2, max: 38 }),
          off: fc.integer({ min: -2, max: 2 }),
          price: fc.integer({ min: 1, max: 9 }),
        }),
        { minLength: 4, maxLength: 9 },
      ),
      async (drawn) => {
        const needs = drawn.map(({ truly, off, price }) => ({
          truly,
          seemingly: Math.max(1, truly + off),
          price,
        }));
        const { axes, setting, runs } = grid(needs, 40);
        await cheapest(axes, setting);
        expect(runs()).toBeLessThanOrEqual((needs.length * 40 * REPLICATIONS) / 5);
      },
    ),
    { numRuns: 300 },
  );
});

it("gives half of the combinations up in each round, and tells why", async () => {
  const needs = [1, 2, 3, 4].map((price) => ({ truly: 10, seemingly: 10, price }));
  const { axes, setting } = grid(needs, 40);
  const { dropped, answer } = await cheapest(axes, setting);
  expect(answer?.set).toEqual(["lane=0", "size=10"]);
  expect(dropped.map(({ set, replications, size, cost }) => [set[0], replications, size, cost])).toEqual([
    ["lane=1", 2, "10", 20],
    ["lane=2", 1, "10", 30],
    ["lane=3", 1, "10", 40],
  ]);
});
