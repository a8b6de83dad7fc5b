import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WorkerPool } from "../../src/experiment/executors/pool.js";
import type { Outcome, Task } from "../../src/experiment/point/point.js";
import { runTask } from "../../src/experiment/point/run-task.js";
import { replicationSeeds } from "../../src/experiment/point/seeds.js";
import { Tasks } from "../../src/experiment/point/tasks.js";
import { runTasks } from "../../src/experiment/run-tasks.js";
import { ResultStore } from "../../src/experiment/store/store.js";
import { small } from "./support/small.js";

/** The pool's threads run the build: `npm test` builds first. */
let folder: string;
let pool: WorkerPool | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-pool-"));
});
afterEach(async () => {
  await pool?.close();
  pool = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function tasksOf(seeds: number, more: Record<string, unknown> = {}): Promise<Task[]> {
  const tasks = await Tasks.open({ ...small(more), folder });
  return Promise.all(replicationSeeds("1", seeds).map((seed) => tasks.task({ set: [], seed })));
}

const results = (outcomes: readonly (Outcome | undefined)[]) =>
  outcomes.map((outcome) => {
    if (outcome === undefined || !("result" in outcome)) throw new Error(JSON.stringify(outcome));
    return outcome.result;
  });

/** A policy that ends its thread the first so many times that it is made, as a crash would. */
function mortal(deaths: number): string {
  writeFileSync(
    join(folder, "mortal.mjs"),
    `import { appendFileSync, existsSync, readFileSync } from "node:fs";
const log = ${JSON.stringify(join(folder, "deaths"))};
export default {
  create() {
    const died = existsSync(log) ? readFileSync(log, "utf8").length : 0;
    if (died < ${deaths}) { appendFileSync(log, "x"); process.exit(1); }
    return { pass(view, act) { for (let job = view.queue.first; job >= 0; job = view.queue.first) if (!act.start(job)) return act.hold(job, "Resources"); } };
  },
};
`,
  );
  return "./mortal.mjs";
}

describe("the pool of workers", () => {
  it("gives what running one after the other gives, in the order of the tasks", async () => {
    const tasks = await tasksOf(12);
    pool = new WorkerPool({ workers: 3 });
    const pooled = await runTasks(tasks, pool);
    const alone = [];
    for (const task of tasks) alone.push(await runTask(task));
    expect(results(pooled)).toEqual(results(alone));
    expect(new Set(results(pooled).map(({ seed }) => seed)).size).toBe(12);
  });

  it("replaces a worker that dies and tries its task again", async () => {
    const tasks = await tasksOf(6, { scheduler: { policy: mortal(2) } });
    pool = new WorkerPool({ workers: 2 });
    expect(results(await runTasks(tasks, pool)).map(({ seed }) => seed)).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
    ]);
    expect(readFileSync(join(folder, "deaths"), "utf8")).toBe("xx");
  });

  it("gives a task up that kills every worker, and runs the others", async () => {
    const [good] = await tasksOf(1);
    const [bad] = await tasksOf(1, { scheduler: { policy: mortal(99) } });
    pool = new WorkerPool({ workers: 1 });
    const [first, second] = await runTasks([bad!, good!], pool);
    expect(first).toEqual({ fault: "the worker died 3 times: it exited with 1" });
    expect(second).toHaveProperty("result");
    expect(readFileSync(join(folder, "deaths"), "utf8")).toBe("xxx");
  });

  it("tells of input that shows to be wrong only when it runs, and of a scenario that changed under way", async () => {
    writeFileSync(join(folder, "jobs.csv"), "submit,run,gpus\n0,never,1\n");
    const [task] = await tasksOf(1, { jobs: { trace: "jobs.csv" } });
    const [other] = await tasksOf(1);
    pool = new WorkerPool({ workers: 1 });
    const [missing, changed] = await runTasks([task!, { ...other!, key: "k", scenarioHash: "0" }], pool);
    expect(missing).toMatchObject({ problems: [{ code: "trace/bad-row" }] });
    expect(changed).toMatchObject({ fault: expect.stringContaining("the scenario of k is") });
  });

  it("ends what is in flight after a stop, and starts nothing more", async () => {
    const tasks = await tasksOf(20);
    const stop = new AbortController();
    pool = new WorkerPool({ workers: 2 });
    const outcomes = await runTasks(tasks, pool, {
      stop: stop.signal,
      ended: (done) => done === 3 && stop.abort(),
    });
    const done = outcomes.filter((outcome) => outcome !== undefined).length;
    expect(done).toBeGreaterThanOrEqual(3);
    // Short ones are sent one ahead.
    expect(done).toBeLessThanOrEqual(6);
  });

  it("hands a failure to make a task to the caller", async () => {
    const [task] = await tasksOf(1);
    pool = new WorkerPool({ workers: 2 });
    async function* broken() {
      yield task!;
      throw new Error("no more");
    }
    await expect(pool.run(broken(), () => undefined)).rejects.toThrow("no more");
  });
});

describe("with a store", () => {
  it("runs nothing twice, not even what is asked for under two spellings", async () => {
    const store = new ResultStore(join(folder, "store")).open();
    const tasks = await Tasks.open({ ...small(), folder });
    const asked = await Promise.all([
      tasks.task({ set: ["until=90m"], seed: "1" }),
      tasks.task({ set: ["until=1h30m"], seed: "1" }),
    ]);
    expect(asked[0]!.key).toBe(asked[1]!.key);
    let runs = 0;
    const counting = () => ({ store, ended: () => void runs++ });
    pool = new WorkerPool({ workers: 2, store: store.folder });
    const first = results(await runTasks(asked, pool, counting()));
    const again = results(await runTasks(asked, pool, counting()));
    expect(runs).toBe(1);
    expect(again).toEqual(first);
  });

  it("runs again what is torn", async () => {
    const store = new ResultStore(join(folder, "store")).open();
    const [task] = await tasksOf(1);
    const outcome = await runTask(task!, store);
    expect(store.get(task!.key)).toEqual("result" in outcome && outcome.result);
    const file = join(store.folder, task!.key.slice(0, 2), `${task!.key}.json.gz`);
    const whole = readFileSync(file);
    for (const length of [0, 9, whole.length >> 1, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length));
      expect(store.get(task!.key)).toBeUndefined();
    }
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1]! ^= 1;
    writeFileSync(file, flipped);
    expect(store.get(task!.key)).toBeUndefined();
  });

  it("says that a folder cannot be written", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => new ResultStore(join(folder, "file/store")).open()).toThrow(
      /cannot write results to .*file\/store/,
    );
    if (existsSync("/proc/self"))
      expect(() => new ResultStore("/proc/store").open()).toThrow(/cannot write results to/);
  });
});

describe("a key", () => {
  it("depends on the seed, on values and on the content of files, not on names of folders", async () => {
    writeFileSync(join(folder, "jobs.csv"), "submit,run,gpus\n0,60,1\n");
    const tasks = () => Tasks.open({ ...small({ jobs: { trace: "jobs.csv" } }), folder });
    const key = async (set: string[], seed: string) => (await (await tasks()).task({ set, seed })).key;
    const base = await key([], "1");
    expect(await key([], "1")).toBe(base);
    expect(await key([], "2")).not.toBe(base);
    expect(await key(["scheduler.policy=fifo"], "1")).not.toBe(base);
    expect(await key([`jobs.trace=${join(folder, "jobs.csv")}`], "1")).toBe(base);
    writeFileSync(join(folder, "jobs.csv"), "submit,run,gpus\n0,61,1\n");
    expect(await key([], "1")).not.toBe(base);
  });

  it("is refused to a trace on standard input", async () => {
    const tasks = await Tasks.open({ ...small({ jobs: { trace: "-" } }), folder });
    await expect(tasks.task({ set: [], seed: "1" })).rejects.toThrow("standard input can be read only once");
  });
});

describe("seeds of replications", () => {
  it.each([
    ["1", ["1", "2", "3"]],
    ["40", ["40", "41", "42"]],
    ["day", ["day", "day/2", "day/3"]],
    ["007", ["007", "007/2", "007/3"]],
  ])("of %s", (seed, seeds) => expect(replicationSeeds(seed, 3)).toEqual(seeds));
});
