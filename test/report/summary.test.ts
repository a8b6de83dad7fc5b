import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildResult } from "../../src/metrics/build-result.js";
import type { Result } from "../../src/metrics/result.js";
import { RunMetrics } from "../../src/metrics/run-metrics.js";
import { formatNumber, formatPercent } from "../../src/report/figures.js";
import { summary } from "../../src/report/summary.js";
import { listed, wrap } from "../../src/report/text.js";
import { playMixedRun } from "../support/mixed-run.js";

function mixedResult(): Result {
  const measured = new RunMetrics();
  playMixedRun((journal) => measured.listen(journal));
  const run = {
    scenario: "mixed",
    seed: 1,
    duration: 1_000_000,
    window: { from: 0, to: Number.POSITIVE_INFINITY },
  };
  const hashes = { scenarioHash: "0".repeat(64), traceHashes: {} };
  const settings = { measuresFrom: false, until: true, partial: false } as const;
  return buildResult({ tool: { name: "whowaits", version: "0.0.0" }, ...run, ...hashes, settings }, measured);
}

const result = mixedResult();
const empty: Result = { ...result, metrics: [], warnings: [] };

describe("summary", () => {
  it("says who ran, who waited, how long and how fairly (read test/report/summary.txt)", async () => {
    const saved = { folder: "runs/mixed", files: ["result.json", "jobs.csv", "journal.jsonl"] };
    await expect(await summary(result, { saved })).toMatchFileSnapshot("summary.txt");
  });

  it("says how much of the prompts was found cached, and where, when anything was", async () => {
    expect(await summary(result, { width: 140 })).not.toContain("found cached");
    const shares = { gpu: 0.25, host: 0.5, disk: 0 };
    const metrics = result.metrics.filter((m) => m.name !== "prefix-hit-share");
    const [some] = metrics.filter((m) => m.name === "kv-use.mean");
    for (const [tier, value] of Object.entries(shares))
      metrics.push({ ...some!, name: "prefix-hit-share", labels: { ...some!.labels, tier }, value });
    const text = await summary({ ...result, metrics }, { width: 140 });
    expect(text.replace(/\s+/g, " ")).toContain("75 % of prompt tokens found cached (50 % in host memory)");
  });

  it("begins with the verdict and ends with where the files are", async () => {
    const lines = (await summary(result, { saved: { folder: "out", files: ["jobs.csv"] } }))
      .trimEnd()
      .split("\n");
    expect(lines[1]).toMatch(/^2 of 5 jobs ran to their end; 2 waited/);
    expect(lines.at(-1)).toBe("Saved in out: jobs.csv");
  });

  it.each([30, 45, 59, 60, 72, 80, 100, 140])("keeps to %i columns", async (width) => {
    for (const line of (await summary(result, { width })).split("\n"))
      expect(line.length).toBeLessThanOrEqual(width);
  });

  it("turns rows into sentences where columns do not fit", async () => {
    const narrow = await summary(result, { width: 59 });
    expect(narrow).toContain("\nwait: mean 33.3ms, p50 50ms, ");
    expect(narrow).not.toContain("█");
    expect(await summary(result, { width: 80 })).toContain("\nwait               33.3ms   50ms ");
  });

  it("has colour only through the style", async () => {
    const plain = await summary(result);
    expect(plain).not.toContain("\u001b");
    const mark = (letter: string) => (text: string) => `\u001b${letter}${text}\u001b0`;
    const styled = await summary(result, {
      style: { heading: mark("h"), faint: mark("f"), warning: mark("w") },
    });
    expect(styled).toContain("\u001bhJobs\u001b0\n");
    expect(styled).toContain("\u001bwWarning: 2 of 5 jobs");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: takes the marks away again
    expect(styled.replace(/\u001b[hfw0]/g, "")).toBe(plain);
  });

  it("gives advice that warnings share once", async () => {
    const shared = { code: "x/y", hint: "do that" };
    const warnings = [
      { ...shared, message: "first" },
      { ...shared, message: "second" },
      { code: "x/z", message: "third" },
    ];
    const text = await summary({ ...empty, warnings });
    expect(text).toContain("\nWarning: first.\nWarning: second.\n  Do that.\nWarning: third.\n");
  });

  it("says so when nothing ran, or the run was cut short, or only a window was measured", async () => {
    expect(await summary(empty)).toBe("mixed, seed 1, 1s simulated\nNothing was submitted.\n");
    expect(await summary({ ...empty, partial: "interrupted" })).toContain("Interrupted, so far:");
    const window = { from: 250_000, to: 500_000 };
    expect(await summary({ ...empty, window })).toContain("measured from 250ms to 500ms");
  });
});

describe("figures", () => {
  it("set off thousands and keep three digits below a hundred", () => {
    expect([0, 0.12345, 7, 99.94, 100.4, 999.5, 12304, 1234567.8].map(formatNumber)).toEqual([
      "0",
      "0.123",
      "7",
      "99.9",
      "100",
      "1,000",
      "12,304",
      "1,234,568",
    ]);
    expect(formatNumber(null)).toBe("-");
  });

  it("never round a share up to all or down to nothing much", () => {
    expect(
      [0, 0.0123, 0.4567, 0.995, 0.99996, 1].map(formatPercent).map((p) => p.replace("\u00a0", " ")),
    ).toEqual(["0 %", "1.2 %", "46 %", "99.5 %", "99.99 %", "100 %"]);
  });
});

describe("text", () => {
  it("wraps without losing a word or passing the width", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 });
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 40 }), (parts, width) => {
        const lines = wrap(parts.join(" "), width, "  ");
        expect(lines.map((line) => line.trim()).join(" ")).toBe(parts.join(" "));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it("lists as people do", () => {
    expect([listed([]), listed(["a"]), listed(["a", "b", "c"])]).toEqual(["", "a", "a, b and c"]);
  });
});
