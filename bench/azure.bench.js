import { existsSync } from "node:fs";
import { service, simulated, trace } from "./measure.js";

export const describe =
  "requests per CPU-second, reading the trace and all metrics included: vllm, Llama-3.1-8B, four replicas on one H100 each";

export async function run() {
  console.log(
    "trace                  requests   events    first run ms   median of the others ms   requests/CPU-second",
  );
  for (const name of ["conv", "code"]) {
    const path = trace(`azure-llm-2023/AzureLLMInferenceTrace_${name}.csv`);
    if (!existsSync(path)) {
      console.log(`${name}: not there; WHOWAITS_DATA names the folder of traces`);
      continue;
    }
    const { first, typical, events, count } = await simulated(service(4, {}, { trace: path }));
    const requests = count("arrived");
    console.log(
      `${name.padEnd(23)}${String(requests).padEnd(11)}${String(events).padEnd(10)}` +
        `${(first * 1e3).toFixed(0).padEnd(15)}${(typical * 1e3).toFixed(0).padEnd(26)}${Math.round(requests / typical)}`,
    );
  }
  console.log(`peak memory of the process so far: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
}
