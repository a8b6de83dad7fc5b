import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { small } from "../experiment/support/small.js";
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
    expect(text).toMatch(/Tightest is wait\.p95 < 4m, with [\d.]+ % to spare\./);
    expect(text).toContain(`At ${Number(value) - 1} breaks first: wait.p95 < 4m`);
    const json = JSON.parse(plan(["wait.p95 < 4m", "wait.mean < 1h"], ...NODES, "--json").out);
    expect([json.smallest, json.monotone]).toEqual([value, true]);
  });

  it("counts a value that cannot run at all as too small", () => {
    const { status, out } = plan(["wait.p95 < 1h"], "--find", "fleet.pools.0.nodes=1..9", "-n", "1");
    expect(status).toBe(0);
    expect(out).toMatch(/^1 +✗ cannot run$/m);
    expect(out.replace(/\s+/g, " ")).toContain("a single replication says nothing of chance");
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
    [["wait.p95 < 4m"], ["--find", "fleet.pools.0.nodes=3,4"], "--find needs a range of numbers"],
    [["wait.p95 < 4m"], ["--find", "fleet.pools.0.noodes=3..9"], 'did you mean "nodes"?'],
    [["wait.p96 < 4m"], NODES, '"p96" is not a statistic'],
    [["wait.p95 < 4m"], [...NODES, "--confidence", "20%"], "--confidence takes a share"],
  ])("%j %j ends with 2 and says what is wrong", (thresholds, args, text) => {
    const { status, out, err } = plan(thresholds, ...args);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain(text);
  });
});
