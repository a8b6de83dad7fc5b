import fc from "fast-check";
import { expect, it } from "vitest";
import { Endings } from "../../src/cluster/policies/endings.js";

type Step = ["add", number] | ["remove", number] | ["order"];

it("holds what a sorted array holds, however many come and go between two looks", () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.tuple(fc.constant("add" as const), fc.constantFrom(1, 2, 3, 5, 8, 13, Infinity)),
    },
    { weight: 8, arbitrary: fc.tuple(fc.constant("remove" as const), fc.nat()) },
    { weight: 1, arbitrary: fc.constant(["order"] as ["order"]) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600, size: "max" }), (steps) => {
      const endings = new Endings();
      let present: { job: number; time: number }[] = [];
      // Numbers are reused, the last one given back first, as the cluster does.
      const numbers: number[] = [];
      let used = 0;
      for (const [what, value] of steps) {
        if (what === "add") {
          const job = numbers.pop() ?? used++;
          endings.add(job, value);
          present.push({ job, time: value });
        } else if (what === "remove" && present.length > 0) {
          const { job, time } = present[value % present.length]!;
          endings.remove(job, time);
          endings.remove(job, time);
          present = present.filter((other) => other.job !== job);
          numbers.push(job);
        } else if (what === "order") {
          endings.order();
          const found = Array.from({ length: endings.end - endings.first }, (_, i) => ({
            job: endings.job[endings.first + i]!,
            time: endings.time[endings.first + i]!,
          }));
          expect(found.map(({ time }) => time)).toEqual(
            present.map(({ time }) => time).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
          );
          expect(new Map(found.map(({ job, time }) => [job, time]))).toEqual(
            new Map(present.map(({ job, time }) => [job, time])),
          );
        }
      }
    }),
    { seed: 11, numRuns: 300 },
  );
});
