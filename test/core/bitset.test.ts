import fc from "fast-check";
import { expect, it } from "vitest";
import { BitSet } from "../../src/core/bitset.js";

/** Sizes at and beside the edges of one, two and three levels. */
const sizes = fc.constantFrom(1, 31, 32, 33, 1023, 1024, 1025, 32_769, 40_000);

it("agrees with a Set on members and on the next member", () => {
  fc.assert(
    fc.property(
      sizes,
      fc.array(fc.tuple(fc.boolean(), fc.nat(), fc.nat()), { maxLength: 80 }),
      (size, steps) => {
        const bits = new BitSet(size);
        const copy = new BitSet(size);
        const set = new Set<number>();
        for (const [add, a, b] of steps) {
          const member = a % size;
          if (add) set.add(member);
          else set.delete(member);
          if (add) bits.add(member);
          else bits.delete(member);
          const from = b % (size + 2);
          const next = Math.min(...[...set].filter((i) => i >= from));
          expect(bits.has(member)).toBe(add);
          expect(bits.next(from)).toBe(next === Infinity ? -1 : next);
        }
        copy.copyFrom(bits);
        for (const member of set) bits.delete(member);
        expect(bits.next(0)).toBe(-1);
        const members: number[] = [];
        for (let i = copy.next(0); i >= 0; i = copy.next(i + 1)) members.push(i);
        expect(members).toEqual([...set].sort((a, b) => a - b));
      },
    ),
    { seed: 3 },
  );
});

it("deletes what was never there without harm", () => {
  const bits = new BitSet(100);
  bits.add(40);
  bits.delete(70);
  expect(bits.next(0)).toBe(40);
});
