import { describe, expect, it } from "vitest";
import { goldenCase } from "../support/case.js";
import { simulated } from "../support/simulated.js";
import { trajectoryOf } from "../support/trajectory.js";

describe("scontrol update JobId=… Dependency=…", () => {
  it("x-dependency-update: refuses what slurmctld refused, with its words, and nothing else", async () => {
    const golden = goldenCase("x-dependency-update");
    const recorded = golden.events.flatMap(({ t, text }) => {
      const [, id, message] =
        /^_slurm_rpc_update_job: JobId=(\d+) uid=0: (?!Job is no longer held)(.*)/.exec(text) ?? [];
      // A kind of dependency that there is not: here an error before the run.
      return id === undefined || Math.floor(t) === 48
        ? []
        : [`${Math.floor(t)} ${golden.observed.ids[id]} ${message}`];
    });
    const { notes } = await trajectoryOf(golden, 420);
    const ours = notes.map(({ t, command, lines: [message] }) => {
      const [, job] = /JobId=(\S+)/.exec(command)!;
      return `${Math.floor(t)} ${job} ${message}`;
    });
    expect(ours).toEqual(recorded);
    expect(recorded.filter((line) => line.endsWith("Circular job dependency"))).toHaveLength(3);
  });

  it("lets a job go whose dependency is taken away, and keeps one that gets another", async () => {
    const lives = await simulated(
      {
        operations: [
          { at: "20s", cmd: "scontrol update JobId=b Dependency=" },
          { at: "20s", cmd: "scontrol update JobId=c Dependency=afterany:b" },
          { at: "21s", cmd: "scontrol update JobId=b Dependency=afterany:c" },
        ],
      },
      ["a,0,100,u,-n1", "b,1,50,u,-n1 -d afterok:a", "c,2,10,u,-n1 -d afterok:a"],
    );
    expect(lives.b!.starts[0]).toBeLessThanOrEqual(22);
    expect(lives.c!.starts[0]).toBeGreaterThanOrEqual(70);
    expect(lives.c!.starts[0]).toBeLessThanOrEqual(75);
  });
});

describe("after:job+minutes", () => {
  it("comes true by time alone, when nothing else happens in the cluster", async () => {
    const lives = await simulated({}, [
      "a,0,10,u,-n1",
      "b,5,10,u,-n1 -d after:a+7",
      "c,200,10,u,-n1 -d after:b+3",
    ]);
    expect(lives.b!.starts[0]! - lives.a!.starts[0]!).toBeGreaterThanOrEqual(420);
    expect(lives.b!.starts[0]! - lives.a!.starts[0]!).toBeLessThanOrEqual(425);
    expect(lives.c!.starts[0]! - lives.b!.starts[0]!).toBeGreaterThanOrEqual(180);
    expect(lives.c!.starts[0]! - lives.b!.starts[0]!).toBeLessThanOrEqual(185);
  });
});
