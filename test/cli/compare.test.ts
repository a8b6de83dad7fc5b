import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { interrupted, keptResults, whowaits } from "../support/command-line.js";
import { repoPath } from "../support/shared.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-compare-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const GANG = repoPath("scenarios/gang-training.yaml");
const DAY = `
extends: ${repoPath("scenarios/quickstart.yaml")}
name: day
services: []
variants:
  conservative: null
  more-nodes: null
  fifo: { scheduler: { policy: fifo } }
  same: { description: the scenario itself }
`;

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

describe("compare", () => {
  it("shows what changed within 80 columns, folds the rest, and names the first decision that differs", () => {
    const { status, out, err } = whowaits(folder, ["compare", write("day.yaml", DAY), "-n", "4"]);
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(
      /^3 variants, 4 replications, common random numbers, 95 % intervals, tolerance 1 %\n/,
    );
    expect(out).toMatch(/\nfifo against day: \d+ worse, /);
    expect(out).toMatch(/\nsame against day: \d+ no change\n/);
    expect(out).toMatch(/\d+ of \d+ metrics did not change; --all shows them\./);
    expect(out).toMatch(/First decision of fifo that differs: at /);
    expect(out).toMatch(/\nday starts job \d+ of \w+, size \d+, on h100-/);
    expect(out).toMatch(/\nfifo lets it wait \(Priority\)/);
    expect(out).toContain("same decides exactly as day.");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("gives the same bytes when its results are kept, and when they are not", () => {
    const args = ["compare", write("day.yaml", DAY), "-n", "3", "--json"];
    const first = whowaits(folder, args);
    expect(keptResults(join(folder, ".whowaits/points"))).toBe(3 * 3);
    expect(whowaits(folder, args).out).toBe(first.out);
    expect(whowaits(folder, [...args, "--store", "other"]).out).toBe(first.out);
    const { schemaVersion, baseline, variants, metrics, decisions } = JSON.parse(first.out);
    expect([schemaVersion, baseline, variants]).toEqual(["1.0", "day", ["fifo", "same"]]);
    const wait = metrics.find((metric: { name: string }) => metric.name === "wait.p95");
    expect(wait.variants[1]).toMatchObject({ difference: 0, low: 0, high: 0, verdict: "no change" });
    expect(decisions[1]).toMatchObject({ recorded: true, first: null });
  });

  it("ends with 1 on demand only", () => {
    const args = ["compare", write("day.yaml", DAY), "-n", "4", "--no-decisions"];
    expect(whowaits(folder, args).status).toBe(0);
    expect(whowaits(folder, [...args, "--fail-on", "worse"]).status).toBe(1);
    expect(whowaits(folder, [...args, "--fail-on", "change", "--variant", "same"]).status).toBe(0);
    expect(
      whowaits(folder, [...args, "--fail-on", "worse", "--baseline", "fifo", "--variant", "fifo"]).status,
    ).toBe(0);
  });

  it("writes Markdown with the rest folded", () => {
    const { out } = whowaits(folder, ["compare", write("day.yaml", DAY), "-n", "4", "--markdown"]);
    expect(out).toMatch(/### fifo against day: \d+ worse/);
    expect(out).toMatch(/\| queue-length\.max \| [\d.]+ \| [\d.]+ \| \+/);
    expect(out.match(/<details>/g)).toHaveLength(3);
    expect(out.match(/<\/details>/g)).toHaveLength(3);
  });

  it("compares saved runs without running anything", () => {
    for (const [name, skip] of [
      ["strict", "false"],
      ["skipping", "true"],
    ])
      whowaits(folder, ["run", GANG, "--set", `scheduler.skip=${skip}`, "--out", name!, "-q"]);
    const { status, out } = whowaits(folder, ["compare", "strict", "skipping", "--all"]);
    expect(status).toBe(0);
    expect(out).toMatch(/^2 variants, 1 replication, common random numbers/);
    expect(out).toMatch(/First decision of skipping that differs: at .*\nstrict lets job/);
    expect(readdirSync(folder).sort()).toEqual(["skipping", "strict"]);
  });

  it("says that nothing is random in a replayed trace", () => {
    const { out } = whowaits(folder, ["compare", GANG, GANG, "-n", "2", "--no-decisions"]);
    expect(out.replaceAll(/\s+/g, " ")).toContain(`${GANG} (2) against ${GANG}`);
    expect(out).toContain("nothing here is random");
  });

  it.each([
    ["a scenario alone", [GANG], "compare/nothing"],
    ["a run alone", ["saved"], "compare/nothing"],
    ["a run and a scenario", ["saved", GANG], "usage/mixed-inputs"],
    ["runs of two seeds", ["saved", "seven"], "compare/other-seed"],
    ["a folder that is no run", ["saved", "."], "run/not-a-run"],
    ["an unknown baseline", ["saved", "saved", "--baseline", "svaed"], "usage/unknown-baseline"],
    ["an odd share", ["saved", "saved", "--tolerance", "much"], "usage/not-a-share"],
    ["no replications", [GANG, GANG, "-n", "0"], "usage/not-a-number"],
  ])("refuses %s", (_, args, code) => {
    if (args.includes("saved")) whowaits(folder, ["run", GANG, "--out", "saved", "-q"]);
    if (args.includes("seven")) whowaits(folder, ["run", GANG, "--out", "seven", "--seed", "7", "-q"]);
    const { status, out, err } = whowaits(folder, ["compare", ...args]);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain(`error[${code}]`);
    expect(err).not.toContain("    at ");
  });
});

describe("Ctrl-C", () => {
  const store = () => join(folder, "kept");
  const args = () => ["compare", write("day.yaml", DAY), "-n", "400", "--store", "kept"];

  it("once: ends the runs in flight, keeps them, and shows whole replications labelled partial", async () => {
    const { status, out, err } = await interrupted(folder, args(), () => keptResults(store()) > 6, 1);
    expect(status).toBe(130);
    expect(err).toBe("ending the runs in flight; again to stop at once\n");
    expect(out).toMatch(/^Partial, interrupted: 3 variants, \d+ replications?, /);
    const kept = keptResults(store());
    expect(kept).toBeLessThan(800);
    expect(readdirSync(join(store(), "unfinished"))).toEqual([]);
  });

  it("twice: ends at once, and what is kept is whole", async () => {
    const { status, out } = await interrupted(folder, args(), () => keptResults(store()) > 2, 2);
    expect(status).toBe(130);
    expect(out === "" || out.startsWith("Partial")).toBe(true);
    const again = whowaits(folder, ["compare", "day.yaml", "-n", "1", "--store", "kept"]);
    expect([again.status, again.err]).toEqual([0, ""]);
  });
});
