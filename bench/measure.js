// What the benches share: CPU time of simulations, and traces that may not be there.
import { loadScenario } from "./build/scenario/load.js";
import { simulate } from "./build/scenario/simulate.js";

const data = process.env.WHOWAITS_DATA ?? new URL("../../shared", import.meta.url).pathname;

/** The path of a public trace. */
export const trace = (name) => `${data}/traces/${name}`;

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Seconds of CPU that a function takes, and what it returns. */
export async function cpu(run) {
  const begin = process.cpuUsage();
  const value = await run();
  const { user, system } = process.cpuUsage(begin);
  return { seconds: (user + system) / 1e6, value };
}

/** Simulates a scenario some times: CPU of the first run, in which code gets compiled, and the median of the others. */
export async function simulated(object, runs = 5) {
  const loaded = await loadScenario({ object });
  const times = [];
  let outcome;
  for (let i = 0; i < runs; i++) {
    const { seconds, value } = await cpu(() => simulate(loaded));
    times.push(seconds);
    outcome = value;
  }
  const [first, ...others] = times;
  const { metrics } = outcome.result;
  const count = (state) => metrics.find((m) => m.name === "requests.count" && m.labels.state === state).value;
  return { first, typical: median(others), events: outcome.events, count };
}

/** A service of llama-3.1-8b on H100s. */
export const service = (replicas, options, requests, scheduler = "vllm") => ({
  fleet: { pools: [{ name: "h100", nodes: 1, gpu: "H100-SXM", gpusPerNode: 8 }] },
  services: [{ name: "chat", model: "llama-3.1-8b", engine: { scheduler, options }, replicas, requests }],
});
