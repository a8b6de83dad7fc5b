import { describe, expect, it } from "vitest";
import { loadScenario } from "../../../src/scenario/load.js";
import { simulate } from "../../../src/scenario/simulate.js";

const scenario = {
  name: "notes",
  fleet: { pools: [{ name: "n", nodes: 2, cpus: 8 }] },
  scheduler: {
    policy: "slurm",
    PriorityType: "priority/multifactor",
    PriorityWeightFairshare: 1000,
    PriorityWeightJobSize: 100,
    PriorityCalcPeriod: 5,
    accounts: { lab: { Fairshare: 1, Users: { ann: { Fairshare: 1 }, bob: { Fairshare: 3 } } } },
    operations: [
      { at: "60s", every: "10m", cmd: "sprio -l" },
      { at: "61s", cmd: "sshare -l" },
    ],
  },
  jobs: {
    generate: {
      count: 6,
      arrivals: { process: "fixed", every: "1s" },
      run: "8m",
      shapes: [{ nodes: 2 }],
      users: { ann: 1, bob: 1 },
      accounts: { lab: 1 },
    },
  },
};

describe("what sprio and sshare would print", () => {
  it("stands in the journal at the times asked for, again and again while there are jobs", async () => {
    const notes: { time: number; command: string; lines: readonly string[] }[] = [];
    const loaded = await loadScenario({ object: scenario });
    await simulate(loaded, {
      listeners: [{ note: (time, command, lines) => notes.push({ time: time / 1e6, command, lines }) }],
    });
    expect(notes.slice(0, 3).map(({ time, command }) => [time, command])).toEqual([
      [60, "sprio -l"],
      [61, "sshare -l"],
      [660, "sprio -l"],
    ]);
    const [first, shares] = notes;
    expect(first!.lines[0]).toMatch(/JOBID PARTITION +USER +PRIORITY +SITE +AGE/);
    // One job runs; the other five wait, and the list ends with the jobs.
    expect(first!.lines).toHaveLength(6);
    expect(notes.at(-1)!.lines.length).toBeLessThan(6);
    expect(shares!.lines.find((line) => line.includes("|bob|"))).toMatch(/\|bob\|3\|0\.750000\|/);
  });
});
