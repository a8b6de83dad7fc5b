import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { mser5 } from "../../src/metrics/mser.js";

const noise = createRandom("warm-up")("noise");
const series = (n: number, mean: (i: number) => number) =>
  Array.from({ length: n }, (_, i) => mean(i) + noise() - 0.5);

/** By definition, one cut after the other. */
function bruteForce(values: readonly number[]): number {
  const means = Array.from({ length: Math.floor(values.length / 5) }, (_, b) =>
    values.slice(5 * b, 5 * b + 5).reduce((sum, x) => sum + x / 5, 0),
  );
  const errorOf = (d: number) => {
    const rest = means.slice(d);
    const mean = rest.reduce((a, b) => a + b) / rest.length;
    return rest.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rest.length ** 2;
  };
  const errors = Array.from({ length: Math.floor(means.length / 2) + 1 }, (_, d) => errorOf(d));
  return 5 * errors.indexOf(Math.min(...errors));
}

describe("MSER-5", () => {
  it("cuts a start that is off, and little of a series without one", () => {
    const off = mser5(series(1000, (i) => (i < 150 ? 5 : 0)));
    expect(off.settled).toBe(true);
    expect(off.cut).toBeGreaterThanOrEqual(150);
    expect(off.cut).toBeLessThan(200);
    expect(mser5(series(1000, () => 3)).cut).toBeLessThan(200);
  });

  it("says that a series which keeps growing has not settled", () => {
    expect(mser5(series(1000, (i) => i / 10))).toEqual({ cut: 500, settled: false });
  });

  it("is the definition", () => {
    for (let k = 0; k < 50; k++) {
      const values = series(20 + 7 * k, (i) => 4 * Math.exp(-i / (3 + k)));
      expect(mser5(values).cut).toBe(bruteForce(values));
    }
  });

  it("cannot tell anything from a handful", () => {
    expect(mser5([1, 2, 3])).toEqual({ cut: 0, settled: false });
  });
});
