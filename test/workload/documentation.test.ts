import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { jobFormats, requestFormats } from "../../src/workload/formats/index.js";
import { JOB_COLUMNS } from "../../src/workload/formats/job-row.js";
import { REQUEST_COLUMNS } from "../../src/workload/formats/request-row.js";
import { Adjusted, Reason } from "../../src/workload/reasons.js";
import { repoPath } from "../support/shared.js";

const page = readFileSync(repoPath("docs/trace-formats.md"), "utf8");

describe("docs/trace-formats.md", () => {
  it.each([
    ["format", [...Object.keys(jobFormats), ...Object.keys(requestFormats)]],
    ["column", [...JOB_COLUMNS.known, ...REQUEST_COLUMNS.known, ...Object.keys(REQUEST_COLUMNS.aliases!)]],
    ["reason", Object.values(Reason)],
    ["change", Object.values(Adjusted)],
  ])("names every %s", (_what, names) => {
    for (const name of names) expect(page).toContain(`\`${name}\``);
  });

  it("names every error code about a file", () => {
    const sources = readdirSync(repoPath("src/workload"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(repoPath(`src/workload/${file}`), "utf8"))
      .join("\n");
    const codes = [...sources.matchAll(/"(trace\/[a-z-]+)"/g)].map(([, code]) => code!);
    const inFile = [...sources.matchAll(/problem\(\s*"([a-z-]+)"/g)].map(([, code]) => `trace/${code}`);
    expect(inFile.length).toBeGreaterThan(5);
    for (const code of new Set([...codes, ...inFile])) expect(page).toContain(`\`${code}\``);
  });
});

describe("traces/README.md", () => {
  it("lists every shipped file", () => {
    const readme = readFileSync(repoPath("traces/README.md"), "utf8");
    const files = readdirSync(repoPath("traces")).filter((file) => /\.(swf|csv|jsonl)$/.test(file));
    for (const file of files) expect(readme).toContain(`\`${file}\``);
    for (const recipe of readdirSync(repoPath("traces/recipes")))
      expect(readme).toContain(`traces/recipes/${recipe}`);
  });
});
