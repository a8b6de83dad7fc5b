import { expect, it } from "vitest";
import { meanInterval } from "../../../src/experiment/statistics/intervals.js";
import { loadScenario } from "../../../src/scenario/load.js";
import { simulate } from "../../../src/scenario/simulate.js";
import { truth } from "../../support/lindley.js";

const EXPERIMENTS = 24;
const REPLICATIONS = 6;

/** An M/M/1 queue of jobs on one core; the first hour fills it. */
const SCENARIO = {
  fleet: { pools: [{ name: "server", nodes: 1 }] },
  measure: { from: "1h" },
  jobs: {
    generate: {
      count: 6000,
      arrivals: { process: "poisson", rate: "1/s" },
      run: { distribution: "exponential", mean: "500ms" },
      shapes: [{ cpus: 1 }],
    },
  },
};

it("intervals of full simulations hold the closed form as often as those of Lindley's recursion", async () => {
  const wait = truth({ rate: 1, serviceRate: 2 });
  let held = 0;
  for (let experiment = 0; experiment < EXPERIMENTS; experiment++) {
    const means: number[] = [];
    for (let i = 0; i < REPLICATIONS; i++) {
      const loaded = await loadScenario({ object: SCENARIO }, { seed: `${experiment}/${i}` });
      const { result } = await simulate(loaded);
      means.push(result.metrics.find(({ name }) => name === "wait.mean")!.value! / 1e6);
    }
    const { low, high } = meanInterval(means, 0.95);
    if (low <= wait && wait <= high) held++;
  }
  console.log(`${held} of ${EXPERIMENTS} intervals of simulations hold ${wait} s`);
  // Fewer than 20 of 24 would happen once in 80 times at 95 %, and these seeds are fixed.
  expect(held).toBeGreaterThanOrEqual(20);
});
