import { expect, it } from "vitest";
import { journalWriter } from "../../../src/report/journal-jsonl.js";
import { RequestsCsv } from "../../../src/report/requests-csv.js";
import { summary } from "../../../src/report/summary.js";
import { loadScenario } from "../../../src/scenario/load.js";
import { simulate } from "../../../src/scenario/simulate.js";

it("requests that were given up are counted, judged and written down as shed", async () => {
  const object = {
    fleet: { pools: [{ name: "h100", nodes: 1, gpu: "H100-SXM", gpusPerNode: 1 }] },
    services: [
      {
        name: "chat",
        model: "llama-3.1-8b",
        engine: { scheduler: "edf", options: { running_max_req_size: 8 } },
        requests: {
          generate: {
            count: 300,
            arrivals: { process: "poisson", rate: "30/s" },
            inputTokens: 500,
            outputTokens: 100,
            slo: { ttft: { distribution: "uniform", min: "100ms", max: "2s" } },
          },
        },
      },
    ],
  };
  let csv = "";
  let journal = "";
  const listeners = [
    new RequestsCsv((text) => {
      csv += text;
    }),
    journalWriter((text) => {
      journal += text;
    }),
  ];
  const { result } = await simulate(await loadScenario({ object }), { listeners });
  const of = (name: string, state?: string) =>
    result.metrics.find((m) => m.name === name && (state === undefined || m.labels.state === state))!;
  const shed = of("requests.count", "shed").value!;
  expect(shed).toBeGreaterThan(20);
  expect(of("requests.count", "ended").value! + shed).toBe(300);
  // Everybody has a target of its own, though the service has none; who was given up missed it.
  expect(of("slo-attainment").n).toBe(300);
  expect(of("slo-attainment").value! * 300).toBeLessThanOrEqual(300 - shed);
  expect(csv.split("\n").filter((line) => line.endsWith(",shed"))).toHaveLength(shed);
  expect(journal.split("\n").filter((line) => line.includes('"outcome":"shed"'))).toHaveLength(shed);
  expect(await summary(result)).toContain(`300 arrived, ${300 - shed} ended, ${shed} shed`);
});
