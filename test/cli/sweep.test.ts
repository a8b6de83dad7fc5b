import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** A grid of ten values for each of seven keys. */
const TEN_MILLION = [
  "fleet.pools.0.nodes=4..13",
  "fleet.pools.0.gpusPerNode=1..10",
  "fleet.pools.0.cpus=1..10",
  "jobs.generate.count=1..10",
  "jobs.generate.shapes.0.weight=1..10",
  "jobs.generate.shapes.1.weight=1..10",
  "until=1h..10h",
].flatMap((key) => ["--vary", key]);

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
    [TEN_MILLION, "10,000,000 points of about"],
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
