import fc from "fast-check";
import { expect, it } from "vitest";
import { ExactSum } from "../../src/core/exact-sum.js";

const count = fc.nat(2 ** 21 - 1);
const duration = fc.maxSafeNat();

it("equals the sum of the same products in big integers", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(count, duration), { maxLength: 50 }), (products) => {
      const sum = new ExactSum();
      let expected = 0n;
      for (const [n, time] of products) {
        sum.addProduct(n, time);
        expected += BigInt(n) * BigInt(time);
      }
      expect(sum.toBigInt()).toBe(expected);
      expect(sum.toNumber()).toBe(Number(expected));
    }),
  );
});

it("adds sums as big integers are added", () => {
  fc.assert(
    fc.property(count, duration, count, duration, (n, s, m, t) => {
      const a = new ExactSum();
      const b = new ExactSum();
      a.addProduct(n, s);
      b.addProduct(m, t);
      a.addSum(b);
      expect(a.toBigInt()).toBe(BigInt(n) * BigInt(s) + BigInt(m) * BigInt(t));
    }),
  );
});

it("keeps units that a double would lose", () => {
  const sum = new ExactSum();
  sum.addProduct(2 ** 20, 2 ** 40);
  for (let i = 0; i < 1000; i++) sum.addProduct(1, 1);
  expect(sum.toBigInt()).toBe(2n ** 60n + 1000n);
});
