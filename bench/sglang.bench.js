import { median } from "./measure.js";
import { ours, WORKLOADS } from "./serving.bench.js";

export const describe = "requests per CPU-second under sglang beside vllm, on the workloads of `serving`";

const REQUESTS = 10_000;
const MANY = 1_000_000;
const RUNS = 7;

/** 256 places and 8192 tokens of prompts in one pass, as for vllm. */
const sglang = {
  scheduler: "sglang",
  args: "--max-running-requests 256 --chunked-prefill-size 8192",
};

/** The median of all runs but the first two of each engine, in which its code gets compiled; taken in turn. */
async function beside(workload, engines) {
  const speeds = engines.map(() => []);
  for (let i = 0; i < RUNS; i++)
    for (const [k, engine] of engines.entries()) speeds[k].push(await ours(workload, REQUESTS, engine));
  return speeds.map((each) => median(each.slice(2)));
}

export async function run() {
  console.log("workload                  per s   sglang req/CPU-s   vllm req/CPU-s   sglang/vllm");
  for (const workload of WORKLOADS) {
    const [mine, other] = await beside(workload, [sglang, undefined]);
    console.log(
      `${workload.name.padEnd(26)}${String(workload.rate).padEnd(8)}${mine.toFixed(0).padEnd(19)}${other.toFixed(0).padEnd(17)}${(mine / other).toFixed(2)}`,
    );
  }
  const [few] = await beside(WORKLOADS[1], [sglang]);
  const many = await ours(WORKLOADS[1], MANY, sglang);
  const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.log(
    `cost of a request at ${MANY.toLocaleString("en")} over that at ${REQUESTS.toLocaleString("en")} (F, 10 per s): ` +
      `${(few / many).toFixed(2)}; peak ${peak} MiB`,
  );
}
