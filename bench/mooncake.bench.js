import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { service, simulated, trace } from "./measure.js";

export const describe =
  "CPU of 23,608 requests of Mooncake's conversation trace, reading and all metrics included: prefix caching, 8 replicas";

const REQUESTS = 23_608;
/** By the trace's own blocks, and as the engines do by default. */
const ENGINES = [
  ["vllm", { block_size: 512 }],
  ["vllm", { block_size: 16 }],
  ["sglang", { page_size: 512 }],
  ["sglang", { page_size: 1 }],
];

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

export async function run() {
  const path = trace("mooncake/conversation_trace.jsonl.gz");
  if (!existsSync(path))
    return console.log("the trace is not there; WHOWAITS_DATA names the folder of traces");
  const folder = mkdtempSync(join(tmpdir(), "whowaits-bench-"));
  try {
    const twice = join(folder, "twice.jsonl");
    writeFileSync(twice, repeated(path));
    console.log("engine, block size   requests   first run s   median of the others s   requests/CPU-second");
    for (const [scheduler, options] of ENGINES) {
      const served = service(8, options, { trace: twice }, scheduler);
      const { first, typical, count } = await simulated(served);
      const requests = count("ended");
      const name = `${scheduler}, ${Object.values(options)}`;
      console.log(
        `${name.padEnd(21)}${String(requests).padEnd(11)}${first.toFixed(2).padEnd(14)}${typical.toFixed(2).padEnd(25)}${Math.round(requests / typical)}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
