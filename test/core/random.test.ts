import fc from "fast-check";
import { expect, it } from "vitest";
import { createRandom } from "../../src/core/random.js";

const draws = (stream: () => number, count: number) => Array.from({ length: count }, stream);

it("gives the same stream for the same seed and name, and another for any other", () => {
  const first = draws(createRandom(1)("arrivals"), 5);
  expect(draws(createRandom(1)("arrivals"), 5)).toEqual(first);
  expect(draws(createRandom(2)("arrivals"), 5)).not.toEqual(first);
  expect(draws(createRandom(1)("sizes"), 5)).not.toEqual(first);
});

it("never shifts one stream by drawing from others", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "b", "c")), (order) => {
      const together = createRandom(7);
      const seen: Record<string, number[]> = { a: [], b: [], c: [] };
      for (const name of order) seen[name]!.push(together(name)());
      for (const name of ["a", "b", "c"])
        expect(seen[name]).toEqual(draws(createRandom(7)(name), seen[name]!.length));
    }),
  );
});

it("does not confuse a seed and name with another seed and name of the same letters", () => {
  expect(draws(createRandom("1")("23"), 3)).not.toEqual(draws(createRandom("12")("3"), 3));
});

it("draws uniformly, finer than 32 bits, and streams are uncorrelated", () => {
  const random = createRandom(3);
  const n = 100_000;
  const a = draws(random("a"), n);
  const b = draws(random("b"), n);
  const mean = a.reduce((x, y) => x + y, 0) / n;
  // Standard error of a mean of uniforms: sqrt(1/12/n) = 0.0009; of a correlation: sqrt(1/n) = 0.003.
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.004);
  const covariance = a.reduce((sum, x, i) => sum + (x - 0.5) * (b[i]! - 0.5), 0) / n;
  expect(Math.abs(covariance * 12)).toBeLessThan(0.013);
  expect(a.some((x) => (x * 2 ** 32) % 1 !== 0)).toBe(true);
});
