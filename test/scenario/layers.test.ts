// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment are written so.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { resolvedValues } from "../../src/scenario/defaults.js";
import { loadScenario, type Overrides } from "../../src/scenario/load.js";
import { scratchFolder } from "../support/scratch.js";

let folder: string;
beforeEach(() => {
  folder = scratchFolder();
});

const BASE = `
name: base
description: what everyone builds on
fleet:
  pools:
    - { name: fast, nodes: 4, gpu: h100 }
    - { name: slow, nodes: 2, gpu: A100-80GB }
scheduler: { policy: gang, skip: true }
jobs: { trace: jobs.csv, speedup: 2 }
variants:
  few: { fleet: { pools: { slow: null, fast: { nodes: 1 } } } }
`;

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries({ "jobs.csv": "submit,run,gpus\n0,1,1\n", ...files })) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const load = (name: string, overrides: Overrides = {}) => loadScenario(join(folder, name), overrides);

async function problemsOf(name: string, overrides: Overrides = {}): Promise<string[]> {
  try {
    await load(name, overrides);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(({ code, message, at, hint }) => {
      const marked = at?.text?.slice(at.column - 1, at.column - 1 + at.length);
      const file = at?.file.split("/").at(-1);
      return `${file ?? "-"}:${at?.line ?? 0} <${marked ?? ""}> ${code}: ${message} (${hint ?? ""})`;
    });
  }
}

describe("extends", () => {
  it("merges mappings, replaces lists and values, takes out what is null, and drops name and description", async () => {
    write({
      "base.yaml": BASE,
      "mine.yaml": "extends: base.yaml\nscheduler: { skip: false }\njobs: { speedup: null, limit: 1 }\n",
    });
    const { scenario, data } = await load("mine.yaml");
    expect(scenario.name).toBe("mine");
    expect(data).toEqual({
      fleet: {
        pools: [
          { name: "fast", nodes: 4, gpu: "h100" },
          { name: "slow", nodes: 2, gpu: "A100-80GB" },
        ],
      },
      scheduler: { policy: "gang", skip: false },
      jobs: { trace: "jobs.csv", limit: 1 },
    });
  });

  it("replaces a mapping of another kind whole: options of one policy mean nothing to another", async () => {
    write({
      "base.yaml": BASE,
      "mine.yaml":
        "extends: base.yaml\nscheduler: { policy: easy }\njobs: { generate: { count: 1, arrivals: { process: fixed, every: 1s }, run: 1s, shapes: [ { gpus: 1 } ] } }\n",
    });
    const { data } = await load("mine.yaml");
    expect(data).toMatchObject({ scheduler: { policy: "easy" } });
    expect((data as { scheduler: object }).scheduler).not.toHaveProperty("skip");
    expect((data as { jobs: object }).jobs).not.toHaveProperty("trace");
  });

  it("changes entries of a list by their names or numbers", async () => {
    write({
      "base.yaml": BASE,
      "mine.yaml": "extends: base.yaml\nfleet: { pools: { slow: { nodes: 9 }, 0: { nodes: 8 } } }\n",
    });
    const { scenario } = await load("mine.yaml");
    expect(scenario.fleet.pools.map(({ name, nodes }) => [name, nodes])).toEqual([
      ["fast", 8],
      ["slow", 9],
    ]);
  });

  it("keeps paths relative to the file that gives them", async () => {
    write({
      "a/base.yaml": BASE.replace("policy: gang, skip: true", "policy: ./mine.js"),
      "a/jobs.csv": "submit,run,gpus\n0,1,1\n",
      "a/mine.js": "export default { create: () => ({ pass() {} }) };",
      "b/c/mine.yaml": "extends: ../../a/base.yaml\n",
    });
    const { data, folder: home } = await load("b/c/mine.yaml");
    expect(home).toBe(join(folder, "b/c"));
    expect(data).toMatchObject({
      jobs: { trace: "../../a/jobs.csv" },
      scheduler: { policy: "../../a/mine.js" },
    });
  });

  it("shows mistakes in the file in which they stand", async () => {
    write({
      "base.yaml": BASE.replace("speedup: 2", "spedup: 2"),
      "mid.yaml": "extends: base.yaml\nuntil: 10\n",
      "mine.yaml": "extends: mid.yaml\nfleet: { pools: { slow: { nodes: none } } }\n",
    });
    expect((await problemsOf("mine.yaml")).sort()).toEqual([
      'base.yaml:9 <spedup> scenario/unknown-key: "spedup" is not a key of jobs (did you mean "speedup"?)',
      'mid.yaml:2 <10> scenario/unit: "until" is a duration and needs its unit (such as 10s)',
      'mine.yaml:2 <none> scenario/wrong-type: "nodes" must be a whole number, not "none" ()',
    ]);
  });

  it("refuses a cycle, naming the way round", async () => {
    write({
      "a.yaml": "extends: b.yaml\n",
      "b.yaml": "name: b\nextends: c.yaml\n",
      "c.yaml": "extends: b.yaml\n",
    });
    expect(await problemsOf("a.yaml")).toEqual([
      "c.yaml:1 <b.yaml> scenario/extends-cycle: b.yaml extends c.yaml extends b.yaml (a scenario cannot be built on itself)",
    ]);
    write({ "self.yaml": "extends: self.yaml\n" });
    expect(await problemsOf("self.yaml")).toEqual([
      "self.yaml:1 <self.yaml> scenario/extends-cycle: self.yaml extends self.yaml (a scenario cannot be built on itself)",
    ]);
  });

  it("marks the name of a base that is not there", async () => {
    write({ "base.yaml": BASE, "mine.yaml": "name: x\nextends: bsae.yaml\n" });
    expect(await problemsOf("mine.yaml")).toEqual([
      "mine.yaml:2 <bsae.yaml> scenario/missing-file: bsae.yaml: there is no such file (did you mean base.yaml?)",
    ]);
  });

  it("gives the hash of the same scenario written in one file", async () => {
    write({
      "base.yaml": BASE,
      "mine.yaml": "extends: base.yaml\nname: one\nscheduler: { policy: fifo }\n",
      "one.yaml": BASE.replace("name: base", "name: one")
        .replace(/description: .*\n/, "")
        .replace("policy: gang, skip: true", "policy: fifo"),
    });
    expect((await load("mine.yaml")).hash).toBe((await load("one.yaml")).hash);
  });
});

describe("variants", () => {
  it("are laid over the scenario, and an override over them", async () => {
    write({ "base.yaml": BASE });
    const { scenario, variants, data } = await load("base.yaml", {
      variant: "few",
      set: ["fleet.pools.fast.nodes=3"],
    });
    expect(variants).toEqual(["few"]);
    expect(scenario.fleet.pools.map(({ name, nodes }) => [name, nodes])).toEqual([["fast", 3]]);
    expect(data).not.toHaveProperty("variants");
  });

  it("do not change the scenario itself", async () => {
    write({ "base.yaml": BASE, "bare.yaml": BASE.replace(/variants:[\s\S]*/, "") });
    expect((await load("base.yaml")).hash).toBe((await load("bare.yaml")).hash);
  });

  it("show their mistakes where they stand", async () => {
    write({ "base.yaml": `${BASE}  odd: { extends: x.yaml }\n  bad: { scheduler: { policy: eazy } }\n` });
    expect(await problemsOf("base.yaml", { variant: "odd" })).toEqual([
      'base.yaml:12 <extends> scenario/unknown-key: a variant has no "extends" ()',
    ]);
    expect(await problemsOf("base.yaml", { variant: "bad" })).toEqual([
      'base.yaml:13 <eazy> scenario/unknown-policy: "eazy" is not a cluster policy (did you mean "easy"?)',
    ]);
    expect(await problemsOf("base.yaml", { variant: "fwe" })).toEqual([
      '-:0 <> usage/unknown-variant: the scenario has no variant "fwe" (did you mean "few"?)',
    ]);
  });
});

describe("values of the environment", () => {
  const text = BASE.replace("nodes: 4", 'nodes: "${NODES}"').replace("name: base", "name: on-${SITE:-here}");

  it("are numbers where they stand alone, text within text, and have defaults", async () => {
    write({ "base.yaml": text });
    const { scenario } = await load("base.yaml", { environment: { NODES: "7" } });
    expect(scenario.fleet.pools[0]!.nodes).toBe(7);
    expect(scenario.name).toBe("on-here");
    expect((await load("base.yaml", { environment: { NODES: "7", SITE: "x: [" } })).scenario.name).toBe(
      "on-x: [",
    );
  });

  it("must be set, and well written", async () => {
    write({ "base.yaml": text.replace("${SITE:-here}", () => "${SI-TE} $${x}") });
    expect(await problemsOf("base.yaml", { environment: { NODE: "7" } })).toEqual([
      'base.yaml:2 <on-${SI-TE} $${x}> scenario/bad-variable: "on-${SI-TE} $${x}" is not a reference to the environment (write ${NAME} or ${NAME:-default}, and $${ for a plain ${)',
      'base.yaml:6 <"${NODES}"> scenario/unset-variable: the environment has no NODES (did you mean NODE?)',
    ]);
  });
});

it("tells what gave each value", async () => {
  write({
    "base.yaml": BASE,
    "mine.yaml": "extends: base.yaml\nuntil: ${UNTIL}\nscheduler: { policy: easy }\n",
  });
  const loaded = await load("mine.yaml", {
    variant: "few",
    environment: { UNTIL: "2h" },
    set: ["fleet.pools.fast.cpus=8"],
  });
  const { data, originOf } = resolvedValues(loaded);
  const origin = (...path: (string | number)[]) => originOf(path).replace(/\S*\//, "");
  expect(data).toMatchObject({ seed: "1", scheduler: { policy: "easy", backfill_order: "fcfs" } });
  expect({
    name: origin("name"),
    seed: origin("seed"),
    until: origin("until"),
    nodes: origin("fleet", "pools", 0, "nodes"),
    cpus: origin("fleet", "pools", 0, "cpus"),
    gpu: origin("fleet", "pools", 0, "gpu"),
    policy: origin("scheduler", "policy"),
    order: origin("scheduler", "backfill_order"),
  }).toEqual({
    name: "default",
    seed: "default",
    until: "mine.yaml:2, ${UNTIL}",
    nodes: "base.yaml:11",
    cpus: "--set",
    gpu: "base.yaml:6",
    policy: "mine.yaml:3",
    order: "default",
  });
});
