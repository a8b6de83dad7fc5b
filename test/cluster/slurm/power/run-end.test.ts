import { describe, expect, it } from "vitest";
import { SECOND } from "../../../../src/core/units.js";
import { NodeState } from "../../../../src/journal/journal.js";
import { simulated } from "../support/simulated.js";

const ON = {
  SuspendProgram: "/off",
  ResumeProgram: "/on",
  SuspendTime: 60,
  SuspendTimeout: 10,
  ResumeTimeout: 100,
};

/** When the run of these jobs ended, seconds, and what nodes were by then. */
async function runOf(options: Record<string, unknown>, jobs: readonly string[]) {
  let end = -1;
  const states: NodeState[] = [];
  const lives = await simulated(options, jobs, {
    runEnd: (time) => {
      end = time / SECOND;
    },
    nodeState: (_time, node, is) => {
      states[node] = is;
    },
  });
  return { end, states, lives };
}

describe("nodes that could yet be suspended", () => {
  const jobs = ["a,0,30,u,--nodes=1 --exclusive --time=1", "b,200,50,u,--nodes=2 --exclusive --time=1"];

  it("do not make a run longer", async () => {
    const { end, states } = await runOf({ ...ON, boot: "20s", SuspendTime: 1000 }, jobs);
    expect(states).toEqual([]);
    expect(end).toBe((await runOf({}, jobs)).end);
  });

  it("are suspended before the first job comes and while none is there", async () => {
    const { lives, states } = await runOf({ ...ON, boot: "20s" }, [
      "late,500,50,u,--nodes=2 --exclusive --time=1",
    ]);
    // Asked for at 500, woken by the next look, up 20 s later, launched by the next check.
    expect(lives.late).toMatchObject({ starts: [540], end: 590 });
    expect(lives.late!.reasons).toContain("CONFIGURING");
    expect(states).toEqual([NodeState.Up, NodeState.Up]);
  });
});

describe("a job that waits for its nodes to boot", () => {
  const idle = "first,0,10,u,--nodes=2 --exclusive --time=1";

  it("leaves when its node never comes, and is not lost: it waits for another boot", async () => {
    const { lives } = await runOf({ ...ON, boot: { default: "20s", "n-0": "never" } }, [
      idle,
      "job,200,50,u,--nodes=1 --exclusive --time=1",
      "other,201,50,u,--nodes=1 --exclusive --time=1",
    ]);
    // n-0 is given up after ResumeTimeout; what waited for it gets n-1, after the 121 s of a requeue.
    expect(lives.other!.starts).toEqual([240]);
    expect(lives.job!.starts.length).toBe(1);
    expect(lives.job!.starts[0]).toBeGreaterThan(300 + 121);
    expect(lives.job!.end).toBe(lives.job!.starts[0]! + 50);
  });

  it("can be cancelled, held and requeued", async () => {
    const { lives } = await runOf(
      {
        ...ON,
        boot: "60s",
        operations: [
          { at: "210s", cmd: "scancel gone" },
          { at: "211s", cmd: "scontrol requeuehold kept" },
          { at: "400s", cmd: "scontrol release kept" },
        ],
      },
      [idle, "gone,200,50,u,--nodes=1 --exclusive --time=1", "kept,201,50,u,--nodes=1 --exclusive --time=1"],
    );
    expect(lives.gone!.starts).toEqual([]);
    expect(lives.kept!.starts.length).toBe(1);
    expect(lives.kept!.starts[0]).toBeGreaterThan(400);
  });

  it("may outwait its limit, which counts from its launch", async () => {
    const { lives } = await runOf({ ...ON, boot: "90s" }, [
      idle,
      "job,200,55,u,--nodes=1 --exclusive --time=1",
    ]);
    expect(lives.job).toMatchObject({ starts: [300], end: 355 });
  });

  it("and asks for a reboot gets it, of nodes with power as well", async () => {
    const { lives } = await runOf({ ...ON, boot: "40s", SuspendTime: 1000 }, [
      "job,100,50,u,--nodes=1 --exclusive --time=1 --reboot",
      "beside,101,50,u,--nodes=1 --exclusive --time=1",
    ]);
    expect(lives.job!.starts).toEqual([150]);
    expect(lives.beside!.starts[0]).toBeLessThan(110);
  });
});
