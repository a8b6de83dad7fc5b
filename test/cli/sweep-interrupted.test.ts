import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { small } from "../experiment/support/small.js";
import { BIN, interrupted, keptResults, whowaits } from "../support/command-line.js";

/** Thousands of small files are written and taken away again: in memory, where that is offered. */
const within = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(within, "whowaits-sweep-"));
  const { jobs } = small().object as { jobs: { generate: object } };
  // Few jobs: what is tested is what happens between the points.
  const few = small({ jobs: { generate: { ...jobs.generate, count: 8 } } });
  writeFileSync(join(folder, "s.yaml"), stringify(few.object));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }), 60_000);

/** 5 x 4 combinations under 100 seeds each. */
const POINTS = [
  "--vary",
  "fleet.pools.0.nodes=4..8",
  "--vary",
  "scheduler.policy=fifo,easy,conservative,gang",
];
const MANY = ["sweep", "s.yaml", ...POINTS, "--replications", "100", "--metric", "wait.p95"];
const kept = () => keptResults(join(folder, "b"));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function start(args: readonly string[]): { child: ChildProcess; ended: Promise<unknown>; err(): string } {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, env: { PATH: process.env.PATH } });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise((resolve) => child.on("close", (status, signal) => resolve(signal ?? status)));
  return { child, ended, err: () => err };
}

/** Processes that a process has started and that are still there. */
function childrenOf({ pid }: ChildProcess): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

const exists = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("a sweep of 2,000 points", () => {
  it("killed at random three times and resumed, with workers killed too, gives the file of one that ran through", async () => {
    const through = whowaits(folder, [...MANY, "--store", "a", "--out", "through.csv", "-q"]);
    expect([through.status, through.err]).toEqual([0, ""]);
    const expected = readFileSync(join(folder, "through.csv"), "utf8");
    expect(expected.trimEnd().split("\n")).toHaveLength(1 + 2000);

    const args = [...MANY, "--store", "b", "--out", "resumed.csv", "-q"];
    const moments = Array.from({ length: 3 }, () => 20 + Math.floor(Math.random() * 400));
    for (const points of moments) {
      const before = kept();
      const { child, ended } = start(args);
      while (kept() < before + points) await pause(3);
      const workers = childrenOf(child);
      child.kill("SIGKILL");
      expect(await ended, `killed after ${moments}`).toBe("SIGKILL");
      expect(readdirSync(folder)).not.toContain("resumed.csv");
      while (workers.some(exists)) await pause(10);
    }
    const { child, ended, err } = start(args);
    for (let death = 0; death < 2; death++) {
      const before = kept();
      while (kept() < before + 20) await pause(3);
      process.kill(childrenOf(child)[0]!, "SIGKILL");
    }
    expect([await ended, err()]).toEqual([0, ""]);
    expect(readFileSync(join(folder, "resumed.csv"), "utf8") === expected, `killed after ${moments}`).toBe(
      true,
    );
    expect(kept()).toBe(2000);
  }, 300_000);

  const args = [...MANY, "--store", "b", "--out", "x.csv"];

  it("ends at the first Ctrl-C with the points in flight kept, and says how to go on", async () => {
    const { status, out, err } = await interrupted(folder, args, () => kept() > 20, 1);
    expect([status, out]).toEqual([130, ""]);
    const points = kept().toLocaleString("en-US");
    expect(err).toBe(
      `ending the runs in flight; again to stop at once\ninterrupted: ${points} of 2,000 points are kept in b; the same command goes on from there\n`,
    );
    expect(readdirSync(folder).sort()).toEqual(["b", "s.yaml"]);
    expect(readdirSync(join(folder, "b/unfinished"))).toEqual([]);
  });

  it("ends at once at the second, with nothing half-written and no process left", async () => {
    writeFileSync(join(folder, "slow.mjs"), SLOW);
    const slow = [
      "sweep",
      "s.yaml",
      "--vary",
      "scheduler.policy=./slow.mjs",
      "--replications",
      "9",
      "--store",
      "b",
    ];
    const { child, ended, err } = start(slow);
    while (childrenOf(child).length < 1 || !readdirSync(folder).includes("begun")) await pause(10);
    const workers = childrenOf(child);
    child.kill("SIGINT");
    while (!err().includes("again to stop at once")) await pause(5);
    const at = performance.now();
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(kept()).toBe(0);
    while (workers.some(exists)) await pause(10);
    // A point lasts twenty seconds here: it was not waited for.
    expect(performance.now() - at).toBeLessThan(15_000);
    expect(readdirSync(join(folder, "b/unfinished"))).toEqual([]);
  });
});

/** Says that it begins, and then lets the events of twenty seconds pass, one by one. */
const SLOW = `import { writeFileSync } from "node:fs";
export default {
  create() {
    writeFileSync(new URL("begun", import.meta.url), "");
    const end = performance.now() + 20_000;
    while (performance.now() < end);
    return { pass(view, act) { for (let job = view.queue.first; job >= 0; job = view.queue.first) if (!act.start(job)) return act.hold(job, "Resources"); } };
  },
};
`;
