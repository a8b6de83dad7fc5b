import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { WorkerPool } from "../../../src/experiment/executors/pool.js";
import { plan } from "../../../src/experiment/plan/plan.js";
import { standing, targetsOf } from "../../../src/experiment/plan/targets.js";
import { replicationSeeds } from "../../../src/experiment/point/seeds.js";
import { Tasks } from "../../../src/experiment/point/tasks.js";
import { runTasks } from "../../../src/experiment/run-tasks.js";
import { parseAxis, sizeOf, valueAt } from "../../../src/experiment/sweep/axis.js";
import { parseExpectation } from "../../../src/metrics/expression.js";
import type { Result } from "../../../src/metrics/result.js";
import { small } from "../support/small.js";

let folder: string;
let pool: WorkerPool;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-plan-"));
  pool = new WorkerPool({ workers: 2 });
});
afterEach(async () => {
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

const JOBS = small().object.jobs;
const chat = (rate: string) => ({
  name: "serving",
  object: {
    fleet: { pools: [{ name: "l4", nodes: 8, gpu: "L4", gpusPerNode: 8 }] },
    services: [
      {
        name: "chat",
        model: "llama-3.1-8b",
        engine: { scheduler: "vllm", options: { max_model_len: 2000, max_num_seqs: 8 } },
        requests: {
          generate: {
            count: 60,
            arrivals: { process: "poisson", rate },
            inputTokens: 200,
            outputTokens: 20,
          },
        },
      },
    ],
    thresholds: ["ttft.p95{service=chat} < 2s"],
  },
});

const SCENARIOS = [
  {
    what: "nodes for a wait",
    find: "fleet.pools.0.nodes=3..62",
    scenario: small({ thresholds: ["wait.p95 < 4m"] }),
  },
  {
    what: "nodes for two targets, one of which asks for much",
    find: "fleet.pools.0.nodes=3..62",
    scenario: small({ jobs: JOBS, thresholds: ["wait.mean < 10m", "wait.max < 90s"] }),
  },
  { what: "replicas for a first token", find: "services.0.replicas=1..60", scenario: chat("60/s") },
];

const found: number[] = [];
describe("plan finds the minimum that trying everything finds, in a fifth of the runs at most", () => {
  it.each(SCENARIOS)("$what", async ({ find, scenario }) => {
    const axis = parseAxis(find);
    const tasks = await Tasks.open({ ...scenario, folder });
    const options = { executor: pool, replications: 3, confidence: 0.95 };
    let runs = 0;
    const planned = await plan(tasks, axis, { ...options, ended: (done) => (runs = Math.max(runs, done)) });

    const { thresholds, scenario: resolved } = await tasks.load();
    const targets = targetsOf(thresholds);
    const seeds = replicationSeeds(resolved.seed, 3);
    const all = Array.from({ length: sizeOf(axis) }, (_, i) => valueAt(axis, i));
    const points = all.flatMap((value) => seeds.map((seed) => ({ set: [`${axis.key}=${value}`], seed })));
    const outcomes = await runTasks(await Promise.all(points.map((point) => tasks.task(point))), pool);
    const results = outcomes.map((outcome) => (outcome as { result: Result }).result);
    const smallest = all.find((_, i) =>
      targets.every((target) => standing(target, results.slice(3 * i, 3 * i + 3), 0.95).met),
    );
    expect(planned.smallest?.value).toBe(smallest);
    expect(smallest).toBeDefined();
    expect(runs).toBeLessThanOrEqual(points.length / 5);
    found.push(Number(smallest));
  });

  // Three answers at an end of their range would prove little.
  afterAll(() => expect(found.filter((value) => value > 4).length).toBeGreaterThan(0));
});

it("asks for the stated confidence, not just for the mean", () => {
  const run = (value: number) =>
    ({
      seed: "1",
      metrics: [{ name: "wait.mean", labels: {}, unit: "us", value, n: 9 }],
    }) as unknown as Result;
  const runs = [80, 90, 100].map((seconds) => run(seconds * 1e6));
  const at = (text: string, confidence: number) => {
    const [target] = targetsOf([{ ...parseExpectation(text), allowEmpty: false, level: "error" }]);
    return standing(target!, runs, confidence);
  };
  // Mean 90 s, standard error 5.77 s; t(2) is 2.92 at 95 % and 0.82 at 75 %: ends 106.9 s and 94.7 s.
  expect(at("wait.mean < 106s", 0.95).met).toBe(false);
  expect(at("wait.mean < 107s", 0.95).met).toBe(true);
  expect(at("wait.mean < 95s", 0.75).met).toBe(true);
  expect(at("wait.mean < 94s", 0.75).met).toBe(false);
  expect(at("wait.mean < 100s", 0.75).margin).toBeCloseTo(0.1, 12);
});

it("says what is missing without thresholds", async () => {
  const tasks = await Tasks.open({ ...small(), folder });
  const options = { executor: pool, replications: 1, confidence: 0.95 };
  await expect(plan(tasks, parseAxis("fleet.pools.0.nodes=1..2"), options)).rejects.toThrow(/no thresholds/);
});
