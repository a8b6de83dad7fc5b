import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildResult, type RunIdentity } from "../../src/metrics/build-result.js";
import { findMetric, METRICS, type MetricDefinition } from "../../src/metrics/registry.js";
import { RESULT_SCHEMA_VERSION, type Result } from "../../src/metrics/result.js";
import { RunMetrics } from "../../src/metrics/run-metrics.js";
import { STATS } from "../../src/metrics/stats.js";
import { resultJson } from "../../src/report/result-json.js";
import { numberOf } from "../support/metrics.js";
import { playMixedRun } from "../support/mixed-run.js";
import { repoPath } from "../support/shared.js";

const schema = JSON.parse(readFileSync(repoPath("result.schema.json"), "utf8"));
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

const identity: RunIdentity = {
  tool: { name: "whowaits", version: "0.0.0" },
  scenario: "mixed",
  scenarioHash: "0".repeat(64),
  traceHashes: { "traces/b.csv": "b".repeat(64), "traces/a.csv": "a".repeat(64) },
  seed: 1,
  window: { from: 0, to: Number.POSITIVE_INFINITY },
  duration: 1_000_000,
  settings: { measuresFrom: false, until: true, partial: false },
  warnings: [{ code: "trace/rows", message: "3 rows were dropped" }],
};

function mixedResult(): Result {
  const metrics = new RunMetrics({ groupBy: ["user", "tenant"] });
  playMixedRun((journal) => metrics.listen(journal));
  return buildResult(identity, metrics);
}

describe("a result", () => {
  const result = mixedResult();

  it("follows the published schema", () => {
    const valid = validate(JSON.parse(resultJson(result)));
    expect(validate.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it("has no key that the schema does not describe", () => {
    const keys = (value: object) => Object.keys(value).sort();
    expect([...keys(result), "neverRan"].sort()).toEqual(keys(schema.properties));
    for (const metric of result.metrics)
      expect(keys(metric)).toEqual(keys(schema.definitions.metric.properties));
    for (const warning of result.warnings)
      for (const key of keys(warning))
        expect(keys(schema.properties.warnings.items.properties)).toContain(key);
  });

  it("is refused by the schema when a metric lacks its method, or the major version is another", () => {
    const broken = JSON.parse(resultJson(result));
    delete broken.metrics[0].method;
    expect(validate(broken)).toBe(false);
    expect(validate({ ...JSON.parse(resultJson(result)), schemaVersion: "2.0" })).toBe(false);
    expect(RESULT_SCHEMA_VERSION).toMatch(/^1\.\d+$/);
  });

  it("holds only registered names, statistics and labels, and every name", () => {
    const seen = new Set<string>();
    for (const metric of result.metrics) {
      const [name, ...rest] = metric.name.split(".") as [string, ...string[]];
      const definition = (METRICS as Record<string, MetricDefinition>)[name]!;
      expect(definition, metric.name).toBeDefined();
      if (definition.stats.length === 0) expect(rest).toEqual([]);
      else expect(definition.stats).toContain(rest.join("."));
      for (const label of Object.keys(metric.labels))
        expect(Object.keys(definition.labels), metric.name).toContain(label);
      seen.add(name);
    }
    expect(Object.keys(METRICS).filter((name) => !seen.has(name))).toEqual([]);
  });

  it("lists by registry, then labels, then statistic, each metric once", () => {
    const names = Object.keys(METRICS);
    const keys = result.metrics.map((m) => {
      const [name, ...stat] = m.name.split(".") as [string, ...string[]];
      const labels = Object.entries(m.labels).map(([key, value]) => `${key}=${value}`);
      const order = String(names.indexOf(name)).padStart(3, "0");
      return `${order} ${labels.sort().join("\u0001")}\u0000${STATS.indexOf(stat.join(".") as never)}`;
    });
    expect(keys).toEqual([...new Set(keys)].sort());
  });

  it("closes the window at the end of the run and keeps the warnings that came before", () => {
    expect(result.window).toEqual({ from: 0, to: 1_000_000 });
    expect(result.warnings[0]!.code).toBe("trace/rows");
    expect(numberOf(result.metrics, "jobs.count", { state: "submitted" })).toBeGreaterThan(0);
  });

  it("is the same bytes from the same journal", () => {
    expect(resultJson(mixedResult())).toBe(resultJson(result));
  });
});

describe("resultJson", () => {
  it("sorts keys, keeps one metric a line, ends with a newline", () => {
    const text = resultJson({ ...mixedResult(), metrics: mixedResult().metrics.slice(0, 2), warnings: [] });
    const lines = text.split("\n");
    expect(lines[0]).toBe("{");
    expect(lines[1]).toBe('  "duration": 1000000,');
    expect(lines[3]).toMatch(
      /^ {4}\{"censored": \d+, "direction": "neutral", "labels": \{"state": "cancelled"\}, .*\},$/,
    );
    expect(text).toContain(`"traceHashes": {"traces/a.csv": "${"a".repeat(64)}", "traces/b.csv"`);
    expect(text.endsWith("}\n")).toBe(true);
  });

  it("reads back as what was written, in any order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), (object) => {
        const text = resultJson(object as unknown as Result);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(object)));
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(resultJson(turned as unknown as Result)).toBe(text);
      }),
    );
  });

  it("refuses what JSON cannot hold", () => {
    expect(() => resultJson({ ...mixedResult(), duration: Number.POSITIVE_INFINITY })).toThrow(RangeError);
  });
});

it("finds a metric by name and by alias", () => {
  expect(findMetric("jct")?.name).toBe("turnaround");
  expect(findMetric("wait")?.definition.direction).toBe("lower");
  expect(findMetric("latency")).toBeUndefined();
});
