import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { loadScenario } from "./build/scenario/load.js";
import { simulate } from "./build/scenario/simulate.js";
import { cpu, median } from "./measure.js";

export const describe =
  "requests per CPU-second beside inference-lab 0.2.1 on its own workloads: H100, Llama-3.1-8B, Poisson arrivals";

const SEQUENCES = 256;
const TOKENS = 8192;
const FEW = 10_000;
const MANY = 1_000_000;

/** A lognormal by mu and sigma of its logarithm, as inference-lab states it. */
const lognormal = (mu, sigma) => ({
  ours: {
    distribution: "lognormal",
    mean: Math.exp(mu + sigma ** 2 / 2),
    cv: Math.sqrt(Math.exp(sigma ** 2) - 1),
    min: 1,
    max: 60_000,
  },
  theirs: { type: "lognormal", mean: mu, std_dev: sigma },
});
const fixed = (tokens) => ({ ours: tokens, theirs: { type: "fixed", value: tokens } });

const F = { name: "F: 512 in, 128 out", input: fixed(512), output: fixed(128) };
const A = { name: "A: lognormal in and out", input: lognormal(6.2, 0.8), output: lognormal(5.3, 0.7) };
export const WORKLOADS = [
  { ...F, rate: 60 },
  { ...F, rate: 10 },
  { ...A, rate: 30 },
  { ...A, rate: 10 },
];

const vllm = {
  scheduler: "vllm",
  options: { max_num_seqs: SEQUENCES, max_num_batched_tokens: TOKENS },
};

export async function ours({ input, output, rate }, count, engine = vllm) {
  const generate = {
    count,
    arrivals: { process: "poisson", rate: `${rate}/s` },
    inputTokens: input.ours,
    outputTokens: output.ours,
  };
  const object = {
    fleet: { pools: [{ name: "h100", nodes: 1, gpu: "H100-SXM", gpusPerNode: 1 }] },
    services: [{ name: "chat", model: "llama-3.1-8b", engine, requests: { generate } }],
  };
  const { seconds, value } = await cpu(async () => simulate(await loadScenario({ object })));
  const { result } = value;
  const ended = result.metrics.find((m) => m.name === "requests.count" && m.labels.state === "ended").value;
  if (ended !== count) throw new Error(`${ended} of ${count} requests ended`);
  return count / seconds;
}

/** A function that runs a workload there, or why there is none. */
async function inferenceLab() {
  try {
    const wasm = createRequire(import.meta.url).resolve("@doublewordai/inference-lab/inference_lab_bg.wasm");
    const { initSync, run_simulation } = await import("@doublewordai/inference-lab");
    initSync({ module: readFileSync(wasm) });
    return run_simulation;
  } catch (error) {
    return String(error.message ?? error);
  }
}

async function theirs(simulation, { input, output, rate }, count) {
  const config = {
    hardware: {
      name: "H100",
      compute_flops: 989e12,
      memory_bandwidth: 3.35e12,
      memory_capacity: 80 * 2 ** 30,
      gpu_memory_utilization: 0.92,
      bytes_per_param: 2,
    },
    model: {
      name: "llama-3.1-8b",
      num_parameters: 8_030_261_248,
      num_layers: 32,
      hidden_dim: 4096,
      num_heads: 32,
      num_kv_heads: 8,
      max_seq_len: 131_072,
    },
    scheduler: {
      max_num_batched_tokens: TOKENS,
      max_num_seqs: SEQUENCES,
      policy: "fcfs",
      enable_chunked_prefill: true,
      long_prefill_token_threshold: 0,
      max_num_partial_prefills: 1,
      block_size: 16,
    },
    workload: {
      arrival_pattern: "poisson",
      arrival_rate: rate,
      input_len_dist: input.theirs,
      output_len_dist: output.theirs,
      num_requests: count,
      seed: 1,
    },
    simulation: { log_interval: 1_000_000 },
  };
  return count / (await cpu(() => simulation(JSON.stringify(config)))).seconds;
}

export async function run() {
  const simulation = await inferenceLab();
  if (typeof simulation === "string") console.log(`no inference-lab to compare with: ${simulation}`);
  console.log(
    "workload                  per s   requests   first run   ours req/CPU-s   inference-lab req/CPU-s   ours/theirs",
  );
  for (const workload of WORKLOADS) {
    const mine = [];
    for (let i = 0; i < 7; i++) mine.push(await ours(workload, FEW));
    // The first runs of a process are those in which its code gets compiled; inference-lab comes compiled.
    const speed = median(mine.slice(2));
    const other = typeof simulation === "string" ? undefined : await theirs(simulation, workload, FEW);
    console.log(
      `${workload.name.padEnd(26)}${String(workload.rate).padEnd(8)}${String(FEW).padEnd(11)}${mine[0].toFixed(0).padEnd(12)}${speed.toFixed(0).padEnd(17)}` +
        `${(other === undefined ? "-" : other.toFixed(0)).padEnd(26)}${other === undefined ? "-" : (speed / other).toFixed(1)}`,
    );
  }
  const [few, many] = [await ours(WORKLOADS[1], FEW), await ours(WORKLOADS[1], MANY)];
  const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.log(
    `cost of a request at ${MANY.toLocaleString("en")} over that at ${FEW.toLocaleString("en")} (F, 10 per s): ` +
      `${(few / many).toFixed(2)}; peak ${peak} MiB`,
  );
}
