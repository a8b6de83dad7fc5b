import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { studentQuantile, studentTail } from "../../../src/experiment/statistics/student.js";

describe("Student's t", () => {
  it.each<readonly [number, number, number]>([
    // Closed forms: Cauchy for one degree of freedom, algebraic for two and four.
    ...[0.6, 0.9, 0.975, 0.995].map((p) => [p, 1, Math.tan(Math.PI * (p - 0.5))] as const),
    ...[0.6, 0.9, 0.975, 0.995].map((p) => [p, 2, (2 * p - 1) / Math.sqrt(2 * p * (1 - p))] as const),
    ...[0.9, 0.975, 0.995].map((p) => {
      const alpha = 4 * p * (1 - p);
      const q = Math.cos(Math.acos(Math.sqrt(alpha)) / 3) / Math.sqrt(alpha);
      return [p, 4, 2 * Math.sqrt(q - 1)] as const;
    }),
    // Tables.
    [0.975, 9, 2.2621571628],
    [0.995, 19, 2.8609346065],
    [0.975, 29, 2.0452296421],
    [0.975, 1e7, 1.9599641],
  ])("quantile %f with %d degrees of freedom is %f", (p, degrees, expected) => {
    expect(studentQuantile(p, degrees)).toBeCloseTo(expected, degrees > 1000 ? 6 : 9);
    expect(studentQuantile(1 - p, degrees)).toBeCloseTo(-expected, degrees > 1000 ? 6 : 9);
  });

  it("quantile and tail are each other's inverse", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5001, max: 0.9999, noNaN: true }),
        fc.double({ min: 0.8, max: 500, noNaN: true }),
        (p, degrees) => {
          expect(studentTail(studentQuantile(p, degrees), degrees)).toBeCloseTo(1 - p, 9);
        },
      ),
      { numRuns: 200 },
    );
  });
});
