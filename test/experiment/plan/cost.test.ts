import { expect, it } from "vitest";
import { Costs, gpusOf, type Paid, paidFor } from "../../../src/experiment/plan/cost.js";
import { loadScenario } from "../../../src/scenario/load.js";

const requests = {
  generate: {
    count: 1,
    arrivals: { process: "fixed", every: "1s" },
    inputTokens: 10,
    outputTokens: 10,
  },
};
const service = (name: string, more: object) => ({ name, model: "llama-3.1-8b", requests, ...more });
const scenario = () =>
  loadScenario({
    object: {
      fleet: {
        pools: [
          { name: "big", nodes: 3, gpu: "H100" },
          { name: "small", nodes: 2, gpu: "L4", gpusPerNode: 4 },
          { name: "cpu", nodes: 9, cpus: 64 },
        ],
      },
      services: [
        service("stated", { replicas: 2, tensorParallel: 2 }),
        service("args", { replicas: 1, engine: { args: "--tensor-parallel-size 4" } }),
        service("options", { replicas: 3, gpu: "L4", engine: { options: { tensor_parallel_size: 2 } } }),
        service("one", { replicas: 5, gpu: "L4" }),
      ],
    },
  });

it.each<[paid: Paid, Record<string, number>]>([
  ["fleet", { "H100-SXM": 24, L4: 8 }],
  ["replicas", { "H100-SXM": 2 * 2 + 4, L4: 3 * 2 + 5 }],
])("of the %s counts GPUs by type, however their number is given", async (paid, expected) => {
  const loaded = await scenario();
  expect(Object.fromEntries(gpusOf(loaded, paid))).toEqual(expected);
  const price = 3 * expected["H100-SXM"]! + 0.5 * expected.L4!;
  expect(new Costs(paid, { "H100-SXM": 3, L4: 0.5 }).of(loaded)).toBe(price);
});

it("does not add up GPUs that have no price", async () => {
  const loaded = await scenario();
  expect(() => new Costs("fleet", {}).of(loaded)).toThrow(
    "no price of a GPU-hour of L4 and none of H100-SXM",
  );
  expect(() => new Costs("fleet", { L4: 1 }).of(loaded)).toThrow("no price of a GPU-hour of H100-SXM:");
});

it("pays for what the keys are about", () => {
  expect(paidFor(["fleet.pools.0.nodes", "services.chat.replicas"])).toBe("fleet");
  expect(paidFor(["services.chat.replicas", "fleet.pools.0.gpu"])).toBe("replicas");
  expect(paidFor(["fleet.pools.0.gpu", "scheduler.policy"])).toBe("fleet");
});
