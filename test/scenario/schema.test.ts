import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { scenarioJsonSchema } from "../../src/scenario/json-schema.js";
import { scenarioPage } from "../../src/scenario/page.js";
import { repoPath } from "../support/shared.js";

const validate = new Ajv({ strict: false, allErrors: true }).compile(scenarioJsonSchema());

describe("the JSON Schema of scenarios", () => {
  it("is the one that ships as scenario.schema.json", async () => {
    const text = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(repoPath("scenario.schema.json"));
  });

  it.each(["quickstart", "easy-backfill", "gang-training", "chat-serving"])("accepts %s", (name) => {
    const data = parse(readFileSync(repoPath(`scenarios/${name}.yaml`), "utf8"));
    expect(validate(data), JSON.stringify(validate.errors)).toBe(true);
  });

  it("refuses what the loader refuses", () => {
    const good = { fleet: { pools: [{ name: "p", nodes: 1 }] }, jobs: { trace: "t.csv" } };
    expect(validate(good)).toBe(true);
    expect(validate({ ...good, nam: "x" })).toBe(false);
    expect(validate({ ...good, until: 10 })).toBe(false);
    expect(validate({ ...good, jobs: { trace: "t.csv", processor: "cpu" } })).toBe(false);
    expect(validate({ fleet: { pools: [] }, jobs: { trace: "t.csv" } })).toBe(false);
    expect(validate({ jobs: { trace: "t.csv" } })).toBe(false);
    const recipe = { arrivals: { process: "gamma", rate: "1/s" }, run: "1h", shapes: [{ gpus: 1 }] };
    expect(validate({ ...good, jobs: { generate: recipe } })).toBe(false);
    expect(
      validate({ ...good, jobs: { generate: { ...recipe, arrivals: { ...recipe.arrivals, cv: 2 } } } }),
    ).toBe(true);
  });

  it("describes every key", () => {
    const silent: string[] = [];
    const walk = (node: Record<string, unknown>, path: string) => {
      for (const [key, value] of Object.entries(
        (node.properties ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        if (value.description === undefined && value.const === undefined) silent.push(`${path}.${key}`);
        walk(value, `${path}.${key}`);
      }
      for (const nested of [node.items, node.additionalProperties, ...[node.anyOf, node.oneOf].flat()])
        if (typeof nested === "object" && nested !== null) walk(nested as Record<string, unknown>, path);
    };
    walk(scenarioJsonSchema() as Record<string, unknown>, "");
    expect(silent).toEqual([]);
  });
});

it("docs/scenario.md is what the schema says", async () => {
  await expect(scenarioPage()).toMatchFileSnapshot(repoPath("docs/scenario.md"));
});
