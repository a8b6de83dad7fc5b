import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repoPath } from "../support/shared.js";

const BIN = repoPath("bin/whowaits.js");
const CPUS = "fleet: { pools: [ { name: n, nodes: 4, cpus: 8 } ] }\n";
const CHAT = `requests: { trace: ${repoPath("traces/chat.csv")} }`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-bad-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a scenario that lies beside a trace. */
function run(scenario: string, trace = "", ...more: string[]) {
  writeFileSync(join(folder, "s.yaml"), scenario);
  writeFileSync(join(folder, "t.csv"), trace);
  const done = spawnSync(process.execPath, [BIN, "run", "s.yaml", ...more], {
    encoding: "utf8",
    cwd: folder,
    env: { PATH: process.env.PATH },
    timeout: 180_000,
  });
  expect(done.stderr).not.toMatch(/^ {4}at /m);
  return { status: done.status, out: done.stdout, err: done.stderr };
}

describe("a row that cannot be used", () => {
  const rows = "id,submit,run,tasks\n1,0,10,1\nabc,def,ghi,jkl\n3,-5,10,1\n4,5,-1,1\n";
  const jobs = `${CPUS}jobs: { trace: t.csv }\n`;

  it("is counted under its reason: letters, a negative time, a missing run time", () => {
    const { status, out } = run(jobs, rows);
    expect(status).toBe(0);
    const text = out.replace(/\s+/g, " ");
    expect(text).toContain("1 submitted, 1 ended");
    expect(text).toContain("1 row of t.csv left out: not a time (first at line 3)");
    expect(text).toContain("1 row of t.csv left out: negative submit time (first at line 4)");
    expect(text).toContain("1 row of t.csv left out: unknown run time (first at line 5)");
  });

  it("ends a strict run where it stands", () => {
    const { status, out, err } = run(jobs, rows, "--strict");
    expect([status, out]).toEqual([2, ""]);
    expect(err).toMatch(/^t\.csv:3:5 error\[trace\//);
    expect(err).toContain("def");
  });
});

describe("what can never run is an error before the run", () => {
  it("a job larger than the fleet, at its row", () => {
    const { status, err } = run(`${CPUS}jobs: { trace: t.csv }\n`, "id,submit,run,cpus\n1,0,9,1\n2,0,9,99\n");
    expect(status).toBe(2);
    expect(err).toContain("t.csv:3:1 error[trace/too-large]");
    expect(err).toContain("4 nodes x 8 cores");
  });

  it("a model that does not fit its GPUs, with the parallelism that would", () => {
    const { status, err } = run(
      `fleet: { pools: [ { name: l, nodes: 1, gpu: L4, gpusPerNode: 8 } ] }
services:
  - { name: c, model: llama-3.1-70b, engine: { scheduler: vllm }, replicas: 1, ${CHAT} }
`,
    );
    expect(status).toBe(2);
    expect(err).toContain("s.yaml:3:5 error[serving/does-not-fit]");
    expect(err).toContain("the smallest tensor_parallel_size that fits is 8");
  });

  it("a command line that the engine would not take, and arguments that contradict each other", () => {
    const engine = (
      args: string,
    ) => `fleet: { pools: [ { name: h, nodes: 1, gpu: H100-SXM, gpusPerNode: 1 } ] }
services:
  - { name: c, model: llama-3.1-8b, replicas: 1, engine: { scheduler: sglang, args: "${args}" }, ${CHAT} }
`;
    const typo = run(engine("--shedule-policy lpm"));
    expect(typo.status).toBe(2);
    expect(typo.err).toContain("s.yaml:3:85 error[serving/unknown-flag]");
    expect(typo.err).toContain('did you mean "--schedule-policy"?');
    const both = run(engine("--enable-priority-scheduling --schedule-policy lpm"));
    expect(both.status).toBe(2);
    expect(both.err).toContain(
      "error[serving/contradictory-options]: enable_priority_scheduling with schedule_policy lpm",
    );
    const known = run(engine("--schedule-policy lpm --enable-hierarchical-cache"));
    expect(known.status).toBe(0);
    expect(known.out.replace(/\s+/g, " ")).toContain(
      "flags of c without effect here: --enable-hierarchical-cache",
    );
  });
});

it("two million identical submit times run to their end", () => {
  const count = 2_000_000;
  let rows = "id,submit,run,tasks\n";
  for (let i = 1; i <= count; i++) rows += `${i},5,10,1\n`;
  const fleet = "fleet: { pools: [ { name: n, nodes: 1000, cpus: 1000 } ] }\n";
  const { status, out } = run(`${fleet}jobs: { trace: t.csv }\nscheduler: { policy: easy }\n`, rows);
  expect(status).toBe(0);
  expect(out).toContain("2,000,000 jobs ran to their end; 1,000,000 waited");
  expect(out.replace(/\s+/g, " ")).toMatch(/wait 5s .* 10s/);
}, 60_000);

it("a second Ctrl-C ends the process at once and leaves nothing half-written", async () => {
  // Every pass takes a fifth of a second, and the loop would go on for days: only a signal ends it.
  writeFileSync(
    join(folder, "slow.mjs"),
    `export default {
  info: { name: "slow", kind: "cluster", summary: "", follows: "", simplifies: [], options: [] },
  create: () => ({
    pass(view, act) {
      const begin = performance.now();
      while (performance.now() - begin < 200);
      act.wake(view.now + 1);
    },
  }),
};
`,
  );
  writeFileSync(join(folder, "t.csv"), "id,submit,run,tasks\n1,0,10,1\n");
  writeFileSync(
    join(folder, "s.yaml"),
    `${CPUS}scheduler: { policy: ./slow.mjs }\njobs: { trace: t.csv }\nuntil: 1d\n`,
  );
  const child = spawn(process.execPath, [BIN, "run", "s.yaml", "--out", "run"], {
    cwd: folder,
    env: { PATH: process.env.PATH },
  });
  const ended = new Promise((resolve) => child.on("close", (status, signal) => resolve(status ?? signal)));
  while (!readdirSync(folder).some((name) => name.includes("partial")))
    await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const impatient = setInterval(() => child.kill("SIGINT"), 20);
  expect(await ended).toBe(130);
  clearInterval(impatient);
  expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
}, 30_000);
