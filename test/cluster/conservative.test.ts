import { describe, expect, it } from "vitest";
import { cores, createPolicy, type PlainJob, startTimes } from "../support/cluster.js";

const run = { pools: cores(4), policy: "conservative", processor: "core" as const };

describe("conservative", () => {
  it("moves reservations up in order of submission when a job ends early", async () => {
    // Promised: 10, 20, 30. The first job ends at 4 instead of 10, and the second promise finds room before the first.
    const jobs: PlainJob[] = [
      { submit: 0, run: 4, estimate: 10, tasks: 4 },
      { submit: 1, run: 10, estimate: 10, tasks: 3 },
      { submit: 2, run: 10, estimate: 10, tasks: 3 },
      { submit: 3, run: 10, estimate: 10, tasks: 2 },
      { submit: 3, run: 20, estimate: 20, tasks: 1 },
    ];
    expect(await startTimes({ ...run, jobs })).toEqual([0, 4, 14, 24, 4]);
  });

  it("starts a job at its reserved time although nothing ends then", async () => {
    // The fourth job is promised 20, behind the third. The second is taken back at 5, and the third moves from 10 to 5
    // before the fourth's turn comes, so that nothing happens at the fourth's new time but its own start.
    const jobs: PlainJob[] = [
      { submit: 0, run: 30, estimate: 30, tasks: 1 },
      { submit: 0, run: 10, estimate: 10, tasks: 2 },
      { submit: 1, run: 10, estimate: 10, tasks: 3 },
      { submit: 2, run: 40, estimate: 40, tasks: 2 },
    ];
    expect(await startTimes({ ...run, jobs })).toEqual([0, 0, 10, 20]);
  });

  it("does not poll while a job is overdue", async () => {
    const policy = createPolicy("conservative");
    let passes = 0;
    const counted = {
      ...policy,
      onEvent: policy.onEvent!.bind(policy),
      pass: (...args: Parameters<typeof policy.pass>) => {
        passes++;
        policy.pass(...args);
      },
    };
    const jobs: PlainJob[] = [
      { submit: 0, run: 5000, estimate: 10, tasks: 4 },
      { submit: 1, run: 10, estimate: 10, tasks: 4 },
      { submit: 100, run: 10, estimate: 10, tasks: 4 },
    ];
    expect(await startTimes({ ...run, policy: counted, jobs, kill: false })).toEqual([0, 5000, 5010]);
    expect(passes).toBeLessThan(12);
  });
});
