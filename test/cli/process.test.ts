import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repoPath } from "../support/shared.js";

/** The command line as a process, as it is built: `npm test` builds first. */
const BIN = repoPath("bin/whowaits.js");
const GANG = repoPath("scenarios/gang-training.yaml");
const LONG = repoPath("scenarios/quickstart.yaml");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function whowaits(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
  const done = spawnSync(process.execPath, [BIN, ...args], {
    encoding: "utf8",
    cwd: options.cwd ?? folder,
    env: { PATH: process.env.PATH, ...options.env },
    timeout: 30_000,
  });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

describe("run", () => {
  it("prints a summary within 80 columns, without colour, and ends with 0", () => {
    const { status, out, err } = whowaits(["run", GANG]);
    expect(status).toBe(0);
    expect(err).toBe("");
    expect(out).toMatch(/^gang-training, seed 1, .* simulated\n594 of 600 jobs ran to their end;/);
    expect(out).not.toContain("\u001b[");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("gives the same bytes twice, and from another directory", () => {
    const first = whowaits(["run", GANG, "--json"]);
    const second = whowaits(["run", GANG, "--json"]);
    const elsewhere = whowaits(["run", "scenarios/gang-training.yaml", "--json"], { cwd: repoPath(".") });
    expect(JSON.parse(first.out).metrics.length).toBeGreaterThan(50);
    expect(second.out).toBe(first.out);
    expect(elsewhere.out).toBe(first.out);
  });

  it("saves a whole run: manifest, result, scenario, jobs, and nothing beside it", () => {
    const { status, err } = whowaits(["run", GANG, "--out", "run"]);
    expect([status, err]).toEqual([0, ""]);
    expect(readdirSync(folder)).toEqual(["run"]);
    const { files } = JSON.parse(readFileSync(join(folder, "run/manifest.json"), "utf8"));
    expect(readdirSync(join(folder, "run")).sort()).toEqual(files);
    expect(files).toEqual(expect.arrayContaining(["jobs.csv", "result.json", "scenario.resolved.yaml"]));
    const rows = readFileSync(join(folder, "run/jobs.csv"), "utf8").trimEnd().split("\n");
    expect(rows).toHaveLength(1 + 600);
    expect(JSON.parse(readFileSync(join(folder, "run/result.json"), "utf8")).scenario).toBe("gang-training");
  });

  it("saves requests and the journal of a service", () => {
    const chat = repoPath("scenarios/chat-serving.yaml");
    const { status } = whowaits(["run", chat, "--set", "services.0.requests.limit=200", "--out", "run"]);
    expect(status).toBe(0);
    const rows = readFileSync(join(folder, "run/requests.csv"), "utf8").trimEnd().split("\n");
    expect(rows).toHaveLength(1 + 200);
  });

  it("keeps a folder that is not a saved run, and says so", () => {
    writeFileSync(join(folder, "precious.txt"), "mine");
    const { status, err } = whowaits(["run", GANG, "--out", "."]);
    expect(status).toBe(2);
    expect(err).toContain("out/not-empty");
    expect(readdirSync(folder)).toEqual(["precious.txt"]);
  });

  it.skipIf(!existsSync("/proc/self"))("ends with 2 when the folder cannot be made", () => {
    const { status, err } = whowaits(["run", GANG, "--out", "/proc/nope/run"]);
    expect(status).toBe(2);
    expect(err).toContain("error[out/unwritable]: cannot write /proc/nope/run");
  });

  it("on the first Ctrl-C shows what was finished, labelled partial, and ends with 130", async () => {
    const args = [BIN, "run", LONG, "--set", "until=30d", "--out", "run"];
    const child = spawn(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH } });
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    // The folder of the run appears right before the simulation starts.
    while (!readdirSync(folder).some((name) => name.includes("partial")))
      await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill("SIGINT");
    const status = await new Promise((resolve) => child.on("close", resolve));
    expect(status).toBe(130);
    expect(out).toMatch(/partial|interrupted/i);
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("ends quietly when its reader has gone", () => {
    const command = `"${process.execPath}" "${BIN}" run "${GANG}" --json | head -c 10; exit \${PIPESTATUS[0]}`;
    const done = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    expect(done.stderr).toBe("");
    expect(done.status).toBe(0);
  });
});

describe("mistakes end with 2 and are shown where they stand", () => {
  it("in a scenario: all of them, in source order", () => {
    const text =
      "fleet:\n  pools: [ { name: n, nodes: 4 } ]\nscheduler:\n  policy: eazy\nuntil: 10\njbos: {}\n";
    writeFileSync(join(folder, "bad.yaml"), text);
    const { status, out, err } = whowaits(["run", "bad.yaml"]);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain('bad.yaml:4:11 error[scenario/unknown-policy]: "eazy" is not a cluster policy');
    expect(err).toContain('did you mean "easy"?');
    expect(err).toMatch(/bad\.yaml:5:8 error\[scenario\/unit\]/);
    expect(err).toMatch(/bad\.yaml:6:1 error\[scenario\/unknown-key\]/);
    expect(err).not.toContain("    at ");
  });

  it.each([
    [["run", "nothing.yaml"]],
    [["rnu", GANG]],
    [["run", GANG, "--sett", "a=b"]],
    [["run", GANG, "--set", "scheduler.polcy=fifo"]],
    [["policies", "eazy"]],
    [["trace", "inspect", "nothing.swf"]],
  ])("%j", (args) => {
    const { status, out, err } = whowaits(args);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain("error[");
    expect(err).not.toContain("    at ");
  });

  it("a truncated .gz names itself, and nothing runs", () => {
    writeFileSync(join(folder, "cut.swf.gz"), Buffer.from("1f8b0800000000000003ab56", "hex"));
    writeFileSync(
      join(folder, "s.yaml"),
      "fleet: { pools: [ { name: n, nodes: 4 } ] }\njobs: { trace: cut.swf.gz }\n",
    );
    const { status, err } = whowaits(["run", "s.yaml"]);
    expect(status).toBe(2);
    expect(err).toContain("cut.swf.gz");
  });
});

describe("the other commands", () => {
  it.each([["--help"], ["run --help"], ["trace inspect --help"], ["init --help"], ["completion --help"]])(
    "%s fits 80 columns and has examples",
    (args) => {
      const { status, out } = whowaits(args.split(" "));
      expect(status).toBe(0);
      expect(out).toContain("Examples:");
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    },
  );

  it("init writes a scenario that validates and runs", () => {
    expect(whowaits(["init", "--template", "gang-training"]).status).toBe(0);
    expect(whowaits(["validate", "scenario.yaml"]).status).toBe(0);
    expect(whowaits(["run", "scenario.yaml"]).status).toBe(0);
  });

  it("policies names each policy, and one with its options", () => {
    const { out } = whowaits(["policies"]);
    for (const name of [
      "fifo",
      "easy",
      "conservative",
      "gang",
      "vllm",
      "static",
      "round_robin",
      "least_requests",
    ])
      expect(out).toContain(`  ${name} `);
    expect(whowaits(["policies", "easy"]).out).toContain("backfill_order");
  });

  it("schema prints JSON Schema; completion prints a script for each shell", () => {
    expect(JSON.parse(whowaits(["schema"]).out).properties.fleet).toBeDefined();
    expect(JSON.parse(whowaits(["schema", "result"]).out).properties.metrics).toBeDefined();
    for (const shell of ["bash", "zsh", "fish"])
      expect(whowaits(["completion", shell]).out).toContain("whowaits");
  });

  it("trace inspect tells jobs from requests by itself", () => {
    expect(whowaits(["trace", "inspect", repoPath("traces/chat.csv")]).out).toContain(
      "requests, format azure-llm",
    );
    expect(whowaits(["trace", "inspect", repoPath("traces/gang.csv")]).out).toContain("jobs, format csv");
  });

  it("colours only when told to or on a terminal", () => {
    expect(whowaits(["run", GANG, "--color", "always"]).out).toContain("\u001b[");
    expect(whowaits(["run", GANG], { env: { NO_COLOR: "1", FORCE_COLOR: "1" } }).out).not.toContain(
      "\u001b[",
    );
  });
});
