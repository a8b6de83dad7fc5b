import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { loadScenario } from "./build/scenario/load.js";
import { simulate } from "./build/scenario/simulate.js";

export const describe =
  "CPU of 23,608 requests of Mooncake's conversation trace, reading and all metrics included: vllm with prefix caching, 8 replicas";

const RUNS = 5;
const REQUESTS = 23_608;
const data = process.env.WHOWAITS_DATA ?? new URL("../../shared", import.meta.url).pathname;

/** The trace and, behind it, itself again with other ids, so that the second pass shares nothing with the first. */
function repeated(path) {
  const lines = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
  const rows = lines.map((line) => JSON.parse(line));
  const shift = 1 + Math.max(...rows.map((row) => Math.max(...row.hash_ids)));
  const later = rows.at(-1).timestamp + 3000;
  const again = rows.map((row) => ({
    ...row,
    timestamp: row.timestamp + later,
    hash_ids: row.hash_ids.map((id) => id + shift),
  }));
  return [...rows, ...again]
    .slice(0, REQUESTS)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join("");
}

const scenario = (trace, block_size) => ({
  fleet: { pools: [{ name: "h100", nodes: 1, gpu: "H100-SXM", gpusPerNode: 8 }] },
  services: [
    {
      name: "chat",
      model: "llama-3.1-8b",
      engine: { scheduler: "vllm", options: { block_size } },
      replicas: 8,
      requests: { trace },
    },
  ],
});

export async function run() {
  const path = `${data}/traces/mooncake/conversation_trace.jsonl.gz`;
  if (!existsSync(path))
    return console.log("the trace is not there; WHOWAITS_DATA names the folder of traces");
  const folder = mkdtempSync(join(tmpdir(), "whowaits-bench-"));
  try {
    const trace = join(folder, "twice.jsonl");
    writeFileSync(trace, repeated(path));
    console.log("block size   requests   first run s   median of the others s   requests/CPU-second");
    for (const size of [512, 16]) await measure(await loadScenario({ object: scenario(trace, size) }), size);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(loaded, size) {
  const times = [];
  let outcome;
  for (let i = 0; i < RUNS; i++) {
    const begin = process.cpuUsage();
    outcome = await simulate(loaded);
    const { user, system } = process.cpuUsage(begin);
    times.push((user + system) / 1e6);
  }
  const requests = outcome.result.metrics.find(
    (m) => m.name === "requests.count" && m.labels.state === "ended",
  ).value;
  const [first, ...others] = times;
  const typical = others.sort((a, b) => a - b)[others.length >> 1];
  console.log(
    `${String(size).padEnd(13)}${String(requests).padEnd(11)}${first.toFixed(2).padEnd(14)}${typical.toFixed(2).padEnd(25)}${Math.round(requests / typical)}`,
  );
}
