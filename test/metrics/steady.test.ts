import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { trendOf } from "../../src/metrics/steady.js";
import { lindleyWaits } from "../support/lindley.js";

const noise = createRandom("steady")("noise");
const series = (n: number, mean: (i: number) => number) =>
  Float64Array.from({ length: n }, (_, i) => mean(i) + noise() - 0.5);

describe("the test for a steady state", () => {
  it("finds a trend, and the means at both its ends", () => {
    const trend = trendOf(series(1000, (i) => 10 + i / 100))!;
    expect(trend.first).toBeCloseTo(11.25, 1);
    expect(trend.last).toBeCloseTo(18.75, 1);
    expect(trendOf(series(1000, (i) => 20 - i / 100))!.last).toBeLessThan(13);
  });

  it("takes no notice of a trend that is too small to matter, or of a few observations", () => {
    expect(trendOf(series(20_000, (i) => 100 + i / 5000))).toBeUndefined();
    expect(trendOf(series(199, (i) => i))).toBeUndefined();
  });

  it("raises a false alarm on settled M/M/1 waits, which depend on each other, in fewer than 2 % of 300 trials", () => {
    let alarms = 0;
    for (let i = 0; i < 300; i++) {
      const waits = lindleyWaits({ rate: 0.5, serviceRate: 1 }, 6000, `steady ${i}`);
      if (trendOf(waits.subarray(1000)) !== undefined) alarms++;
    }
    console.log(`false alarms of the trend test: ${alarms} of 300`);
    expect(alarms).toBeLessThanOrEqual(6);
  });
});
