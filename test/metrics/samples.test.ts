import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { headAndRest, Samples, summarise } from "../../src/metrics/samples.js";
import { selectRanks } from "../../src/metrics/select.js";
import { QUANTILES } from "../../src/metrics/stats.js";

/** Type 7, written down from Hyndman and Fan: interpolate between x[j] and x[j+1], j = floor((n - 1)p). */
function naiveQuantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * p;
  const j = Math.floor(place);
  return j + 1 < sorted.length ? (1 - (place - j)) * sorted[j]! + (place - j) * sorted[j + 1]! : sorted[j]!;
}

const times = fc.oneof(fc.nat(5), fc.nat(1e12));

describe("summarise", () => {
  it("agrees with a naive type 7 on random samples with ties", () => {
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 300 }), (values) => {
        const summary = summarise(Float64Array.from(values));
        QUANTILES.forEach((p, i) => {
          const expected = naiveQuantile(values, p);
          expect(Math.abs(summary.quantiles[i]! - expected)).toBeLessThanOrEqual(
            1e-12 * Math.max(1, expected),
          );
        });
        expect(summary.max).toBe(Math.max(...values));
        expect(summary.mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 3);
        expect(summary.n).toBe(values.length);
      }),
    );
  });

  it("interpolates as by hand", () => {
    const { quantiles, mean, method } = summarise(Float64Array.of(40, 10, 30, 20));
    expect(quantiles[0]).toBe(25);
    expect(quantiles[1]).toBeCloseTo(37, 12);
    expect(mean).toBe(25);
    expect(method).toBe("type 7");
  });

  it("knows nothing of no samples", () => {
    expect(summarise(new Float64Array(0))).toEqual({
      n: 0,
      mean: null,
      max: null,
      quantiles: [],
      method: "type 7",
    });
  });
});

describe("selectRanks", () => {
  it.each([
    ["ascending", (i: number) => i],
    ["descending", (i: number) => -i],
    ["organ pipe", (i: number) => Math.min(i, 5000 - i)],
    ["constant", () => 7],
    ["sawtooth", (i: number) => i % 50],
  ])("puts order statistics in their places: %s", (_, value) => {
    const values = Float64Array.from({ length: 5000 }, (_, i) => value(i));
    const sorted = values.slice().sort();
    const ranks = [0, 17, 17, 2500, 4998, 4999];
    selectRanks(values, ranks);
    for (const rank of ranks) expect(values[rank]).toBe(sorted[rank]);
    expect(values.sort()).toEqual(sorted);
  });
});

describe("Samples", () => {
  it("are exact up to the limit and sketched past it, within 0.1 %", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 2, maxLength: 400 }), (values) => {
        const kept = new Samples(values.length);
        const sketched = new Samples(Math.floor(values.length / 2));
        for (const value of values) {
          kept.add(value);
          sketched.add(value);
        }
        const exact = kept.summary();
        const near = sketched.summary();
        expect(exact.method).toBe("type 7");
        expect(near.method).toBe("sketch 0.1%");
        expect(near.n).toBe(values.length);
        expect(near.max).toBe(exact.max);
        expect(near.mean!).toBeCloseTo(exact.mean!, 3);
        const sorted = [...values].sort((a, b) => a - b);
        QUANTILES.forEach((p, i) => {
          // A sketch does not interpolate: it may answer with either neighbour of the rank.
          const place = (values.length - 1) * p;
          const low = sorted[Math.floor(place)]!;
          const high = sorted[Math.ceil(place)]!;
          expect(near.quantiles[i]!).toBeGreaterThanOrEqual(low * 0.999);
          expect(near.quantiles[i]!).toBeLessThanOrEqual(high * 1.001);
        });
      }),
    );
  });

  it("weigh runs of equal values in a sketch from the start", () => {
    const samples = new Samples(0);
    for (const value of [5, 5, 5, 0, 0, 9, 5]) samples.add(value);
    const { n, mean, max, quantiles } = samples.summary();
    expect([n, max]).toEqual([7, 9]);
    expect(mean).toBeCloseTo(29 / 7, 12);
    expect(quantiles[0]).toBeCloseTo(5, 2);
  });

  it("say nothing when empty, sketched or not", () => {
    expect(new Samples(0).summary().quantiles).toEqual([]);
    expect(new Samples(10).summary().mean).toBeNull();
  });
});

it("headAndRest splits off the first tenth", () => {
  const values = Float64Array.from({ length: 200 }, (_, i) => (i < 20 ? 1 : 5));
  expect(headAndRest(values)).toEqual({ head: 1, rest: 5 });
  expect(headAndRest(values.subarray(0, 99))).toBeUndefined();
});
