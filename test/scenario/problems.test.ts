import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { loadScenario, type Overrides } from "../../src/scenario/load.js";
import { scratchFolder } from "../support/scratch.js";

const folder = scratchFolder();
writeFileSync(join(folder, "jobs.csv"), "submit,run,gpus\n0,1,1\n");

/** Everything wrong with a text, one line each: `line <what is marked> code: message (hint)`. */
async function problemsOf(text: string, overrides: Overrides = {}): Promise<string[]> {
  try {
    await loadScenario({ text, name: "s.yaml", folder }, overrides);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(({ at, code, message, hint }) => {
      const marked = at?.text?.slice(at.column - 1, at.column - 1 + at.length);
      return `${at?.line ?? "-"} <${marked ?? ""}> ${code}: ${message}${hint === undefined ? "" : ` (${hint})`}`;
    });
  }
}

const FLEET = "fleet: { pools: [{ name: p, nodes: 2, gpu: H100-SXM }] }";
const JOBS = "jobs: { trace: jobs.csv }";
const scenario = (...lines: string[]) => [FLEET, JOBS, ...lines].join("\n");
const RECIPE = "count: 3, arrivals: { process: poisson, rate: 1/s }, run: 1m, shapes: [{ gpus: 1 }]";
const generated = (recipe: string) => `${FLEET}\njobs:\n  generate: { ${recipe} }`;

it("finds nothing wrong with a right one", async () => {
  expect(await problemsOf(scenario())).toEqual([]);
  expect(await problemsOf(generated(RECIPE))).toEqual([]);
});

describe("says what is wrong, where, and what would be right", () => {
  it.each<[what: string, text: string, ...problems: string[]]>([
    [
      "an unknown key at the top",
      scenario("untill: 1h"),
      '3 <untill> scenario/unknown-key: "untill" is not a key of the top level (did you mean "until"?)',
    ],
    [
      "an unknown key that resembles none",
      scenario("measure: { warmup: 1h }"),
      '3 <warmup> scenario/unknown-key: "warmup" is not a key of measure (keys: from, to, tau, exactSamples, groupBy)',
    ],
    [
      "a price of a GPU type that nobody knows, and a load of nothing",
      scenario("prices: { H100-SXN: 2.5 }", "load: 0"),
      '3 <H100-SXN> scenario/unknown-key: no GPU type is called "H100-SXN" (did you mean "H100-SXM"?)',
      '4 <0> scenario/out-of-range: "load" must be more than 0, not 0',
    ],
    [
      "a duration without unit",
      scenario("until: 10"),
      '3 <10> scenario/unit: "until" is a duration and needs its unit (such as 10s)',
    ],
    [
      "a duration that is none",
      scenario("until: tomorrow"),
      '3 <tomorrow> scenario/unit: "until" must be a duration, not "tomorrow" (write it as 90s, 5m, 2h30m or 7d)',
    ],
    [
      "a negative duration",
      scenario("measure: { from: -5m }"),
      '3 <-5m> scenario/out-of-range: "from" must not be negative, but is -5m',
    ],
    [
      "a run of no length",
      scenario("until: 0s"),
      '3 <0s> scenario/out-of-range: "until" must be more than 0s',
    ],
    [
      "a size without unit",
      "fleet: { pools: [{ name: p, nodes: 2, memory: 64 }] }\njobs: { trace: jobs.csv }",
      '1 <64> scenario/unit: "memory" is a size and needs its unit (such as 64GiB)',
    ],
    [
      "a bandwidth that is a size",
      scenario().replace("}] }", "}], gpuTypes: { X: { like: L4, link: 64GB } } }"),
      '1 <64GB> scenario/unit: "link" must be a bandwidth, not "64GB" (write it as 450GB/s or 3.35TB/s)',
    ],
    [
      "text for a number",
      scenario().replace("nodes: 2", "nodes: many"),
      '1 <many> scenario/wrong-type: "nodes" must be a whole number, not "many"',
    ],
    [
      "a fraction of a node",
      scenario().replace("nodes: 2", "nodes: 2.5"),
      '1 <2.5> scenario/wrong-type: "nodes" must be a whole number, not 2.5',
    ],
    [
      "no node",
      scenario().replace("nodes: 2", "nodes: 0"),
      '1 <0> scenario/out-of-range: "nodes" must be at least 1, not 0',
    ],
    [
      "more GPUs than a node can have",
      scenario().replace("nodes: 2", "nodes: 2, gpusPerNode: 64"),
      '1 <64> scenario/out-of-range: "gpusPerNode" must be at most 31, not 64',
    ],
    [
      "a missing key",
      "fleet: { pools: [{ name: p }] }\njobs: { trace: jobs.csv }",
      '1 <{ name: p }> scenario/missing-key: fleet.pools[0] needs "nodes" (nodes: Number of nodes)',
    ],
    [
      "no fleet",
      JOBS,
      '1 <jobs: { trace: jobs.csv }> scenario/missing-key: the top level needs "fleet" (fleet: What there is)',
    ],
    [
      "a key without value",
      scenario("name:"),
      '3 <name> scenario/wrong-type: "name" has no value (give it one, or take the key out)',
    ],
    [
      "a list for a mapping",
      `fleet: []\n${JOBS}`,
      '1 <[]> scenario/wrong-type: "fleet" must be a mapping of keys to values, not []',
    ],
    [
      "a list for everything",
      "- a\n- b",
      "1 <- a> scenario/wrong-type: the top level must be a mapping of keys to values (such as name: my-scenario)",
    ],
    [
      "nothing at all",
      "",
      "1 <> scenario/wrong-type: the top level must be a mapping of keys to values (such as name: my-scenario)",
    ],
    [
      "no pools",
      `fleet: { pools: [] }\n${JOBS}`,
      '1 <[]> scenario/out-of-range: "pools" needs at least one entry',
    ],
    [
      "a value that is none of the few",
      scenario().replace("jobs.csv", "jobs.csv, processor: cpu"),
      '2 <cpu> scenario/unknown-value: "processor" must be core, gpu or node, not "cpu" (did you mean "gpu"?)',
    ],
    [
      "an unknown format",
      scenario().replace("jobs.csv", "jobs.csv, format: cvs"),
      '2 <cvs> scenario/unknown-value: "format" must be swf, sacct, csv or jsonl, not "cvs" (did you mean "csv"?)',
    ],
    [
      "text for a flag",
      scenario().replace("jobs.csv", "jobs.csv, strict: yes"),
      '2 <yes> scenario/wrong-type: "strict" must be true or false, not "yes"',
    ],
    [
      "an unknown policy",
      scenario("scheduler:", "  policy: eazy"),
      '4 <eazy> scenario/unknown-policy: "eazy" is not a cluster policy (did you mean "easy"?)',
    ],
    [
      "a policy that resembles none",
      scenario("scheduler: { policy: sorcery }"),
      '3 <sorcery> scenario/unknown-policy: "sorcery" is not a cluster policy (there are fifo, easy, conservative, gang, slurm; your own is a path such as ./my-policy.js)',
    ],
    [
      "a policy of another kind",
      scenario("scheduler: { policy: vllm }"),
      '3 <vllm> scenario/unknown-policy: "vllm" is not a cluster policy (it is a request scheduler; here: fifo, easy, conservative, gang, slurm)',
    ],
    [
      "an unknown option of a policy",
      scenario("scheduler: { policy: easy, tie: pyss }"),
      '3 <tie> scenario/unknown-option: the policy easy has no option "tie" (did you mean "ties"?)',
    ],
    [
      "an unknown GPU type",
      scenario().replace("H100-SXM", "H10-SXM"),
      '1 <H10-SXM> fleet/unknown-gpu: no GPU type is called "H10-SXM" (did you mean "H100-SXM"?)',
    ],
    [
      "GPUs without a type",
      scenario().replace("gpu: H100-SXM", "gpusPerNode: 4"),
      '1 <4> scenario/missing-key: fleet.pools[0] needs "gpu" (the type of those GPUs)',
    ],
    [
      "two pools of one name",
      "fleet:\n  pools:\n    - { name: p, nodes: 1 }\n    - { name: p, nodes: 2 }\njobs: { trace: jobs.csv }",
      '4 <p> scenario/duplicate-name: there are two pools called "p" (names tell them apart in results)',
    ],
    [
      "a GPU type without its figures",
      scenario().replace("}] }", "}], gpuTypes: { X: { memory: 80GiB } } }"),
      '1 <{ memory: 80GiB }> scenario/missing-key: fleet.gpuTypes.X needs "tflops.bf16" (or like: with the name of a GPU type that has it)',
    ],
    [
      "no work",
      FLEET,
      "1 <fleet: { pools: [{ name: p, nodes: 2, gpu: H100-SXM }] }> scenario/no-work: the scenario has neither jobs nor services (add jobs: { trace: … } or services: [ … ])",
    ],
    [
      "a stop that never comes",
      scenario("stop: { requests: 10 }"),
      '3 <10> scenario/no-work: the run would never stop by "requests": there are none',
    ],
    [
      "an empty window",
      scenario("measure: { from: 2h, to: 1h }"),
      '3 <1h> scenario/empty-window: the measured window ends before it begins ("to" must be later than "from")',
    ],
    [
      "a window after the end",
      scenario("until: 1h", "measure: { from: 2h }"),
      '4 <2h> scenario/empty-window: the measured window begins when the run has ended ("until" must be later)',
    ],
    [
      "a missing trace",
      scenario().replace("jobs.csv", "job.csv"),
      "2 <job.csv> trace/not-found: there is no trace file job.csv (did you mean jobs.csv?)",
    ],
    [
      "neither trace nor recipe",
      `${FLEET}\njobs: { limit: 3 }`,
      '2 <{ limit: 3 }> scenario/missing-key: jobs needs "trace" or "generate" (the path of a trace, or a recipe)',
    ],
    [
      "trace and recipe",
      `${FLEET}\njobs: { trace: jobs.csv, generate: { ${RECIPE} } }`,
      "2 <trace> scenario/contradiction: jobs has a trace and a recipe (a list may hold both)",
    ],
    [
      "a trace's key beside a recipe",
      `${FLEET}\njobs:\n  - generate: { ${RECIPE} }\n    speedup: 2`,
      '4 <speedup> scenario/contradiction: "speedup" is for traces, not for a recipe (take it out)',
    ],
  ])("%s", async (_, text, ...problems) => {
    expect(await problemsOf(text)).toEqual(problems);
  });
});

describe("recipes", () => {
  it.each<[what: string, recipe: string, ...problems: string[]]>([
    [
      "an unknown process",
      RECIPE.replace("poisson", "poison"),
      '3 <poison> scenario/unknown-value: "process" must be poisson, gamma or fixed, not "poison" (did you mean "poisson"?)',
    ],
    [
      "a rate without unit",
      RECIPE.replace("1/s", "5"),
      '3 <5> scenario/unit: "rate" is a rate and needs its unit (such as 5/s)',
    ],
    [
      "a gamma process without its cv",
      RECIPE.replace("poisson", "gamma"),
      '3 <{ process: gamma, rate: 1/s }> scenario/missing-key: jobs.generate.arrivals needs "cv" (cv: Coefficient of variation of the gaps: 1 is Poisson, above is bursty)',
    ],
    [
      "no end",
      RECIPE.replace("count: 3, ", ""),
      '3 <{ arrivals: { process: poisson, rate: 1/s }, run: 1m, shapes: [{ gpus: 1 }] }> scenario/missing-key: jobs.generate needs "count" or "until" (or the scenario an until: otherwise work arrives for ever)',
    ],
    [
      "an unknown distribution",
      RECIPE.replace("run: 1m", "run: { distribution: lognorm, mean: 1h, cv: 1 }"),
      '3 <lognorm> scenario/unknown-value: "distribution" must be uniform, exponential, lognormal or empirical, not "lognorm" (did you mean "lognormal"?)',
    ],
    [
      "half a lognormal",
      RECIPE.replace("run: 1m", "run: { distribution: lognormal, mean: 1h, sigma: 1 }"),
      "3 <{ distribution: lognormal, mean: 1h, sigma: 1 }> scenario/wrong-distribution: jobs.generate.run needs mean and cv, or median and sigma",
    ],
    [
      "weights of another number",
      RECIPE.replace("run: 1m", "run: { distribution: empirical, values: [1h, 2h], weights: [1] }"),
      "3 <[1]> scenario/wrong-distribution: jobs.generate.run needs one weight for each value",
    ],
    [
      "a min above the max",
      RECIPE.replace("run: 1m", "run: { distribution: uniform, min: 2h, max: 1h }"),
      "3 <2h> scenario/wrong-distribution: jobs.generate.run has a min above its max",
    ],
    [
      "a demand that is none",
      RECIPE.replace("gpus: 1", "gpus: 3, nodes: 2"),
      "3 <{ gpus: 3, nodes: 2 }> scenario/wrong-shape: jobs.generate.shapes[0] cannot be: GPUs do not divide evenly by tasks or nodes",
    ],
    [
      "estimates that go down",
      `${RECIPE}, estimate: { factor: 2, roundUpTo: [2h, 1h] }`,
      "3 <1h> scenario/out-of-range: jobs.generate.estimate.roundUpTo must be in ascending order",
    ],
  ])("%s", async (_, recipe, ...problems) => {
    expect(await problemsOf(generated(recipe))).toEqual(problems);
  });
});

describe("services", () => {
  const service = (...lines: string[]) =>
    [FLEET, "services:", "  - name: chat", ...lines.map((l) => `    ${l}`)].join("\n");
  const REQUESTS =
    "requests: { generate: { count: 1, arrivals: { process: fixed, every: 1s }, inputTokens: 8, outputTokens: 8 } }";

  it("finds nothing wrong with a right one", async () => {
    expect(await problemsOf(service("model: llama-3.1-8b", REQUESTS))).toEqual([]);
  });

  it("looks at every name in it", async () => {
    const text = service(
      "model: llama-3.1-8",
      "gpu: L4",
      "engine:",
      "  scheduler: vlm",
      "  time: { preset: vlllm }",
      "router: easy",
      "slo: { ttft: 500 }",
      REQUESTS,
    );
    expect(await problemsOf(text)).toEqual([
      '4 <llama-3.1-8> serving/unknown-model: no model is called "llama-3.1-8" (did you mean "llama-3.1-8b"?)',
      "5 <L4> scenario/no-such-gpu: no pool has the GPU type L4 (the fleet has H100-SXM)",
      '7 <vlm> scenario/unknown-policy: "vlm" is not a request scheduler (did you mean "vllm"?)',
      '8 <vlllm> scenario/unknown-value: "preset" must be vllm, sglang, trtllm or any, not "vlllm" (did you mean "vllm"?)',
      '9 <easy> scenario/unknown-policy: "easy" is not a router (it is a cluster policy; here: round_robin, least_requests)',
      '10 <500> scenario/unit: "ttft" is a duration and needs its unit (such as 500ms)',
    ]);
  });

  it("needs GPUs", async () => {
    const text = service("model: llama-3.1-8b", REQUESTS).replace(", gpu: H100-SXM", "");
    expect(await problemsOf(text)).toEqual([
      "3 <name: chat> scenario/no-such-gpu: a service needs GPUs, and the fleet has none (add a pool with gpu: and gpusPerNode:)",
    ]);
  });

  it("looks for a model's file, and at the engine's options", async () => {
    const text = service("model: ./config.json", "engine: { options: { max_num_seq: 1 } }", REQUESTS);
    expect(await problemsOf(text)).toEqual([
      "4 <./config.json> serving/unreadable-model: there is no model configuration ./config.json (give a model of the catalogue, or the path of a Hugging Face config.json)",
      '5 <max_num_seq> scenario/unknown-option: the policy vllm has no option "max_num_seq" (did you mean "max_num_seqs"?)',
    ]);
  });
});

it("says everything at once, in the order of the file", async () => {
  const text = [
    "nam: x",
    "until: 10",
    "fleet:",
    "  pool:",
    "    - { name: p, node: 2, gpu: H10-SXM }",
    "scheduler: { policy: eazy }",
    "jobs:",
    "  - trase: job.csv",
    "    speedup: -1",
    "measure: { from: now }",
  ].join("\n");
  expect(await problemsOf(text)).toEqual([
    '1 <nam> scenario/unknown-key: "nam" is not a key of the top level (did you mean "name"?)',
    '2 <10> scenario/unit: "until" is a duration and needs its unit (such as 10s)',
    '4 <pool> scenario/unknown-key: "pool" is not a key of fleet (did you mean "pools"?)',
    '5 <node> scenario/unknown-key: "node" is not a key of fleet.pools[0] (did you mean "nodes"?)',
    '5 <H10-SXM> fleet/unknown-gpu: no GPU type is called "H10-SXM" (did you mean "H100-SXM"?)',
    '6 <eazy> scenario/unknown-policy: "eazy" is not a cluster policy (did you mean "easy"?)',
    '8 <trase> scenario/unknown-key: "trase" is not a key of jobs[0] (did you mean "trace"?)',
    "8 <job.csv> trace/not-found: there is no trace file job.csv (did you mean jobs.csv?)",
    '9 <-1> scenario/out-of-range: "speedup" must be more than 0, not -1',
    '10 <now> scenario/unit: "from" must be auto or a duration, not "now" (write a duration as 90s, 5m or 2h30m)',
  ]);
});

describe("text that is not YAML", () => {
  it.each<[what: string, text: string, ...problems: string[]]>([
    [
      "a key twice",
      `${FLEET}\n${JOBS}\n${JOBS}`,
      '3 <jobs> scenario/duplicate-key: the key "jobs" is there twice',
    ],
    ["a quote without end", 'name: "x', '1 <> scenario/syntax: missing closing "quote'],
    [
      "two values on one line",
      "a: b: c",
      "1 <b> scenario/syntax: nested mappings are not allowed in compact mappings",
    ],
  ])("%s", async (_, text, ...problems) => {
    expect(await problemsOf(text)).toEqual(problems);
  });

  it("takes JSON, indented with tabs too", async () => {
    const json = { fleet: { pools: [{ name: "p", nodes: 2 }] }, jobs: { trace: "jobs.csv" } };
    expect(await problemsOf(JSON.stringify(json))).toEqual([]);
    expect(await problemsOf(JSON.stringify(json, null, "\t"))).toEqual([]);
    expect(await problemsOf(JSON.stringify({ ...json, until: 10 }, null, "\t"))).toEqual([
      '13 <10> scenario/unit: "until" is a duration and needs its unit (such as 10s)',
    ]);
  });
});

describe("overrides", () => {
  it.each<[what: string, overrides: Overrides, ...problems: string[]]>([
    ["a good one", { set: ["scheduler.policy=easy", "fleet.pools.0.nodes=4"], seed: 7, until: "2h" }],
    [
      "an unknown key on the way",
      { set: ["fleet.pool.0.nodes=4"] },
      '0 <pool> scenario/unknown-key: "pool" is not a key of fleet (did you mean "pools"?)',
    ],
    [
      "a wrong value",
      { set: ["fleet.pools.0.nodes=many"] },
      '0 <many> scenario/wrong-type: "nodes" must be a whole number, not "many"',
    ],
    [
      "a name in a mapping",
      { set: ["scheduler={ policy: eazy }"] },
      '0 <{ policy: eazy }> scenario/unknown-policy: "eazy" is not a cluster policy (did you mean "easy"?)',
    ],
    [
      "no value",
      { set: ["scheduler.policy"] },
      "0 <scheduler.policy> scenario/bad-set: --set needs a key and a value (such as --set scheduler.policy=easy)",
    ],
    [
      "a value that is not YAML",
      { set: ["name=[a"] },
      "0 <[a> scenario/bad-set: the value of name is not YAML (quote it for the shell and, if it is text, for YAML)",
    ],
    [
      "past the end of a list",
      { set: ["fleet.pools.3.nodes=4"] },
      "0 <3> scenario/bad-set: fleet.pools has 1 entry (count from 0; 1 adds one)",
    ],
    [
      "a key of a list",
      { set: ["fleet.pools.gpus.nodes=4"] },
      '0 <gpus> scenario/bad-set: fleet.pools is a list and has no key "gpus" (count from 0, such as fleet.pools.0)',
    ],
    [
      "a key of a number",
      { set: ["fleet.pools.0.nodes.x=4"] },
      "0 <x> scenario/bad-set: fleet.pools.0.nodes is 2 and has no keys (set fleet.pools.0.nodes itself)",
    ],
    [
      "an --until without unit",
      { until: "10" },
      '0 <10> scenario/unit: "until" is a duration and needs its unit (such as 10s)',
    ],
  ])("%s", async (_, overrides, ...problems) => {
    expect(await problemsOf(scenario(), overrides)).toEqual(problems);
  });
});
