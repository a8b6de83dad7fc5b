import { describe, expect, it } from "vitest";
import { expandNodes, goldenCase, goldenNames } from "./support/case.js";
import { goldenConfig } from "./support/config.js";
import { goldenJobs } from "./support/jobs.js";

describe("the recordings of a real Slurm", () => {
  it("are 48 cases", () => expect(goldenNames).toHaveLength(48));

  it("expands host lists", () => {
    expect(expandNodes("n[1,3-5],x2")).toEqual(["n1", "n3", "n4", "n5", "x2"]);
    expect(expandNodes("(null)")).toEqual([]);
  });

  it.each(goldenNames)("%s can be read whole", (name) => {
    const golden = goldenCase(name);
    const config = goldenConfig(golden);
    const jobs = goldenJobs(golden);
    const nodes = config.nodes.flatMap((line) => line.names);
    const tasks = (job: (typeof jobs)[number]) => job.array?.tasks.length ?? 1;
    // Jobs that Slurm refused at submission may stay there as records; every other record was asked for.
    const refused = Object.keys(golden.observed.rejected);
    const recorded = golden.observed.jobs.filter((job) => !refused.includes(job.id.replace(/[[+].*/, "")));
    expect(jobs.reduce((sum, job) => sum + tasks(job), 0)).toBe(recorded.length);
    for (const job of jobs) {
      for (const partition of job.partitions)
        expect(config.partitions.map((one) => one.name)).toContain(partition);
      for (const node of [...job.request.nodelist, ...job.request.exclude]) expect(nodes).toContain(node);
    }
    for (const [, , , list] of golden.observed.start_order)
      for (const node of expandNodes(list)) expect(nodes).toContain(node);
    expect(golden.passes.length).toBeGreaterThan(0);
    expect(golden.events.length).toBeGreaterThan(0);
  });
});
