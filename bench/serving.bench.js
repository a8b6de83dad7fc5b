import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Names } from "./build/core/names.js";
import { createRandom } from "./build/core/random.js";
import { Phase, Simulation } from "./build/core/simulation.js";
import { findGpu } from "./build/fleet/catalogue.js";
import { Shapes } from "./build/fleet/shape.js";
import { Journal } from "./build/journal/journal.js";
import { RunMetrics } from "./build/metrics/run-metrics.js";
import { findModel } from "./build/serving/model/catalogue.js";
import { routers } from "./build/serving/router.js";
import { requestSchedulers } from "./build/serving/schedulers.js";
import { Serving } from "./build/serving/serving.js";
import { generateRequests } from "./build/workload/generate/index.js";
import { readRequests } from "./build/workload/read.js";

export const describe =
  "requests per CPU-second (drawing or reading them, engines, metrics): Llama-3.1-8B on H100, vLLM, beside inference-lab";

const data = process.env.WHOWAITS_DATA ?? new URL("../../shared", import.meta.url).pathname;
const RUNS = 3;
const F = { input: { kind: "fixed", value: 512 }, output: { kind: "fixed", value: 128 } };
const A = {
  input: { kind: "lognormal", median: Math.exp(6.2), sigma: 0.8 },
  output: { kind: "lognormal", median: Math.exp(5.3), sigma: 0.7 },
};
/** Beside each workload the length distributions in inference-lab's words. */
const WORKLOADS = [
  { name: "F at 60/s", ...F, rate: 60, theirs: [fixed(512), fixed(128)] },
  { name: "F at 10/s", ...F, rate: 10, theirs: [fixed(512), fixed(128)] },
  { name: "A at 30/s", ...A, rate: 30, theirs: [lognormal(6.2, 0.8), lognormal(5.3, 0.7)] },
  { name: "A at 10/s", ...A, rate: 10, theirs: [lognormal(6.2, 0.8), lognormal(5.3, 0.7)] },
];

function fixed(value) {
  return { type: "fixed", value };
}
function lognormal(mean, std_dev) {
  return { type: "lognormal", mean, std_dev };
}

/** Grants what is asked for at once. */
class OpenFleet {
  constructor(simulation) {
    this.simulation = simulation;
    this.holders = [];
    this.grant = simulation.handler((lease) => this.holders[lease].granted(lease, 0));
  }
  request(_shape, _name, _tenant, holder) {
    const lease = this.holders.push(holder) - 1;
    this.simulation.at(this.simulation.now, Phase.Pass, this.grant, lease);
    return lease;
  }
  release() {}
}

/** CPU seconds of what `work` does, and what it returns. */
async function timed(work) {
  globalThis.gc?.();
  const begin = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(begin);
  return { seconds: (user + system) / 1e6, value };
}

async function simulate(open, { replicas = 1, options = {} } = {}) {
  const names = { ids: new Names(), tenants: new Names() };
  const random = createRandom(1);
  const rows = await open(names, random);
  const simulation = new Simulation();
  const journal = new Journal();
  const metrics = new RunMetrics({
    window: { from: 0, to: Number.POSITIVE_INFINITY },
    tau: 10e6,
    groupBy: [],
  });
  metrics.listen(journal);
  const reasons = new Names();
  const leases = new OpenFleet(simulation);
  const serving = new Serving({ simulation, journal, leases, shapes: new Shapes(), random, reasons, names });
  const service = serving.add({
    name: "chat",
    model: findModel("llama-3.1-8b"),
    gpu: findGpu("H100"),
    scheduler: requestSchedulers.vllm,
    options,
    replicas,
    router: routers.least_requests,
    requests: [rows.open()],
  });
  journal.runStart(0, {
    gpus: replicas,
    cpus: 0,
    nodes: 1,
    jobs: {},
    requests: serving.requests,
    services: [service.facts],
    reasonName: (reason) => reasons.name(reason),
  });
  serving.start();
  await simulation.run();
  serving.settle();
  journal.runEnd(simulation.now);
  metrics.collect({ measuresFrom: false, until: false, partial: false });
  if (serving.requests.ended !== rows.counts.emitted)
    throw new Error(`${serving.requests.ended} requests ended`);
  return { requests: serving.requests.ended, events: simulation.events, serving };
}

const ENGINE = { max_num_batched_tokens: 8192, max_num_seqs: 256 };

function ours({ input, output, rate }, count) {
  const recipe = { arrivals: { process: "poisson", rate }, count, inputTokens: input, outputTokens: output };
  return simulate((names, random) => generateRequests(recipe, { name: "requests", random, names }), {
    options: ENGINE,
  });
}

/** inference-lab, an optional development dependency; undefined when it is not installed. */
async function loadTheirs() {
  try {
    const lab = await import("@doublewordai/inference-lab");
    const wasm = createRequire(import.meta.url).resolve("@doublewordai/inference-lab/inference_lab_bg.wasm");
    lab.initSync({ module: readFileSync(wasm) });
    return lab.run_simulation;
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND" && error.code !== "MODULE_NOT_FOUND") throw error;
    return undefined;
  }
}

function labConfig({ theirs: [input, output], rate }, count) {
  return JSON.stringify({
    hardware: {
      name: "H100",
      compute_flops: 989e12,
      memory_bandwidth: 3.35e12,
      memory_capacity: 80 * 2 ** 30,
      kv_cache_capacity: 0,
      gpu_memory_utilization: 0.9,
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
    scheduler: { ...ENGINE, policy: "fcfs", enable_chunked_prefill: true, block_size: 16 },
    workload: {
      arrival_pattern: "poisson",
      arrival_rate: rate,
      input_len_dist: input,
      output_len_dist: output,
      num_requests: count,
      seed: 1,
    },
    simulation: { log_interval: 1_000_000 },
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function repeatedly(work) {
  const seconds = [];
  for (let i = 0; i < RUNS; i++) seconds.push((await timed(work)).seconds);
  return median(seconds);
}

const perSecond = (count, seconds) => Math.round(count / seconds).toLocaleString("en");

async function besideInferenceLab() {
  const count = 10_000;
  const theirs = await loadTheirs();
  if (theirs === undefined)
    console.log(
      "@doublewordai/inference-lab is not installed: no ratios (npm install --no-save it at 0.2.1)",
    );
  console.log("10,000 requests   ours/CPU-s   inference-lab/CPU-s   ratio");
  for (const workload of WORKLOADS) {
    const own = await repeatedly(() => ours(workload, count));
    const other = theirs && (await repeatedly(() => theirs(labConfig(workload, count))));
    console.log(
      workload.name.padEnd(18) +
        perSecond(count, own).padEnd(13) +
        (other ? perSecond(count, other).padEnd(22) + (other / own).toFixed(1) : "-"),
    );
  }
}

async function scale() {
  const workload = WORKLOADS[1];
  const costs = [];
  for (const count of [10_000, 1_000_000]) {
    const { seconds } = await timed(() => ours(workload, count));
    costs.push((seconds / count) * 1e6);
    const peak = process.resourceUsage().maxRSS / 1024;
    console.log(
      `${workload.name}, ${count.toLocaleString("en")} requests: ${costs.at(-1).toFixed(1)} µs each, peak memory so far ${peak.toFixed(0)} MiB`,
    );
  }
  console.log(`cost of a request in a million over one in ten thousand: ${(costs[1] / costs[0]).toFixed(2)}`);
}

async function azure() {
  const file = "traces/azure-llm-2023/AzureLLMInferenceTrace_conv.csv";
  const path = `${data}/${file}`;
  if (!existsSync(path)) return console.log(`no ${file}: WHOWAITS_DATA names the folder of traces`);
  const open = (names) => readRequests({ path, name: file }, names);
  const { value } = await timed(() => simulate(open, { replicas: 2 }));
  const seconds = await repeatedly(() => simulate(open, { replicas: 2 }));
  console.log(
    `Azure conversation trace, ${value.requests.toLocaleString("en")} requests on 2 replicas: ${perSecond(value.requests, seconds)} per CPU-second`,
  );
}

/** The rows of a kept trace twice, the second time after the first and with contents of its own; 23,608 in all. */
function twice(rows, most) {
  const SHIFT = 2 ** 45;
  const open = () => {
    const first = rows.open();
    let second;
    let left = most;
    return {
      ...first,
      origin: rows.origin,
      counts: { ...rows.counts, emitted: most },
      async next() {
        const again = second !== undefined;
        const batch = await (second ?? first).next();
        if (batch === null) {
          if (again) return null;
          second = rows.open();
          return this.next();
        }
        const copy = new batch.constructor(batch.capacity);
        copy.copy(batch);
        copy.length = Math.min(batch.length, left);
        left -= copy.length;
        if (again) {
          for (let i = 0; i < copy.length; i++) copy.arrival[i] += rows.lastTime;
          for (let k = 0; k < copy.runAddress.length; k++) copy.runAddress[k] += SHIFT;
        }
        return copy.length === 0 ? null : copy;
      },
      async close() {},
    };
  };
  return { origin: rows.origin, counts: { ...rows.counts, emitted: most }, open };
}

async function mooncake() {
  const file = "traces/mooncake/conversation_trace.jsonl.gz";
  const path = `${data}/${file}`;
  if (!existsSync(path)) return console.log(`no ${file}: WHOWAITS_DATA names the folder of traces`);
  const count = 23_608;
  for (const blockSize of [512, 16]) {
    const open = async (names) => twice(await readRequests({ path, name: file }, names), count);
    const run = () => simulate(open, { replicas: 8, options: { block_size: blockSize } });
    const { value } = await timed(run);
    const seconds = await repeatedly(run);
    const found = value.serving.replicas.reduce((sum, { engine }) => sum + engine.kv.stats.hits, 0);
    const asked = value.serving.replicas.reduce((sum, { engine }) => sum + engine.kv.stats.queries, 0);
    console.log(
      `Mooncake conversation trace, ${count.toLocaleString("en")} requests on 8 replicas, prefix caching, blocks of ${blockSize}: ${seconds.toFixed(2)} s of CPU, ${((100 * found) / asked).toFixed(1)} % of looked-up tokens found`,
    );
  }
}

export async function run() {
  await besideInferenceLab();
  await azure();
  await mooncake();
  await scale();
}
