import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/core/random.js";
import { HOUR, MINUTE, SECOND } from "../../../src/core/units.js";
import { generateJobs, generateRequests } from "../../../src/workload/generate/index.js";
import type { JobRecipe, RequestRecipe } from "../../../src/workload/generate/recipe.js";
import { jobContext, jobRecords, problemsOf, requestNames, requestRecords } from "../support.js";

const JOBS: JobRecipe = {
  arrivals: { process: "poisson", rate: 0.1 },
  count: 500,
  run: { kind: "lognormal", mean: HOUR, cv: 2 },
  estimate: { factor: { kind: "uniform", min: 0.2, max: 5 }, roundUpTo: [HOUR, 4 * HOUR, 24 * HOUR] },
  shapes: [
    { value: { groups: [{ count: 1, gpus: 1, cpus: 0, memory: 0 }] }, weight: 3 },
    { value: { groups: [{ count: 2, gpus: 8, cpus: 0, memory: 0 }], spread: true } },
  ],
  users: [{ value: "ann", weight: 3 }, { value: "bob" }],
  queues: [{ value: "long" }, { value: "short" }],
  cancel: { share: 0.2, after: { kind: "exponential", mean: 10 * MINUTE } },
};

async function jobs(recipe: JobRecipe, seed = "1", budget?: number) {
  const context = jobContext();
  const options = { name: "jobs/0", random: createRandom(seed), context };
  const rows = await generateJobs(recipe, budget === undefined ? options : { ...options, budget });
  return { rows, records: await jobRecords(rows, context) };
}

const REQUESTS: RequestRecipe = {
  arrivals: { process: "gamma", rate: 20, cv: 3 },
  until: 60 * SECOND,
  inputTokens: { kind: "lognormal", mean: 800, cv: 1, max: 4096 },
  outputTokens: { kind: "empirical", values: [0, 10, 200] },
  tenants: [{ value: "a" }, { value: "b" }],
};

async function requests(recipe: RequestRecipe, seed = "1", budget?: number) {
  const names = requestNames();
  const options = { name: "requests", random: createRandom(seed), names };
  const rows = await generateRequests(recipe, budget === undefined ? options : { ...options, budget });
  return { rows, records: await requestRecords(rows, names) };
}

describe("generateJobs", () => {
  it("makes as many jobs as asked, in time order, every column filled", async () => {
    const { rows, records } = await jobs(JOBS);
    expect(records).toHaveLength(500);
    expect(rows.counts).toEqual({ rows: 500, emitted: 500, dropped: {}, adjusted: {}, inversions: 0 });
    expect(rows.lastTime).toBe(records.at(-1)!.submit);
    expect(records.map((r) => r.id)).toEqual(records.map((_, i) => String(i + 1)));
    for (const [i, r] of records.entries()) {
      expect(r.submit).toBeGreaterThanOrEqual(records[i - 1]?.submit ?? 0);
      for (const t of [r.submit, r.run, r.estimate]) expect(Number.isSafeInteger(t)).toBe(true);
      expect([HOUR, 4 * HOUR, 24 * HOUR]).toContain(r.estimate);
      expect(["ann", "bob"]).toContain(r.user);
      expect(r.cancel).toBeGreaterThanOrEqual(r.submit);
    }
    expect(records.filter((r) => r.cancel !== Number.POSITIVE_INFINITY).length / 500).toBeCloseTo(0.2, 1);
    expect(records.filter((r) => r.run > r.estimate).length).toBeGreaterThan(0);
    const counted = [...rows.shapesUsed.values()].reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(500);
  });

  it("replays the same rows, kept or drawn again, for the same seed only", async () => {
    const { rows, records } = await jobs(JOBS);
    const again = await jobs(JOBS, "1", 1);
    expect(rows.kept).toBe(true);
    expect(again.rows.kept).toBe(false);
    expect(again.records).toEqual(records);
    expect(again.rows.origin.hash).toBe(rows.origin.hash);
    expect(again.rows.lastTime).toBe(rows.lastTime);
    const other = await jobs(JOBS, "2");
    expect(other.records).not.toEqual(records);
    expect(other.rows.origin.hash).not.toBe(rows.origin.hash);
  });

  it("shifts no other quantity when one changes", async () => {
    const { records } = await jobs(JOBS);
    const changed = await jobs({ ...JOBS, run: { kind: "fixed", value: HOUR }, users: [{ value: "eve" }] });
    const kept = (list: typeof records) =>
      list.map(({ submit, cancel, shape, queue }) => ({ submit, cancel, shape, queue }));
    expect(kept(changed.records)).toEqual(kept(records));
    const gone = await jobs({ ...JOBS, cancel: { share: 0.1, after: JOBS.cancel!.after } });
    gone.records.forEach((r, i) => {
      if (r.cancel !== Number.POSITIVE_INFINITY) expect(r.cancel).toBe(records[i]!.cancel);
    });
  });

  it("rounds times to the resolution", async () => {
    const { records } = await jobs({ ...JOBS, resolution: SECOND });
    for (const r of records) {
      expect(r.submit % SECOND).toBe(0);
      expect(r.run % SECOND).toBe(0);
    }
  });

  it("refuses a recipe without an end", async () => {
    const { count: _, ...endless } = JOBS;
    const [problem] = await problemsOf(jobs(endless));
    expect(problem?.code).toBe("generate/unbounded");
    const [stuck] = await problemsOf(
      jobs({ ...endless, until: HOUR, arrivals: { process: "fixed", interval: 0 } }),
    );
    expect(stuck?.code).toBe("generate/unbounded");
  });
});

describe("generateRequests", () => {
  it("stops before its end, with whole tokens of at least 1", async () => {
    const { rows, records } = await requests(REQUESTS);
    expect(records.length).toBe(rows.counts.emitted);
    expect(records.length / 1200).toBeCloseTo(1, 0);
    expect(rows.lastTime).toBeLessThan(60 * SECOND);
    expect(new Set(records.map((r) => r.outputTokens))).toEqual(new Set([1, 10, 200]));
    for (const r of records) {
      expect(Number.isInteger(r.inputTokens)).toBe(true);
      expect(r.inputTokens).toBeGreaterThanOrEqual(1);
      expect(r.inputTokens).toBeLessThanOrEqual(4096);
    }
    const longest = Math.max(...records.map((r) => r.inputTokens + r.outputTokens));
    expect(rows.longest!.inputTokens + rows.longest!.outputTokens).toBe(longest);
    expect(records[rows.longest!.line - 1]).toMatchObject({ inputTokens: rows.longest!.inputTokens });
  });

  it("streams rows that it does not keep", async () => {
    const { records } = await requests(REQUESTS);
    const drawn = await requests(REQUESTS, "1", 1);
    expect(drawn.rows.kept).toBe(false);
    expect(drawn.records).toEqual(records);
  });

  it("may hold nothing", async () => {
    const { rows, records } = await requests({ ...REQUESTS, until: 1 });
    expect(records).toEqual([]);
    expect(rows.lastTime).toBe(-1);
    expect(rows.longest).toBeUndefined();
  });
});

describe("urgency", () => {
  it("is drawn by the recipe, each quantity from a stream of its own", async () => {
    const priority = { kind: "empirical", values: [-1, 0, 2] } as const;
    const slo = {
      ttft: { kind: "uniform", min: SECOND, max: 2 * SECOND },
      e2e: { kind: "fixed", value: MINUTE },
    } as const;
    const { rows, records } = await requests({ ...REQUESTS, priority, slo });
    expect(rows.origin.urgency).toBe(true);
    const seen = new Set(records.map(({ urgency }) => urgency![0]));
    expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 2]);
    for (const { urgency } of records) {
      expect(urgency![1]).toBeGreaterThanOrEqual(SECOND);
      expect(urgency![1]).toBeLessThan(2 * SECOND);
      expect(urgency![2]).toBe(MINUTE);
    }
    const plain = await requests(REQUESTS);
    expect(records.map(({ urgency, ...rest }) => rest)).toEqual(plain.records);
    const only = await requests({ ...REQUESTS, priority });
    expect(only.records.map(({ urgency }) => urgency?.[0] ?? 0)).toEqual(
      records.map(({ urgency }) => urgency![0]),
    );
  });
});

describe("sessions and shared prefixes", () => {
  const recipe: RequestRecipe = {
    arrivals: { process: "poisson", rate: 2 },
    count: 600,
    inputTokens: { kind: "uniform", min: 20, max: 80 },
    outputTokens: { kind: "uniform", min: 5, max: 50 },
    tenants: [{ value: "a" }, { value: "b" }],
    prefixes: { groups: 3, tokens: { kind: "uniform", min: 100, max: 300 }, share: 0.75 },
    sessions: {
      turns: { kind: "uniform", min: 1, max: 6 },
      think: { kind: "exponential", mean: 10 * SECOND },
    },
  };

  it("lets every turn take up prompt and answer of the one before, behind its session's prefix", async () => {
    const { rows, records } = await requests(recipe);
    expect(rows.counts).toMatchObject({ rows: 600, inversions: 0 });
    expect(rows.origin.content).toBe(true);
    const sessions = new Map<number, (typeof records)[number][]>();
    for (const record of records) {
      const own = record.content!.at(-1)![0];
      sessions.set(own, [...(sessions.get(own) ?? []), record]);
    }
    const prefixes = new Map<number, number>();
    let behind = 0;
    for (const turns of sessions.values()) {
      expect(turns.length).toBeLessThanOrEqual(6);
      for (const [i, { inputTokens, outputTokens, tenant, content, arrival }] of turns.entries()) {
        expect(content!.reduce((sum, [, tokens]) => sum + tokens, 0)).toBe(inputTokens + outputTokens);
        const [address, tokens] = content!.length === 2 ? content![0]! : [-1, 0];
        if (address >= 0) {
          expect(prefixes.get(address) ?? tokens).toBe(tokens);
          prefixes.set(address, tokens);
          if (i === 0) behind++;
        }
        const before = turns[i - 1];
        const added = inputTokens - (before ? before.inputTokens + before.outputTokens : tokens);
        expect(added).toBeGreaterThanOrEqual(20);
        expect(added).toBeLessThanOrEqual(80);
        expect(tenant).toBe(before?.tenant ?? tenant);
        expect(arrival).toBeGreaterThanOrEqual(before?.arrival ?? 0);
      }
    }
    expect(prefixes.size).toBe(3);
    expect(sessions.size).toBeGreaterThan(100);
    expect(behind / sessions.size).toBeCloseTo(0.75, 1);
    expect([...sessions.values()].filter((turns) => turns.length > 3).length).toBeGreaterThan(20);
  });

  it("draws the same again when it is not kept", async () => {
    const kept = await requests(recipe);
    const again = await requests(recipe, "1", 100);
    expect(again.rows.kept).toBe(false);
    expect(again.records).toEqual(kept.records);
  });

  it("leaves other quantities alone: the first turns arrive as requests would", async () => {
    const { sessions: _, ...single } = recipe;
    const arrivals = new Set((await requests(recipe)).records.map((r) => r.arrival));
    const firsts = (await requests({ ...single, count: 50 })).records;
    for (const { arrival, content } of firsts) {
      expect(arrivals).toContain(arrival);
      expect(content?.length ?? 0).toBeLessThanOrEqual(1);
    }
  });

  it("ends at until, whatever turns are to come", async () => {
    const { count: _, ...endless } = recipe;
    const { records } = await requests({ ...endless, until: 30 * SECOND });
    expect(records.at(-1)!.arrival).toBeLessThan(30 * SECOND);
    expect(records.length).toBeGreaterThan(60);
  });
});
