import fc from "fast-check";
import { expect, it } from "vitest";
import { Journal, RequestOutcome } from "../../src/journal/journal.js";
import { metricOptions } from "../../src/metrics/options.js";
import { RequestMetrics } from "../../src/metrics/request-metrics.js";
import { fakeRun } from "../support/fake-facts.js";
import { metricsOf } from "../support/metrics.js";

const request = fc.record({
  arrival: fc.nat(100),
  first: fc.option(fc.nat(50)),
  tenant: fc.constantFrom("a", "b"),
});

it("many rounds told at once are measured as the same tokens one by one", () => {
  fc.assert(
    fc.property(
      fc.array(request, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 }),
      fc.nat(400),
      fc.nat(400),
      (requests, gaps, from, length) => {
        const measure = (together: boolean) => {
          const { facts } = fakeRun({
            services: [{ name: "chat", model: "m", gpusPerReplica: 1, slo: { ttft: 90, tpot: 30 } }],
            requests: requests.map(({ tenant }, i) => ({ id: String(i), tenant, input: 10 + i })),
          });
          const window = { from, to: from + length };
          const metrics = new RequestMetrics(metricOptions({ window, groupBy: ["tenant"] }));
          // The journal tells one by one whoever cannot hear many.
          if (!together) Object.assign(metrics, { decode: undefined });
          const told = new Journal();
          told.listen(metrics);
          told.runStart(0, facts);
          for (const [i, { arrival, first }] of requests.entries()) {
            told.requestArrive(arrival, i);
            told.requestSchedule(100, i);
            if (first !== null) told.tokens(100 + first, i, 1);
          }
          let time = 150;
          const times = Float64Array.from(gaps, (gap) => (time += gap));
          const batch = Int32Array.from(requests.keys());
          told.decode(batch, requests.length, times, gaps.length);
          for (let i = 0; i < requests.length; i++) told.requestEnd(time, i, RequestOutcome.Completed);
          told.runEnd(time + 10);
          return metricsOf(metrics);
        };
        expect(measure(true)).toEqual(measure(false));
      },
    ),
  );
});
