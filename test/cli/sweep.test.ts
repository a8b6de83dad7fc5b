import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { small } from "../experiment/support/small.js";
import { repoPath } from "../support/shared.js";

const BIN = repoPath("bin/whowaits.js");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-sweep-"));
  writeFileSync(join(folder, "s.yaml"), stringify(small().object));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function sweep(...args: string[]) {
  const done = spawnSync(process.execPath, [BIN, "sweep", "s.yaml", ...args], {
    encoding: "utf8",
    cwd: folder,
    env: { PATH: process.env.PATH },
    timeout: 120_000,
  });
  expect(done.stderr).not.toMatch(/^ {4}at /m);
  return { status: done.status, out: done.stdout, err: done.stderr };
}

/** 5 x 4 combinations under 100 seeds each. */
const MANY = ["--vary", "fleet.pools.0.nodes=4..8", "--vary", "scheduler.policy=fifo,easy,conservative,gang"];
const SEEDS = ["--replications", "100", "--metric", "wait.p95", "--metric", "wait.mean"];

describe("sweep", () => {
  it("leaves the warm-up of each point out by MSER-5, and says from when it measures", () => {
    const args = ["--vary", "load=0.5,1", "--replications", "2", "--set", "jobs.generate.count=2000"];
    const { status, out } = sweep(
      ...args,
      "--set",
      "fleet.pools.0.nodes=8",
      "--warm-up",
      "auto",
      "--out",
      "w.csv",
    );
    expect(status).toBe(0);
    expect(out).toMatch(/^warm-up left out by MSER-5: /m);
    const [head, ...lines] = readFileSync(join(folder, "w.csv"), "utf8").trimEnd().split("\n");
    const column = head!.split(",").indexOf("measured from [us]");
    expect(column).toBe(4);
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(Number(line.split(",")[column])).toBeGreaterThanOrEqual(0);
    expect(new Set(lines.map((line) => line.split(",")[column])).size).toBeGreaterThan(1);
  });

  it("of 2,000 points killed three times and resumed gives the same file as one that ran through", async () => {
    const through = sweep(...MANY, ...SEEDS, "--store", "a", "--out", "through.csv", "-q");
    expect([through.status, through.err]).toEqual([0, ""]);
    const expected = readFileSync(join(folder, "through.csv"), "utf8");
    expect(expected.trimEnd().split("\n")).toHaveLength(1 + 2000);

    const args = [BIN, "sweep", "s.yaml", ...MANY, ...SEEDS, "--store", "b", "--out", "resumed.csv", "-q"];
    const kept = () => {
      try {
        return readdirSync(join(folder, "b"), { recursive: true }).length;
      } catch {
        return 0;
      }
    };
    for (let kill = 0; kill < 3; kill++) {
      const before = kept();
      const child = spawn(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH } });
      const ended = new Promise((resolve) =>
        child.on("close", (status, signal) => resolve(signal ?? status)),
      );
      while (kept() < before + 40 * (kill + 1)) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill("SIGKILL");
      expect(await ended).toBe("SIGKILL");
      expect(readdirSync(folder)).not.toContain("resumed.csv");
    }
    expect(kept()).toBeGreaterThan(200);
    const resumed = sweep(...MANY, ...SEEDS, "--store", "b", "--out", "resumed.csv", "-q");
    expect([resumed.status, resumed.err]).toEqual([0, ""]);
    expect(readFileSync(join(folder, "resumed.csv"), "utf8")).toBe(expected);
  }, 240_000);

  it("on the first Ctrl-C ends the points in flight, keeps them, and ends with 130", async () => {
    const args = [BIN, "sweep", "s.yaml", ...MANY, ...SEEDS, "--store", "b", "--out", "x.csv"];
    const child = spawn(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH } });
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (
      !readdirSync(folder).includes("b") ||
      readdirSync(join(folder, "b"), { recursive: true }).length < 20
    )
      await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(err).toMatch(
      /interrupted: [\d,]+ of 2,000 points are kept in b; the same command goes on from there/,
    );
    expect(readdirSync(folder)).not.toContain("x.csv");
  }, 60_000);

  it("writes the same numbers as CSV and as Parquet", async () => {
    const args = ["--vary", "scheduler.policy=fifo,easy", "--replications", "3", "-q"];
    expect(sweep(...args, "--out", "a.csv").status).toBe(0);
    expect(sweep(...args, "--out", "a.parquet").status).toBe(0);
    const { parquetReadObjects } = await import("hyparquet");
    const bytes = readFileSync(join(folder, "a.parquet"));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const rows = await parquetReadObjects({ file });
    const [head, ...lines] = readFileSync(join(folder, "a.csv"), "utf8").trimEnd().split("\n");
    const names = head!.split(",");
    expect(rows).toHaveLength(6);
    expect(Object.keys(rows[0]!)).toEqual(names);
    for (const [i, row] of rows.entries())
      expect(names.map((name) => String(row[name] ?? "")).join(",")).toBe(lines[i]);
  });

  it("shows which key moves a metric", () => {
    const { status, out } = sweep(
      "--vary",
      "fleet.pools.0.nodes=4..8:2",
      "--vary",
      "scheduler.policy=fifo,easy",
      "--metric",
      "wait.mean",
    );
    expect(status).toBe(0);
    expect(out).toContain("6 combinations, 1 seed each");
    expect(out).toMatch(/What moves wait\.mean: nodes \d+ %, falling; policy/);
  });

  it.each([
    [["--vary", "fleet.pools.0.noodes=1,2"], 'did you mean "nodes"?'],
    [["--vary", "scheduler.policy=fifo,eazy"], 'did you mean "easy"?'],
    [["--vary", "a"], "--vary needs a key and its values"],
    [["--vary", "until=1h,2h", "--metric", "wait.p96"], "names no metric"],
    [["--vary", "until=1h,2h", "--seeds", "1..5000000"], "10,000,000 points"],
    [["--vary", "seed=1,2"], "--seeds 1..20"],
    [["--vary", "until=1h,2h", "--out", "x.xlsx"], "names no format"],
    [["--vary", "until=1h,2h", "--sample", "sobol:9"], "is no way to draw points"],
    [["--vary", "until=1h,2h", "--store", "/proc/nope"], "/proc/nope"],
  ])("%j ends with 2 and says what is wrong", (args, text) => {
    const { status, out, err } = sweep(...args);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain(text);
  });
});
