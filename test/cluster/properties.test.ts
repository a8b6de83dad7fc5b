import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlainJob } from "../support/cluster.js";
import { cores, startTimes } from "../support/cluster.js";
import { countingJobs, nodeJobs, nodePools } from "./workloads.js";

const exact = (jobs: PlainJob[]) => jobs.map((job) => ({ ...job, estimate: job.run }));

describe("fifo", () => {
  it("starts jobs in order of submission", async () => {
    await fc.assert(
      fc.asyncProperty(countingJobs(false), async (jobs) => {
        const starts = await startTimes({ pools: cores(6), policy: "fifo", jobs, processor: "core" });
        expect(starts).not.toContain(-1);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe("conservative", () => {
  // In a plan, a job without length holds nothing; so at its instant it may stand in another's way.
  const lasting = (jobs: PlainJob[]) => exact(jobs.map((job) => ({ ...job, run: job.run + 1 })));
  // What a job was promised at its submission is when it would start if nobody came after it.
  const promiseKept = (jobs: fc.Arbitrary<PlainJob[]>, run: object) =>
    fc.assert(
      fc.asyncProperty(jobs.map(lasting), async (workload) => {
        const setup = { pools: nodePools, policy: "conservative", ...run };
        const starts = await startTimes({ ...setup, jobs: workload });
        for (let i = 0; i < workload.length; i++) {
          const alone = await startTimes({ ...setup, jobs: workload.slice(0, i + 1) });
          expect(starts[i]).toBe(alone[i]);
        }
      }),
      { seed: 2, numRuns: 100 },
    );

  it("keeps its first promise to everybody when estimates are exact", async () => {
    await promiseKept(countingJobs(false), { pools: cores(6), processor: "core" });
    await promiseKept(nodeJobs(1, false), {});
  });
});

describe("easy", () => {
  it("delays a head by nobody behind it when estimates are exact", async () => {
    await fc.assert(
      fc.asyncProperty(countingJobs(false).map(exact), async (jobs) => {
        const run = { pools: cores(6), policy: "easy", processor: "core" as const };
        const starts = await startTimes({ ...run, jobs });
        // Jobs that overtook nobody: every earlier one had started when they did. Without those behind them, they
        // start no earlier.
        for (let i = 0; i < jobs.length; i++) {
          const before = starts.slice(0, i);
          if (before.some((start) => start > starts[i]!)) continue;
          const became = Math.max(jobs[i]!.submit, ...before);
          const without = jobs.filter((_, k) => k <= i || starts[k]! < became);
          const alone = await startTimes({ ...run, jobs: without });
          expect(starts[i]).toBeLessThanOrEqual(alone[i]!);
        }
      }),
      { seed: 3, numRuns: 150 },
    );
  });
});

describe.each(["fifo", "easy", "conservative", "gang"])("%s", (policy) => {
  it("keeps the fleet's books at every pass and ends every job that fits once", async () => {
    await fc.assert(
      fc.asyncProperty(nodeJobs(2), fc.boolean(), async (jobs, kill) => {
        const seen = new Map<string, string[]>();
        await startTimes({
          pools: nodePools,
          policy,
          jobs,
          kill,
          checkInvariants: true,
          listeners: ({ jobs: facts }) => {
            const note = (word: string) => (_time: number, job: number) => {
              const id = facts.id(job);
              seen.set(id, [...(seen.get(id) ?? []), word]);
            };
            return [
              { submit: note("submit"), start: note("start"), end: note("end"), cancel: note("cancel") },
            ];
          },
        });
        const lives = [...seen.values()].map((words) => words.join(" "));
        expect(lives).toHaveLength(jobs.length);
        for (const life of lives) expect(["submit start end", "submit cancel", "submit"]).toContain(life);
      }),
      { seed: 4, numRuns: 60 },
    );
  });
});
