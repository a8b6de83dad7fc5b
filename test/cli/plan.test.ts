import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { small } from "../experiment/support/small.js";
import { interrupted, keptResults } from "../support/command-line.js";
import { repoPath } from "../support/shared.js";

const BIN = repoPath("bin/whowaits.js");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-plan-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function plan(thresholds: readonly string[], ...args: string[]) {
  writeFileSync(join(folder, "s.yaml"), stringify(small(thresholds.length > 0 ? { thresholds } : {}).object));
  const done = spawnSync(process.execPath, [BIN, "plan", "s.yaml", ...args], {
    encoding: "utf8",
    cwd: folder,
    env: { PATH: process.env.PATH },
    timeout: 60_000,
  });
  expect(done.stderr).not.toMatch(/^ {4}at /m);
  return { status: done.status, out: done.stdout, err: done.stderr };
}

const NODES = ["--find", "fleet.pools.0.nodes=3..40"];

describe("plan", () => {
  it("names the smallest value, its margin and what breaks first below it", () => {
    const { status, out, err } = plan(["wait.p95 < 4m", "wait.mean < 1h"], ...NODES);
    expect([status, err]).toEqual([0, ""]);
    const text = out.replace(/\s+/g, " ");
    const [, value] =
      /fleet\.pools\.0\.nodes = (\d+) is the smallest that meets all targets with 95 % confidence/.exec(
        text,
      )!;
    expect(text).toContain("5 replications each under the same random numbers");
    expect(text).toMatch(
      /Tightest is wait\.p95 < 4m, with [\d.]+ % to spare on average, [\d.]+ % with 95 % confidence\./,
    );
    expect(text).toContain(`At fleet.pools.0.nodes = ${Number(value) - 1} breaks first: wait.p95 < 4m`);
    const json = JSON.parse(plan(["wait.p95 < 4m", "wait.mean < 1h"], ...NODES, "--json").out);
    expect([json.answer.values, json.goal, json.monotone]).toEqual([
      { "fleet.pools.0.nodes": value },
      "smallest",
      true,
    ]);
    expect(json.points.filter((point: { met: boolean }) => !point.met).length).toBeGreaterThan(0);
    expect(json.headroom.holds).toBeGreaterThanOrEqual(1);
    expect(text).toMatch(/Load: it takes .* breaks first: wait\.p95 < 4m/);
    const small = plan(
      ["wait.p95 < 99h"],
      "--find",
      "fleet.pools.0.nodes=3..5",
      "--set",
      "until=40m",
      "-n",
      "2",
    );
    expect(small.out.replace(/\s+/g, " ")).toMatch(
      /Warning: fleet\.pools\.0\.nodes=3: \d+ of \d+ jobs had not ended when the run did/,
    );
    expect(text).toMatch(/Theory: the jobs keep [\d.]+ of \d+ GPUs busy/);
  });

  it("finds the cheapest of several keys, under the prices that it is given, and draws the frontier", () => {
    const args = ["--find", "fleet.pools.0.nodes=3..30", "--find", "fleet.pools.0.gpu=A100-80GB,L4"];
    const prices = ["--price", "A100=2", "--price", "L4=0.5", "--no-headroom"];
    const { status, out, err } = plan(["wait.p95 < 4m"], ...args, ...prices);
    expect([status, err]).toEqual([0, ""]);
    // Jobs do not run faster on the dearer GPU here.
    expect(out.replace(/\s+/g, " ")).toMatch(
      /the cheapest that meets all targets with 95 % confidence is nodes = \d+, gpu = L4, at [\d.]+ an hour/,
    );
    expect(out).toMatch(/^cost\/h +nodes +gpu +wait\.p95 < 4m$/m);
    expect(out).toMatch(/^ *[\d.]+ an hour .*●.* {2}←$/m);
    const page = plan(["wait.p95 < 4m"], ...args, ...prices, "--markdown").out;
    expect(page).toMatch(/^### s: the cheapest .*\n\n\| cost\/h \|/);
    expect(plan(["wait.p95 < 4m"], ...args).err).toContain("no price of a GPU-hour of L4");
  });

  it("finds the largest load", () => {
    const { status, out } = plan(
      ["wait.p95 < 4m"],
      "--largest",
      "load=0.1..2:0.1",
      "--set",
      "fleet.pools.0.nodes=12",
    );
    expect(status).toBe(0);
    expect(out).toMatch(/^s: load = [\d.]+ is the largest that meets all targets/);
  });

  it("counts a value that cannot run at all as too small", () => {
    const { status, out } = plan(["wait.p95 < 1h"], "--find", "fleet.pools.0.nodes=1..9", "-n", "1");
    expect(status).toBe(0);
    expect(out).toMatch(/^1 +1 +✗ cannot run$/m);
    expect(out.replace(/\s+/g, " ")).toContain("a single replication says nothing of chance");
  });

  it("on Ctrl-C ends the runs in flight, keeps them, and ends with 130", async () => {
    writeFileSync(join(folder, "s.yaml"), stringify(small({ thresholds: ["wait.p95 < 4m"] }).object));
    const store = join(folder, "kept");
    const args = ["plan", "s.yaml", ...NODES, "-n", "300", "--store", store];
    const { status, out, err } = await interrupted(folder, args, () => keptResults(store) > 3, 1);
    expect([status, out]).toEqual([130, ""]);
    expect(err).toContain(`what has run is kept in ${store}; the same command goes on from there`);
    expect(keptResults(store)).toBeGreaterThan(3);
  });

  it("ends with 1 when the largest value does not do, and says so", () => {
    const { status, out } = plan(["throughput > 1000"], ...NODES);
    expect(status).toBe(1);
    expect(out.replace(/\s+/g, " ")).toContain(
      "nodes = 40, the largest asked for, does not meet all targets",
    );
  });

  it.each([
    [[], NODES, "has no thresholds to meet"],
    [["wait.p95 < 4m"], [], "there is nothing to find"],
    [["wait.p95 < 4m"], [...NODES, "--largest", "load=1..2"], "--find and --largest exclude each other"],
    [["wait.p95 < 4m"], ["--largest", "load=1,2"], "--largest needs a range of numbers"],
    [["wait.p95 < 4m"], [...NODES, ...NODES], "fleet.pools.0.nodes stands in two --find"],
    [["wait.p95 < 4m"], [...NODES, "--price", "A100-80GB"], "--price needs a GPU type and what one costs"],
    [["wait.p95 < 4m"], [...NODES, "--price", "A1000=2"], "no GPU type is called"],
    [["wait.p95 < 4m"], ["--find", "scheduler.policy=fifo,eazy"], 'did you mean "easy"?'],
    [["wait.p95 < 4m"], ["--find", "fleet.pools.0.noodes=3..9"], 'did you mean "nodes"?'],
    [["wait.p96 < 4m"], NODES, '"p96" is not a statistic'],
    [["wait.p95 < 4m"], [...NODES, "--confidence", "20%"], "--confidence takes a share"],
  ])("%j %j ends with 2 and says what is wrong", (thresholds, args, text) => {
    const { status, out, err } = plan(thresholds, ...args);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain(text);
  });
});
