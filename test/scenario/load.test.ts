import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { InputError } from "../../src/core/errors.js";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/core/units.js";
import { gpuTypes } from "../../src/fleet/catalogue.js";
import { loadScenario, type Overrides } from "../../src/scenario/load.js";
import { locateError } from "../../src/scenario/locate.js";
import { parseSource } from "../../src/scenario/positions.js";
import { scratchFolder } from "../support/scratch.js";

const folder = scratchFolder();
writeFileSync(join(folder, "jobs.csv"), "submit,run,gpus\n0,1,1\n");

const load = (text: string, overrides: Overrides = {}) =>
  loadScenario({ text, name: "day.yaml", folder }, overrides);

const TEXT = `
fleet:
  pools:
    - { name: h, nodes: 4, gpu: h100, memory: 2TiB }
    - { name: nvl, nodes: 36, gpu: GB200 }
    - { name: cpu, nodes: 3 }
    - { name: mine, nodes: 1, gpu: Mine, cpus: 64, nodesPerRack: 1 }
  gpuTypes:
    Mine: { like: A100-80GB, memory: 48GiB, tflops: { fp8: 500 } }
until: 2d
jobs:
  - { trace: jobs.csv, maxRun: 1h30m, missingEstimate: 10m, speedup: 2 }
  - generate:
      arrivals: { process: poisson, rate: 30/h }
      run: { distribution: lognormal, median: 30m, sigma: 1, max: 1d }
      shapes: [{ gpus: 12, weight: 3 }, { nodes: 2, gpusPerNode: 4, gpuType: gb200 }]
      users: { ada: 2 }
    overrun: tolerate
measure: { from: 1m, tau: 1m }
`;

describe("a scenario as the simulation takes it", () => {
  it("has defaults filled in, times in µs, sizes in bytes", async () => {
    const { scenario } = await load(TEXT);
    expect(scenario).toMatchObject({
      name: "day",
      seed: "1",
      until: 2 * DAY,
      stop: {},
      scheduler: { policy: "fifo", options: {} },
      services: [],
      measure: { window: { from: MINUTE, to: Number.POSITIVE_INFINITY }, tau: MINUTE, groupBy: [] },
    });
    expect(scenario.fleet.pools).toEqual([
      {
        name: "h",
        nodes: 4,
        gpu: "H100-SXM",
        gpusPerNode: 8,
        cpus: 0,
        memory: 2 * 2 ** 40,
        nodesPerDomain: 1,
      },
      // 72 GPUs of an NVLink domain on nodes of 4.
      {
        name: "nvl",
        nodes: 36,
        gpu: "GB200",
        gpusPerNode: 4,
        cpus: 0,
        memory: Number.POSITIVE_INFINITY,
        nodesPerDomain: 18,
      },
      { name: "cpu", nodes: 3, gpusPerNode: 0, cpus: 1, memory: Number.POSITIVE_INFINITY, nodesPerDomain: 1 },
      {
        name: "mine",
        nodes: 1,
        gpu: "Mine",
        gpusPerNode: 8,
        cpus: 64,
        memory: Number.POSITIVE_INFINITY,
        nodesPerRack: 1,
        nodesPerDomain: 1,
      },
    ]);
    expect(scenario.fleet.gpuTypes).toMatchObject([
      {
        name: "Mine",
        memory: 48 * 2 ** 30,
        bandwidth: gpuTypes["A100-80GB"]!.bandwidth,
        flops: { bf16: 312e12, int8: 624e12, fp8: 500e12 },
      },
    ]);
    expect(scenario.jobs).toEqual([
      {
        trace: "jobs.csv",
        maxRun: 90 * MINUTE,
        missingEstimate: 10 * MINUTE,
        speedup: 2,
        strict: false,
        overrun: "kill",
      },
      {
        overrun: "tolerate",
        generate: {
          until: 2 * DAY,
          arrivals: { process: "poisson", rate: 30 / 3600 },
          run: { kind: "lognormal", median: 30 * MINUTE, sigma: 1, max: DAY },
          shapes: [
            {
              value: {
                groups: [
                  { count: 1, gpus: 8, cpus: 0, memory: 0 },
                  { count: 1, gpus: 4, cpus: 0, memory: 0 },
                ],
                exclusive: false,
                spread: false,
              },
              weight: 3,
            },
            {
              value: {
                groups: [{ count: 2, gpus: 4, cpus: 0, memory: 0 }],
                gpuType: "GB200",
                exclusive: false,
                spread: true,
              },
            },
          ],
          users: [{ value: "ada", weight: 2 }],
        },
      },
    ]);
  });

  it("takes overrides in order, options last", async () => {
    const { scenario, data } = await load(TEXT, {
      set: ["scheduler.policy=gang", "scheduler.policy=easy", "until=3d", "jobs.1=null", "name=2024"],
      seed: 42,
      until: "1h",
    });
    expect(scenario).toMatchObject({ name: "2024", seed: "42", until: HOUR, scheduler: { policy: "easy" } });
    expect(scenario.jobs).toHaveLength(1);
    expect(data).toMatchObject({ name: 2024, scheduler: { policy: "easy" }, until: "1h", seed: "42" });
  });

  it("leaves a plain object as it was", async () => {
    const object = Object.freeze({
      fleet: Object.freeze({ pools: [Object.freeze({ name: "p", nodes: 1 })] }),
      jobs: Object.freeze({ trace: "jobs.csv" }),
    });
    const { scenario } = await loadScenario({ object, folder }, { set: ["fleet.pools.0.nodes=9"] });
    expect(scenario.name).toBe("scenario");
    expect(scenario.fleet.pools[0]!.nodes).toBe(9);
  });
});

describe("the hash of a scenario", () => {
  const hash = async (text: string, overrides: Overrides = {}) => (await load(text, overrides)).hash;

  it("is the same however it is written", async () => {
    const base = await hash(TEXT);
    expect(await hash(TEXT.replace("1h30m", "90m").replace("2d", "48h").replace("h100", "H100-SXM"))).toBe(
      base,
    );
    expect(await hash(TEXT.replace("name: h, nodes: 4", "nodes: 4, name: h"))).toBe(base);
    expect(await hash(`# a comment\n${TEXT}`)).toBe(base);
  });

  it("differs when anything that counts differs", async () => {
    const hashes = await Promise.all([
      hash(TEXT),
      hash(TEXT, { seed: 2 }),
      hash(TEXT, { until: "49h" }),
      hash(TEXT, { set: ["scheduler.policy=easy"] }),
      hash(TEXT, { set: ["scheduler={policy: easy, ties: pyss}"] }),
      hash(TEXT.replace("30/h", "31/h")),
    ]);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("does not depend on the folder, not even through absolute paths", async () => {
    const other = scratchFolder();
    mkdirSync(join(other, "deep"));
    cpSync(join(folder, "jobs.csv"), join(other, "deep", "jobs.csv"));
    const there = { folder: join(other, "deep"), name: "day.yaml" };
    expect((await loadScenario({ text: TEXT, ...there })).hash).toBe(await hash(TEXT));
    const absolute = (path: string) => TEXT.replace("jobs.csv", join(path, "jobs.csv"));
    expect((await loadScenario({ text: absolute(there.folder), ...there })).hash).toBe(
      await hash(absolute(folder)),
    );
  });
});

describe("positions", () => {
  const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.stringMatching(/^[a-z][a-z ]{0,8}[a-z]$/));
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.array(tie("node"), { minLength: 1, maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie("node"), { minKeys: 1, maxKeys: 3 }),
    ),
  })).node;

  /** Every scalar with its path. */
  function leaves(value: unknown, path: (string | number)[] = []): [(string | number)[], unknown][] {
    if (typeof value !== "object" || value === null) return [[path, value]];
    return Object.entries(value).flatMap(([key, inner]) =>
      leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]),
    );
  }

  it("mark exactly the key and the value, in YAML and in JSON", () => {
    fc.assert(
      fc.property(fc.record({ root: tree }), fc.boolean(), (data, asJson) => {
        const text = asJson ? JSON.stringify(data, null, 2) : stringify(data, { lineWidth: 0 });
        const source = parseSource(text, "f");
        const lines = text.split("\n");
        for (const [path, value] of leaves(data)) {
          for (const what of ["key", "value"] as const) {
            const at = source.locate(path, what)!;
            expect(at.text).toBe(lines[at.line - 1]);
            const marked = at.text!.slice(at.column - 1, at.column - 1 + at.length);
            const key = path.at(-1)!;
            const expected = what === "key" && typeof key === "string" ? key : String(value);
            expect(marked.replace(/^["']|["']$/g, "")).toBe(expected);
          }
        }
        expect(source.locate(["root", "nowhere", 0], "value")).toBeUndefined();
      }),
    );
  });

  it("follow aliases to where the value stands", () => {
    const source = parseSource("a: &x { n: 1 }\nb: *x\n", "f");
    expect(source.locate(["b", "n"], "value")).toMatchObject({ line: 1, column: 12, length: 1 });
  });
});

it("gives later problems their places", async () => {
  const loaded = await load(TEXT, { set: ["scheduler.policy=easy"] });
  const error = new InputError([
    { code: "x/late", message: "late", path: ["measure", "tau"] },
    { code: "x/flag", message: "flag", path: ["scheduler", "policy"] },
    { code: "x/default", message: "default", path: ["jobs", 0, "overrun"] },
    { code: "x/elsewhere", message: "elsewhere", at: { file: "t.csv", line: 5, column: 1, length: 1 } },
    { code: "x/none", message: "none" },
  ]);
  const places = locateError(error, loaded).problems.map(({ code, at }) => [
    code,
    at?.file,
    at?.line,
    at?.column,
  ]);
  expect(places).toEqual([
    ["x/flag", "--set", 0, 18],
    ["x/elsewhere", "t.csv", 5, 1],
    ["x/default", "day.yaml", 12, 5],
    ["x/late", "day.yaml", 19, 27],
    ["x/none", undefined, undefined, undefined],
  ]);
});

describe("files that are no scenario", () => {
  it.each<[file: string, content: string | Buffer | undefined, message: string, hint: string]>([
    ["day.yml", undefined, "there is no such file", "did you mean day.yaml?"],
    [
      "latin.yaml",
      Buffer.from("name: caf\xe9", "latin1"),
      "this is not UTF-8 text",
      "a scenario is a YAML or JSON file",
    ],
    [
      "huge.yaml",
      Buffer.alloc(5 * 2 ** 20, "#"),
      "5 MiB is too large for a scenario",
      "a trace goes into its jobs: or requests: key",
    ],
  ])("%s", async (file, content, message, hint) => {
    writeFileSync(join(folder, "day.yaml"), TEXT);
    const path = join(folder, file);
    if (content !== undefined) writeFileSync(path, content);
    const error = await loadScenario(path).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).problems).toMatchObject([{ message, hint, at: { file: path } }]);
  });

  it("a folder", async () => {
    await expect(loadScenario(folder)).rejects.toThrow("this is a folder");
  });
});

it("counts times exactly", async () => {
  const { scenario } = await load(TEXT, { until: "60.5s" });
  expect(scenario.until).toBe(60.5 * SECOND);
});

describe("load", () => {
  it("makes all work arrive so many times as densely, and says no more than its rates would", async () => {
    const scenario = (load: number, speedup: number, rate: string, every: string) => `
load: ${load}
fleet: { pools: [{ name: p, nodes: 2, gpu: H100-SXM }] }
jobs:
  - { trace: jobs.csv, speedup: ${speedup} }
  - generate: { count: 9, arrivals: { process: poisson, rate: ${rate} }, run: 1m, shapes: [{ gpus: 1 }] }
  - generate: { count: 9, arrivals: { process: fixed, every: ${every} }, run: 1m, shapes: [{ gpus: 1 }] }
`;
    const loaded = await load(scenario(2, 3, "30/h", "10s"));
    expect(loaded.load).toBe(2);
    expect(loaded.hash).toBe((await load(scenario(1, 6, "60/h", "5s"))).hash);
    expect(loaded.hash).not.toBe((await load(scenario(1, 3, "30/h", "10s"))).hash);
  });
});

it("prices are known under the catalogue's names, and leave what is run as it is", async () => {
  const plain = await load(TEXT);
  const priced = await load(`${TEXT}prices: { h100: 2.5, Mine: 1 }\n`);
  expect(priced.prices).toEqual({ "H100-SXM": 2.5, Mine: 1 });
  expect(priced.hash).toBe(plain.hash);
});
