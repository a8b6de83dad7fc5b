import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { BIN, interrupted, keptResults, whowaits } from "../support/command-line.js";
import { junitProblems } from "../support/junit.js";
import { repoPath } from "../support/shared.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-check-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A cluster by its slurm.conf, as an administrator's repository has it. */
const SLURM_CONF = `
ClusterName=training
# So deep into the queue does backfill look.
SchedulerParameters=bf_max_job_test=500
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
GresTypes=gpu
NodeName=a[01-16] CPUs=128 Gres=gpu:a100:8 RealMemory=1000000
PartitionName=normal Nodes=ALL Default=YES
PartitionName=high Nodes=ALL PriorityTier=10
`;
const TRAINING = `
name: training
scheduler: { policy: slurm, conf: slurm.conf, gpu: { a100: A100-80GB } }
jobs: { trace: ${repoPath("traces/gang.csv")}, limit: 150 }
thresholds:
  - wait.p95 < 4h
`;

const DAY = `
extends: ${repoPath("scenarios/quickstart.yaml")}
name: day
services: []
thresholds:
  - wait.p95 < 100h
`;

const read = (name: string) => readFileSync(join(folder, name), "utf8");

function write(name: string, text: string): string {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), text);
  return name;
}

describe("check", () => {
  it("ends with 0 when all is met, and with 1 when not, showing where", () => {
    write("day.yaml", DAY);
    const good = whowaits(folder, ["check", "day.yaml", "-n", "2"]);
    expect(good).toMatchObject({ status: 0, err: "" });
    expect(good.out).toMatch(
      /^day, 2 replications: all 1 passed\n +expected +found\npass wait\.p95 +< 100h +[\d.]+h\n$/,
    );
    write("day.yaml", DAY.replace("100h", "1m"));
    const bad = whowaits(folder, ["check", "day.yaml", "-n", "2"]);
    expect(bad).toMatchObject({ status: 1, err: "" });
    expect(bad.out).toMatch(
      /^day, 2 replications: 1 of 1 failed\n.*\nFAIL wait\.p95 +< 1m .*\n {5}day\.yaml:6; replications /,
    );
    expect(whowaits(folder, ["check", "day.yaml", "-n", "2", "--no-fail"]).status).toBe(0);
    const { passed, scenarios } = JSON.parse(
      whowaits(folder, ["check", "day.yaml", "-n", "2", "--json"]).out,
    );
    expect(passed).toBe(false);
    expect(scenarios[0].assertions[0]).toMatchObject({
      passed: false,
      at: { file: "day.yaml", line: 6, column: 5 },
    });
  });

  it("marks thresholds on GitHub Actions, and appends to the summary of the step", () => {
    write("day.yaml", DAY.replace("100h", "1m"));
    write("summary.md", "# before\n");
    const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: join(folder, "summary.md") };
    const { out } = whowaits(folder, ["check", "day.yaml", "-n", "2"], env);
    expect(out).toMatch(/\n::error file=day\.yaml,line=6,col=5,title=day%3A wait\.p95 < 1m::found /);
    expect(read("summary.md")).toMatch(/^# before\n### day: 1 of 1 failed\n/);
    expect(
      whowaits(folder, ["check", "day.yaml", "--annotations", "none", "-n", "2"], env).out,
    ).not.toContain("::error");
  });

  it("writes the same baseline twice, with one line for each metric", () => {
    write("day.yaml", DAY);
    for (const file of ["a.json", "b.json"])
      expect(whowaits(folder, ["check", "day.yaml", "-n", "3", "--save-baseline", file]).status).toBe(0);
    expect(read("b.json")).toBe(read("a.json"));
    expect(read("a.json")).toMatch(/\n {8}"wait\.p95": \[\d+(\.\d+)?, \d+(\.\d+)?, \d+(\.\d+)?\],\n/);
    expect(read("a.json")).not.toContain(folder);
  });

  it.each([
    ["a scenario without thresholds", ["bare.yaml"], "check/nothing"],
    ["two scenarios of one name", ["day.yaml", "day.yaml"], "check/same-name"],
    ["no such baseline", ["day.yaml", "--baseline", "no.json"], "check/no-baseline"],
    ["a baseline that is none", ["day.yaml", "--baseline", "day.yaml"], "check/not-a-baseline"],
    ["a wrong threshold", ["wrong.yaml"], "scenario/threshold"],
    ["thresholds that contradict", ["both.yaml"], "scenario/contradiction"],
    [
      "a file that cannot be written",
      ["day.yaml", "-n", "1", "--junit", "no/such/folder.xml"],
      "out/unwritable",
    ],
  ])("refuses %s", (_, args, code) => {
    write("day.yaml", DAY);
    write("bare.yaml", DAY.replace(/thresholds:[\s\S]*/, "thresholds: []"));
    write("wrong.yaml", DAY.replace("p95", "p59"));
    write("both.yaml", `${DAY}  - wait.p95 > 200h\n`);
    const { status, out, err } = whowaits(folder, ["check", ...args]);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain(`error[${code}]`);
    expect(err).not.toContain("    at ");
  });
});

describe("Ctrl-C", () => {
  const args = (...more: string[]) => [
    "check",
    write("day.yaml", DAY),
    "-n",
    "400",
    "--store",
    "kept",
    ...more,
  ];
  const files = () => readdirSync(folder).sort();

  it("once: ends the runs in flight, shows what they say labelled partial, and writes no file", async () => {
    const started = () => keptResults(join(folder, "kept")) > 3;
    const options = ["--junit", "check.xml", "--save-baseline", "b.json"];
    const { status, out, err } = await interrupted(folder, args(...options), started, 1);
    expect(status).toBe(130);
    expect(err).toBe("ending the runs in flight; again to stop at once\n");
    expect(out).toMatch(/^Partial, interrupted: day, \d+ replications: all 1 passed\n/);
    expect(files()).toEqual(["day.yaml", "kept"]);
  });

  it("twice: ends at once, and nothing is half-written", async () => {
    const started = () => keptResults(join(folder, "kept")) > 1;
    const { status } = await interrupted(folder, args("--junit", "check.xml"), started, 2);
    expect(status).toBe(130);
    expect(files()).toEqual(["day.yaml", "kept"]);
  });
});

describe("as a gate of a repository", () => {
  function git(...args: string[]) {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    const done = spawnSync("git", [...identity, ...args], { cwd: folder, encoding: "utf8" });
    expect(done.status, done.stderr).toBe(0);
  }

  /** The commands of a workflow, as docs/ci.md has it, with this build as `npx whowaits`. */
  function run(command: string): { status: number | null; out: string } {
    const bin = join(folder, "node_modules/.bin");
    mkdirSync(bin, { recursive: true });
    if (!existsSync(join(bin, "npx"))) {
      symlinkSync(BIN, join(bin, "whowaits"));
      writeFileSync(join(bin, "npx"), `#!/bin/sh\nshift\nexec "${process.execPath}" "${BIN}" "$@"\n`, {
        mode: 0o755,
      });
    }
    const done = spawnSync("sh", ["-c", command], {
      cwd: folder,
      encoding: "utf8",
      env: {
        PATH: `${bin}:${process.env.PATH}`,
        GITHUB_BASE_REF: "main",
        GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
      },
    });
    return { status: done.status, out: done.stdout + done.stderr };
  }

  const page = readFileSync(repoPath("docs/ci.md"), "utf8");
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => parse(text!));
  const [check, compare, gitlab] = blocks;
  const commands = (job: { steps: { run?: string }[] }) =>
    job.steps.flatMap(({ run: command }) => command ?? []);
  const gate = commands(check.jobs.check).at(-1)!;

  beforeEach(() => {
    git("init", "-q", "-b", "main");
    write(".gitignore", "node_modules\ncheck.*\nsummary.md\n.whowaits\n");
    write("scenarios/slurm.conf", SLURM_CONF);
    write("scenarios/day.yaml", TRAINING);
    const saved = run(/```sh\n(.*)/.exec(page)![1]!);
    expect(saved.status, saved.out).toBe(0);
    git("add", "-A");
    git("commit", "-qm", "Gate");
  }, 60_000);

  it("lets a changed comment pass", async () => {
    write("scenarios/slurm.conf", SLURM_CONF.replace("So deep into", "That far down"));
    git("commit", "-qam", "Say it better");
    const { status, out } = run(gate);
    expect(status, out).toBe(0);
    expect(await junitProblems(read("check.xml"))).toEqual([]);
    expect(out).toMatch(/^training, 5 replications: all \d+ passed/);
    expect(out).not.toContain("Changed");
  });

  it("stops a commit that lowers bf_max_job_test to 1, and names it", async () => {
    write("scenarios/slurm.conf", SLURM_CONF.replace("bf_max_job_test=500", "bf_max_job_test=1"));
    git("commit", "-qam", "Turn the knob");
    const { status, out } = run(gate);
    expect(status).toBe(1);
    expect(out.replace(/\s+/g, " ")).toContain(
      "Changed since the baseline: slurm.config.scheduler.parameters.bf_max_job_test 500 -> 1",
    );
    expect(out).toMatch(/FAIL wait\.p95 +< 4h +5\.\d+h +-\n {5}scenarios\/day\.yaml:6; /);
    expect(out).toMatch(
      /FAIL wait\.mean +<= baseline \+ 1% +[\d.]+\w +[\d.]+\w\n {5}difference \+[\d.]+\w; the same in all 5 replications\n/,
    );
    expect(await junitProblems(read("check.xml"))).toEqual([]);
    expect(Number(/failures="(\d+)"/.exec(read("check.xml"))![1])).toBeGreaterThan(3);
    const [other] = gitlab.scheduling.script;
    expect(run(other).status).toBe(1);
    expect(read("check.md")).toContain("| slurm.config.scheduler.parameters.bf_max_job_test | 500 | 1 |");
  });

  it("refuses other work with the difference, and status 2", () => {
    write("scenarios/day.yaml", TRAINING.replace("limit: 150", "limit: 140"));
    const { status, out } = run(gate);
    expect(status).toBe(2);
    expect(out).toContain("jobs.limit of training was 150 in baseline.json, and is 140");
  });

  it("shows what a branch changes, compared with where it goes", () => {
    git("checkout", "-qb", "change");
    write("scenarios/slurm.conf", SLURM_CONF.replace("bf_max_job_test=500", "bf_max_job_test=1"));
    git("commit", "-qam", "Turn the knob");
    const [worktree, command] = commands(compare.jobs.compare);
    const before = `${folder}-before`;
    try {
      const local = (text: string) => text.replaceAll("../before", before).replace("origin/", "");
      expect(run(local(worktree!)).status).toBe(0);
      const { status, out } = run(local(command!));
      expect(status, out).toBe(0);
      expect(read("summary.md")).toMatch(
        /### scenarios\/day\.yaml against \S+-before\/scenarios\/day\.yaml: \d+ worse/,
      );
    } finally {
      rmSync(before, { recursive: true, force: true });
    }
  });
});
