import fc from "fast-check";
import { expect, it } from "vitest";
import { timeOrder } from "../../src/core/time-order.js";

it("orders as a stable sort does", () => {
  const times = fc.oneof(
    fc.array(fc.nat(20)),
    fc.array(fc.nat(1000), { minLength: 50, maxLength: 500 }),
    fc
      .array(
        fc.array(fc.nat(1000)).map((run) => run.toSorted((a, b) => a - b)),
        { maxLength: 9 },
      )
      .map((runs) => runs.flat()),
  );
  fc.assert(
    fc.property(times, (list) => {
      const expected = list.map((_, i) => i).toSorted((a, b) => list[a]! - list[b]!);
      expect([...timeOrder(Float64Array.from(list))]).toEqual(expected);
    }),
  );
});
