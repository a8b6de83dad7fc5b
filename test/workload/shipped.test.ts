import { readFileSync, statSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { HOUR, MINUTE } from "../../src/core/units.js";
import { loadRecipe } from "../../src/scenario/load-recipe.js";
import { generateJobs, generateRequests } from "../../src/workload/generate/index.js";
import { inspectJobs, inspectRequests, type JobInspection } from "../../src/workload/inspect.js";
import { readJobs, readRequests } from "../../src/workload/read.js";
import { jobWriters } from "../../src/workload/write/jobs.js";
import { requestWriters } from "../../src/workload/write/requests.js";
import { writeRows } from "../../src/workload/write/writer.js";
import { repoPath } from "../support/shared.js";
import { jobContext, requestNames } from "./support.js";

/** What `whowaits trace generate` writes for a recipe. */
async function generate(recipe: string, format: string): Promise<string> {
  const path = repoPath(`traces/recipes/${recipe}`);
  const loaded = await loadRecipe({ text: readFileSync(path, "utf8"), name: recipe });
  const random = createRandom(loaded.seed);
  let text = "";
  if ("jobs" in loaded) {
    const context = jobContext();
    const rows = await generateJobs(loaded.jobs, { name: "jobs", random, context });
    const writer = jobWriters[format as keyof typeof jobWriters](context);
    for await (const part of writeRows(writer, rows.open())) text += part;
  } else {
    const names = requestNames();
    const rows = await generateRequests(loaded.requests, { name: "requests", random, names });
    const writer = requestWriters[format as keyof typeof requestWriters](names);
    for await (const part of writeRows(writer, rows.open())) text += part;
  }
  return text;
}

const SHIPPED = [
  ["training.swf", "training.yaml", "swf"],
  ["gang.csv", "gang.yaml", "csv"],
  ["mixed-jobs.csv", "mixed-jobs.yaml", "csv"],
  ["chat.csv", "chat.yaml", "azure-llm"],
  ["requests.jsonl", "requests.yaml", "jsonl"],
] as const;

describe("shipped traces", () => {
  it.each(SHIPPED)("%s is what its recipe gives, byte for byte", async (file, recipe, format) => {
    expect(await generate(recipe, format)).toBe(readFileSync(repoPath(`traces/${file}`), "utf8"));
  });

  it("take a few hundred kilobytes", () => {
    const total = SHIPPED.reduce((sum, [file]) => sum + statSync(repoPath(`traces/${file}`)).size, 0);
    expect(total).toBeLessThan(500_000);
  });

  async function inspect(file: string, machine?: number): Promise<JobInspection> {
    const context = jobContext();
    const rows = await readJobs({ path: repoPath(`traces/${file}`), name: file }, context, { strict: true });
    return inspectJobs(rows, context.shapes, machine);
  }

  describe("training.swf", () => {
    let facts: JobInspection;
    beforeAll(async () => {
      facts = await inspect("training.swf", 100);
    });

    it("loads 100 processors to about 0.7 for weeks", () => {
      expect(facts.counts).toMatchObject({ rows: 2000, emitted: 2000, inversions: 0 });
      expect(facts.offeredLoad).toBeGreaterThan(0.65);
      expect(facts.offeredLoad).toBeLessThan(0.75);
      expect(facts.width!.max).toBeLessThanOrEqual(100);
    });

    it("has users' estimates, overruns and jobs taken back", () => {
      expect(facts.users).toBe(30);
      expect(facts.queues).toBe(3);
      expect(facts.overruns).toBeGreaterThan(5);
      expect(facts.overruns).toBeLessThan(100);
      expect(facts.cancelled).toBeGreaterThan(50);
      expect(facts.estimate!.p50).toBeGreaterThan(2 * facts.run!.p50);
    });
  });

  it("gang.csv fills 16 nodes of 8 GPUs, some jobs on all of them", async () => {
    const facts = await inspect("gang.csv", 128);
    expect(facts.counts.emitted).toBe(600);
    expect(facts.gpus!.max).toBe(128);
    expect(facts.offeredLoad).toBeGreaterThan(0.5);
    expect(facts.offeredLoad).toBeLessThan(0.6);
  });

  it("mixed-jobs.csv has jobs with and without GPUs", async () => {
    const facts = await inspect("mixed-jobs.csv");
    expect(facts.counts.emitted).toBe(200);
    expect(facts.arrivals.span).toBeGreaterThan(24 * HOUR);
  });

  it("chat.csv is twenty minutes of about 5,000 requests in Azure's format", async () => {
    const rows = await readRequests({ path: repoPath("traces/chat.csv") }, requestNames(), { strict: true });
    const facts = await inspectRequests(rows);
    expect(facts.origin.format).toBe("azure-llm");
    expect(facts.counts.emitted).toBeGreaterThan(4500);
    expect(facts.counts.emitted).toBeLessThan(5500);
    expect(facts.arrivals.span).toBeLessThanOrEqual(20 * MINUTE);
    expect(facts.arrivals.gapCv).toBeCloseTo(1.3, 1);
  });

  it("requests.jsonl has three tenants", async () => {
    const rows = await readRequests({ path: repoPath("traces/requests.jsonl") }, requestNames(), {
      strict: true,
    });
    expect((await inspectRequests(rows)).tenants).toBe(3);
  });
});
