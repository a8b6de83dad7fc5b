import fc from "fast-check";
import { expect, it } from "vitest";
import { TimeIntegral } from "../../src/metrics/integral.js";

it("integrates and finds the maximum as counting µs by µs does, cut to the window", () => {
  const change = fc.record({ after: fc.nat(9), level: fc.nat(6) });
  fc.assert(
    fc.property(fc.array(change), fc.nat(60), fc.nat(60), fc.nat(20), (changes, from, length, tail) => {
      const integral = new TimeIntegral({ from, to: from + length });
      const levels: number[] = [];
      let time = 0;
      let level = 0;
      for (const { after, level: next } of changes) {
        for (let t = 0; t < after; t++) levels.push(level);
        time += after;
        integral.add(time, next - level);
        level = next;
      }
      for (let t = 0; t < tail; t++) levels.push(level);
      integral.advance(time + tail);
      const measured = levels.slice(from, from + length);
      expect(integral.sum.toBigInt()).toBe(BigInt(measured.reduce((a, b) => a + b, 0)));
      expect(integral.max).toBe(Math.max(0, ...measured));
    }),
  );
});

it("stays exact beyond 2^53 and above 2^21 at once", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5_000_000), fc.nat(2 ** 45)), { maxLength: 8 }), (steps) => {
      const integral = new TimeIntegral({ from: 0, to: Number.POSITIVE_INFINITY });
      let time = 0;
      let expected = 0n;
      for (const [level, duration] of steps) {
        integral.add(time, level - integral.level);
        time += duration;
        expected += BigInt(level) * BigInt(duration);
      }
      integral.advance(time);
      expect(integral.sum.toBigInt()).toBe(expected);
    }),
  );
});

it("stays exact when many small products add up past 2^53", () => {
  const integral = new TimeIntegral({ from: 0, to: Number.POSITIVE_INFINITY });
  const duration = 2 ** 50 - 1;
  for (let i = 0; i < 64; i++) integral.hold(duration);
  expect(integral.sum.toBigInt()).toBe(0n);
  integral.level = 3;
  for (let i = 0; i < 64; i++) integral.hold(duration);
  expect(integral.sum.toBigInt()).toBe(3n * 64n * BigInt(duration));
});
