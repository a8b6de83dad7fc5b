import { existsSync } from "node:fs";
import { loadScenario } from "./build/scenario/load.js";
import { simulate } from "./build/scenario/simulate.js";

export const describe =
  "requests per CPU-second, reading the trace and all metrics included: vllm, Llama-3.1-8B, four replicas on one H100 each";

const RUNS = 5;
const data = process.env.WHOWAITS_DATA ?? new URL("../../shared", import.meta.url).pathname;

const scenario = (trace) => ({
  fleet: { pools: [{ name: "h100", nodes: 1, gpu: "H100-SXM", gpusPerNode: 8 }] },
  services: [
    { name: "chat", model: "llama-3.1-8b", engine: { scheduler: "vllm" }, replicas: 4, requests: { trace } },
  ],
});

export async function run() {
  console.log(
    "trace                  requests   events    first run ms   median of the others ms   requests/CPU-second",
  );
  for (const name of ["AzureLLMInferenceTrace_conv", "AzureLLMInferenceTrace_code"]) {
    const path = `${data}/traces/azure-llm-2023/${name}.csv`;
    if (!existsSync(path)) {
      console.log(`${name}: not there; WHOWAITS_DATA names the folder of traces`);
      continue;
    }
    const loaded = await loadScenario({ object: scenario(path) });
    const times = [];
    let outcome;
    for (let i = 0; i < RUNS; i++) {
      const begin = process.cpuUsage();
      outcome = await simulate(loaded);
      const { user, system } = process.cpuUsage(begin);
      times.push((user + system) / 1e3);
    }
    const requests = outcome.result.metrics.find(
      (m) => m.name === "requests.count" && m.labels.state === "arrived",
    ).value;
    const [first, ...others] = times;
    const typical = others.sort((a, b) => a - b)[others.length >> 1];
    console.log(
      `${name.slice("AzureLLMInferenceTrace_".length).padEnd(23)}${String(requests).padEnd(11)}${String(outcome.events).padEnd(10)}` +
        `${first.toFixed(0).padEnd(15)}${typical.toFixed(0).padEnd(26)}${Math.round((requests / typical) * 1e3)}`,
    );
  }
  console.log(`peak memory of the process so far: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
}
