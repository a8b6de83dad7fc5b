import { describe, expect, it } from "vitest";
import { simulated } from "../support/simulated.js";

const accounting = {
  PriorityType: "priority/multifactor",
  AccountingStorageType: "accounting_storage/slurmdbd",
  AccountingStorageEnforce: "safe",
};

describe("the decay thread", () => {
  it("does not keep a run going for a job that never runs", async () => {
    const accounts = { lab: { Users: { u1: {}, u2: {} } } };
    const lives = await simulated({ ...accounting, accounts }, [
      "short,0,100,u1,-N1 -t5",
      "held,1,100,u2,-N1 -t5 --hold",
    ]);
    expect(lives.short!.end).toBeCloseTo(lives.short!.starts[0]! + 100);
    expect(lives.held).toEqual({ starts: [], reasons: ["JobHeldUser"] });
  });

  it("keeps it going while used-up minutes fade", async () => {
    const accounts = { lab: { GrpTRESMins: "cpu=85", Users: { u1: {}, u2: {} } } };
    const lives = await simulated({ ...accounting, PriorityDecayHalfLife: "0-01:00:00", accounts }, [
      "first,0,300,u1,-N1 -c16 -t5",
      "second,1,60,u2,-N1 -c16 -t1",
    ]);
    // 80 CPU minutes were used up to the round at 300 s, of which each round leaves 94.4 %; the job needs 16 of 85.
    // biome-ignore lint/suspicious/noApproximativeNumericConstant: Slurm's own figure
    const left = (rounds: number) => 80 * (1 - 0.693 / 3600) ** (300 * (rounds + 1));
    expect([left(1) + 16 > 85, left(2) + 16 > 85]).toEqual([true, false]);
    expect(lives.second!.reasons).toContain("AssocGrpCPUMinutesLimit");
    expect(lives.second!.starts).toEqual([600]);
  });

  it("ends when they never fade enough", async () => {
    const accounts = { lab: { GrpTRESMins: "cpu=10", Users: { u1: {} } } };
    const lives = await simulated({ ...accounting, accounts }, ["wide,0,60,u1,-N1 -c16 -t1"]);
    expect(lives.wide!.starts).toEqual([]);
  });

  it("does not keep a run going for a job that is suspended and never resumed", async () => {
    const accounts = { lab: { Users: { u1: {} } } };
    const operations = [{ at: "30s", cmd: "scontrol suspend stopped" }];
    const lives = await simulated({ ...accounting, accounts, operations }, ["stopped,0,100,u1,-N1 -t5"]);
    expect(lives.stopped!.starts).toHaveLength(1);
    expect(lives.stopped!.end).toBeUndefined();
  });
});
