import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repoPath } from "../support/shared.js";

/** The modules that docs/library.md shows, by the name in their first line. */
const shown = new Map(
  [
    ...readFileSync(repoPath("docs/library.md"), "utf8").matchAll(/```js\n(\/\/ ([\w-]+\.js): [\s\S]*?)```/g),
  ].map(([, code, name]) => [name!, code!]),
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "whowaits-policy-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function whowaits(...args: string[]) {
  const done = spawnSync(process.execPath, [repoPath("bin/whowaits.js"), ...args], {
    encoding: "utf8",
    cwd: folder,
    timeout: 30_000,
  });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

function writeScenario(engine: string, rows = ["0,3000,50", "0,100,40", "0,1000,30", "2000,10,5"]) {
  write("requests.csv", `arrival,input_tokens,output_tokens\n${rows.join("\n")}\n`);
  write(
    "scenario.yaml",
    `fleet: { pools: [{ name: h100, nodes: 1, gpu: H100, gpusPerNode: 8 }] }
services:
  - { name: chat, model: llama-3.1-8b, engine: ${engine}, requests: { trace: requests.csv } }
`,
  );
}

describe("a request scheduler of one's own, by path", () => {
  it("runs as docs/library.md shows it: the shortest prompt first, one at a time", () => {
    write("shortest-prompt.js", shown.get("shortest-prompt.js")!);
    writeScenario("{ scheduler: ./shortest-prompt.js, options: { most: 1, block_size: 32 } }");
    const { status, err } = whowaits("run", "scenario.yaml", "--out", "run");
    expect([status, err]).toEqual([0, ""]);
    const [header, ...rows] = readFileSync(join(folder, "run/requests.csv"), "utf8").trimEnd().split("\n");
    const at = header!.split(",").indexOf("ttft_s");
    const input = header!.split(",").indexOf("input_tokens");
    expect([at, input]).not.toContain(-1);
    const times = rows.map((row) => row.split(",")).sort((a, b) => Number(a[at]) - Number(b[at]));
    expect(times.map((row) => Number(row[input]))).toEqual([10, 100, 1000, 3000]);
  });

  it("survives a cache so small that it must preempt, and ends every request", () => {
    write("shortest-prompt.js", shown.get("shortest-prompt.js")!);
    writeScenario("{ scheduler: ./shortest-prompt.js, options: { num_gpu_blocks_override: 192 } }", [
      "0,1500,100",
      "0,1500,100",
    ]);
    const { status, out } = whowaits("run", "scenario.yaml", "--json");
    expect(status).toBe(0);
    const { metrics } = JSON.parse(out) as { metrics: { name: string; labels: object; value: number }[] };
    const numbers = new Map(
      metrics.map(({ name, labels, value }) => [`${name} ${JSON.stringify(labels)}`, value]),
    );
    expect(numbers.get('requests.count {"service":"chat","state":"ended"}')).toBe(2);
    expect(numbers.get('request-preemptions.count {"service":"chat"}')).toBeGreaterThan(0);
  });

  it("names the method that is missing, and an option of the wrong kind", () => {
    write("half.js", "export default { create: () => ({ schedule() {} }) };\n");
    writeScenario("{ scheduler: ./half.js }");
    const half = whowaits("run", "scenario.yaml");
    expect(half.status).toBe(2);
    expect(half.err).toContain("scenario/no-policy");
    expect(half.err).toContain("what the module ./half.js creates has no complete");
    write("shortest-prompt.js", shown.get("shortest-prompt.js")!);
    writeScenario("{ scheduler: ./shortest-prompt.js, options: { most: 0 } }");
    const zero = whowaits("run", "scenario.yaml");
    expect(zero.status).toBe(2);
    expect(zero.err).toContain("most");
  });
});
