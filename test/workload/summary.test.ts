import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArrivalCounter, summarise } from "../../src/workload/summary.js";

describe("summarise", () => {
  it("interpolates percentiles linearly", () => {
    const values = Float64Array.from([40, 10, 30, 20]);
    const summary = summarise(values)!;
    expect(summary).toMatchObject({ n: 4, mean: 25, p50: 25, max: 40 });
    expect(summary.p90).toBeCloseTo(37, 9);
    expect(summary.p99).toBeCloseTo(39.7, 9);
  });

  it("says nothing of nothing, and a single value is every percentile", () => {
    expect(summarise(new Float64Array(0))).toBeUndefined();
    expect(summarise(Float64Array.of(7))).toEqual({ n: 1, mean: 7, p50: 7, p90: 7, p99: 7, max: 7 });
  });
});

function count(times: number[]) {
  const counter = new ArrivalCounter();
  for (const time of times) counter.add(time);
  return counter.summary();
}

describe("ArrivalCounter", () => {
  it("finds the coefficient of variation of the gaps in one pass", () => {
    const gaps = fc
      .array(fc.nat(1_000_000), { minLength: 2, maxLength: 50 })
      .filter((list) => list.some((g) => g > 0));
    fc.assert(
      fc.property(gaps, (list) => {
        const times = [1_700_000_000_000_000];
        for (const gap of list) times.push(times.at(-1)! + gap);
        const mean = list.reduce((a, b) => a + b, 0) / list.length;
        const variance = list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length;
        const summary = count(times);
        expect(summary.gapCv).toBeCloseTo(Math.sqrt(variance) / mean, 8);
        expect(summary.rate).toBeCloseTo((times.length * 1e6) / summary.span, 8);
      }),
    );
  });

  it("gives no rate to what comes at once", () => {
    expect(count([5, 5, 5])).toEqual({ span: 0, rate: undefined, gapCv: undefined });
    expect(count([])).toEqual({ span: 0, rate: undefined, gapCv: undefined });
  });
});
