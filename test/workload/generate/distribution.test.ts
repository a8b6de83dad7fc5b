import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/core/random.js";
import { DAY, HOUR, SECOND } from "../../../src/core/units.js";
import { arrivalTimes } from "../../../src/workload/generate/arrivals.js";
import { picker, sampler } from "../../../src/workload/generate/distribution.js";
import type { Arrivals, Distribution } from "../../../src/workload/generate/recipe.js";

const N = 40_000;

function draw(distribution: Distribution, n = N, seed = "1"): number[] {
  const next = sampler(distribution, createRandom(seed)("x"));
  return Array.from({ length: n }, next);
}

function moments(values: number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
  return { mean, deviation: Math.sqrt(variance) };
}

/** Largest distance between the sample's distribution function and the given one (Kolmogorov and Smirnov). */
function distance(values: number[], cdf: (x: number) => number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.reduce((most, x, i) => {
    const f = cdf(x);
    return Math.max(most, Math.abs(f - i / sorted.length), Math.abs(f - (i + 1) / sorted.length));
  }, 0);
}

// A true distribution exceeds this in one sample of a thousand; the seed is fixed, so the test always says the same.
const CRITICAL = 1.95 / Math.sqrt(N);

/** Abramowitz and Stegun 7.1.26: error below 1.5e-7. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (poly * Math.exp(-x * x)) / 2;
  return z > 0 ? 1 - tail : tail;
}

describe("sampler", () => {
  it("follows the uniform distribution", () => {
    const values = draw({ kind: "uniform", min: 3, max: 7 });
    expect(distance(values, (x) => (x - 3) / 4)).toBeLessThan(CRITICAL);
  });

  it("follows the exponential distribution", () => {
    const values = draw({ kind: "exponential", mean: 50 });
    expect(distance(values, (x) => 1 - Math.exp(-x / 50))).toBeLessThan(CRITICAL);
  });

  it("follows the lognormal distribution by median and sigma", () => {
    const values = draw({ kind: "lognormal", median: 100, sigma: 1.5 });
    expect(distance(values, (x) => normalCdf(Math.log(x / 100) / 1.5))).toBeLessThan(CRITICAL);
  });

  it.each([0.1, 0.5, 1, 2])("gives a lognormal its mean and its CV of %d", (cv) => {
    const { mean, deviation } = moments(draw({ kind: "lognormal", mean: 1000, cv }, 400_000));
    expect(mean / 1000).toBeCloseTo(1, 1);
    expect(deviation / mean / cv).toBeGreaterThan(0.9);
    expect(deviation / mean / cv).toBeLessThan(1.1);
  });

  it("clamps, leaving what lies between as it is", () => {
    const free = draw({ kind: "lognormal", median: 100, sigma: 1 }, 1000);
    const clamped = draw({ kind: "lognormal", median: 100, sigma: 1, min: 50, max: 200 }, 1000);
    expect(clamped).toEqual(free.map((x) => Math.min(200, Math.max(50, x))));
  });

  it("draws empirical values by weight, and never one without weight", () => {
    const values = draw({ kind: "empirical", values: [1, 2, 3, 4], weights: [1, 0, 3, 0] });
    const share = (v: number) => values.filter((x) => x === v).length / N;
    expect(share(1)).toBeCloseTo(0.25, 1);
    expect(share(3)).toBeCloseTo(0.75, 1);
    expect(share(2) + share(4)).toBe(0);
  });

  it("picks as a linear search would", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5), { minLength: 1 }).filter((w) => w.some((x) => x > 0)),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (weights, u) => {
          const total = weights.reduce((a, b) => a + b, 0);
          let left = u * total;
          const expected = weights.findIndex((w) => {
            left -= w;
            return left < 0;
          });
          const index = picker(
            weights.map((weight) => ({ value: 0, weight })),
            () => u,
          )();
          // Subtraction and comparison of sums may round differently; a neighbour of no weight is never picked.
          expect(weights[index]).toBeGreaterThan(0);
          if (expected >= 0 && Math.abs(left) > 1e-9) expect(index).toBe(expected);
        },
      ),
    );
  });

  it("keeps the k-th value when only a parameter changes (common random numbers)", () => {
    const short = draw({ kind: "lognormal", median: 10, sigma: 1 }, 100);
    const long = draw({ kind: "lognormal", median: 20, sigma: 1 }, 100);
    short.forEach((x, i) => {
      expect(long[i]! / x).toBeCloseTo(2, 9);
    });
  });
});

function times(arrivals: Arrivals, n: number): number[] {
  const next = arrivalTimes(arrivals, createRandom("7")("arrivals"));
  return Array.from({ length: n }, next);
}

function gapsOf(values: number[]): number[] {
  return values.slice(1).map((t, i) => t - values[i]!);
}

describe("arrivalTimes", () => {
  it("has exponential gaps for Poisson", () => {
    const gaps = gapsOf(times({ process: "poisson", rate: 4 }, N + 1));
    expect(distance(gaps, (x) => 1 - Math.exp(-x / (0.25 * SECOND)))).toBeLessThan(CRITICAL);
  });

  it.each([0.25, 1, 3])("has gamma gaps with a CV of %d", (cv) => {
    const { mean, deviation } = moments(gapsOf(times({ process: "gamma", rate: 10, cv }, 200_001)));
    expect(mean / (0.1 * SECOND)).toBeCloseTo(1, 1);
    expect(deviation / mean / cv).toBeGreaterThan(0.95);
    expect(deviation / mean / cv).toBeLessThan(1.05);
  });

  it("comes at fixed intervals from 0", () => {
    expect(times({ process: "fixed", interval: 250 }, 4)).toEqual([0, 250, 500, 750]);
  });

  it("follows the day, keeping the number a day", () => {
    const daily = Array.from({ length: 24 }, (_, h) => (h < 6 ? 0 : h < 12 ? 1 : 3));
    const values = times({ process: "poisson", rate: 0.1, daily }, N);
    const days = Math.floor(values.at(-1)! / DAY);
    const whole = values.filter((t) => t < days * DAY);
    const share = (from: number, to: number) =>
      whole.filter((t) => t % DAY >= from * HOUR && t % DAY < to * HOUR).length / whole.length;
    expect(share(0, 6)).toBe(0);
    expect(share(6, 12)).toBeCloseTo(6 / 42, 2);
    expect(share(12, 24)).toBeCloseTo(36 / 42, 2);
    expect(whole.length / (days * 8640)).toBeCloseTo(1, 1);
    expect(gapsOf(values).every((gap) => gap >= 0)).toBe(true);
  });
});
