import fc from "fast-check";
import { expect, it } from "vitest";
import { BitVector } from "../../src/core/bit-vector.js";

/** Capacities around whole groups of four words, and two sets of so many. */
const pair = fc.integer({ min: 1, max: 300 }).chain((capacity) => {
  const members = fc.uniqueArray(fc.integer({ min: 0, max: capacity - 1 }));
  const full = fc.constant(Array.from({ length: capacity }, (_, i) => i));
  return fc.tuple(fc.constant(capacity), fc.oneof(members, full), fc.oneof(members, full));
});

it("combines and counts sets as one would member by member", () => {
  fc.assert(
    fc.property(pair, ([capacity, some, others]) => {
      const a = BitVector.of(capacity, some);
      const b = BitVector.of(capacity, others);
      const has = new Set(others);
      const all = [...some].sort((x, y) => x - y);
      const both = all.filter((member) => has.has(member));
      const after = (change: (set: BitVector) => void) => {
        const set = a.clone();
        change(set);
        return set.list();
      };
      expect(a.list()).toEqual(all);
      expect([...a.column()]).toEqual(all);
      expect(a.count()).toBe(all.length);
      expect(after((set) => set.and(b))).toEqual(both);
      expect(after((set) => set.andNot(b))).toEqual(all.filter((member) => !has.has(member)));
      expect(after((set) => set.or(b))).toEqual([...new Set([...some, ...others])].sort((x, y) => x - y));
      expect(a.overlap(b)).toBe(both.length);
      expect(a.overlaps(b)).toBe(both.length > 0);
      expect(a.within(b)).toBe(both.length === all.length);
    }),
    { numRuns: 500 },
  );
});
