import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlanMap } from "../../../../../src/cluster/slurm/schedule/backfill/plan-map.js";
import { Window } from "../../../../../src/cluster/slurm/schedule/backfill/window.js";
import { BitVector } from "../../../../../src/core/bit-vector.js";
import { OpenKernel } from "../../support/kernel.js";

const nodes = 40;
const slots = 70;

const plan = fc.record({
  from: fc.integer({ min: 0, max: slots - 1 }),
  length: fc.integer({ min: 1, max: 30 }),
  first: fc.integer({ min: 0, max: nodes - 1 }),
  count: fc.integer({ min: 1, max: 15 }),
});

/** Makes plans on nodes that are free then, in the map of segments and in all that stands for it. */
function planned(
  plans: readonly (typeof plan extends fc.Arbitrary<infer P> ? P : never)[],
  lengths: number[],
) {
  const map = new PlanMap(nodes, 0, 1);
  const all = new BitVector(nodes);
  all.fill();
  map.reset(0, slots, all, []);
  const kernel = new OpenKernel(nodes, slots, lengths, 1);
  kernel.begin(0, slots, all, all);
  const made: { from: number; to: number; set: BitVector }[] = [];
  for (const { from, length, first, count } of plans) {
    const to = Math.min(slots, from + length);
    const set = new BitVector(nodes);
    for (let node = first, left = count; node < nodes && left > 0; node++) {
      if (made.some((one) => one.from < to && one.to > from && one.set.has(node))) continue;
      set.add(node);
      left--;
    }
    if (set.empty) continue;
    made.push({ from, to, set });
    map.take(from, to, set, []);
    expect(kernel.conflicts(set.list(), from, to)).toBe(false);
    kernel.plan(set.list(), from, to);
  }
  return { map, all, kernel, made };
}

/** The same nodes again, right before or behind another plan for them. */
const beside = fc.record({
  from: fc.integer({ min: 0, max: 6 }).map((ten) => 10 * ten),
  length: fc.constantFrom(10, 20),
  first: fc.constantFrom(0, 10, 20),
  count: fc.constant(10),
});
const plansOf = fc.oneof(fc.array(plan, { maxLength: 40 }), fc.array(beside, { maxLength: 12 }));

describe("the parts that stand for the map of segments", () => {
  it("borders: go on where Slurm's segments do, and count as many records", () => {
    fc.assert(
      fc.property(plansOf, (plans) => {
        const { map, all, kernel } = planned(plans, [1]);
        expect(kernel.inspected.records()).toBe(map.records);
        const window = new Window(map, "22.05");
        for (let slot = 0; slot < slots; slot++)
          for (const length of [0, 1, 5, 20, 90]) {
            window.look(all, slot, slot + length, 0, []);
            const later = kernel.inspected.nextBorder(slot, Math.min(slots, slot + length));
            expect(later < 0 ? 0 : later).toBe(window.later);
          }
      }),
      { numRuns: 60 },
    );
  });

  it("node-plans: know conflicts as the segments do", () => {
    fc.assert(
      fc.property(plansOf, plan, (plans, { from, length, first, count }) => {
        const { map, kernel } = planned(plans, [1]);
        const set = new BitVector(nodes);
        set.addRange(first, Math.min(nodes, first + count));
        expect(kernel.conflicts(set.list(), from, from + length)).toBe(
          map.conflicts(from, from + length, set, []),
        );
      }),
      { numRuns: 150 },
    );
  });

  it("feasible: is the first slot with enough nodes that no plan takes too soon", () => {
    const lengths = [1, 4, 13, 40];
    fc.assert(
      fc.property(plansOf, (plans) => {
        const { kernel, made } = planned(plans, lengths);
        expect(kernel.inspected.firstPossible(3, nodes + 1, 0)).toBe(-1);
        for (const [i, length] of lengths.entries()) {
          const free = Array.from({ length: slots }, (_, slot) => {
            const taken = new BitVector(nodes);
            for (const { from, to, set } of made) if (from < slot + length && to > slot) taken.or(set);
            return nodes - taken.count();
          });
          for (const count of [1, 7, 20, 33, 40]) {
            const truth = free.findIndex((n) => n >= count);
            const found = kernel.inspected.firstPossible(i, count, 0);
            if (truth < 0) expect(found === -1 || found >= slots).toBe(true);
            else expect(found).toBe(truth);
            const from = 25;
            const next = free.findIndex((n, slot) => slot >= from && n >= count);
            if (next >= 0) expect(kernel.inspected.firstPossible(i, count, from)).toBeLessThanOrEqual(next);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
