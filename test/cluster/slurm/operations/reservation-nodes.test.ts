import { describe, expect, it } from "vitest";
import { lacksNodes, nodesInstead } from "../../../../src/cluster/slurm/operations/reservation-nodes.js";
import { expandNodes, goldenCase } from "../support/case.js";
import { Replay } from "../support/replay/replay.js";
import { simulated } from "../support/simulated.js";
import { trajectoryOf } from "../support/trajectory.js";

const golden = goldenCase("x-reservation-replace");

describe("x-reservation-replace", () => {
  it("reservations get the nodes that slurmctld gave them instead of others, and keep theirs when it found none", () => {
    const { timeline } = golden.observed;
    const commands = timeline.filter(([, , state]) => state === "OP");
    const node = (text: string) => state.nodes.index(/NodeName=(\w+)/.exec(text)?.[1] ?? "");
    // What slurmctld goes through while it takes a node back is not yet to be had of it.
    const resumed = commands.filter(([, , , text]) => /RESUME/.test(text));
    const settled = (t: number) => !resumed.some(([at]) => t >= at && t < at + 0.4);
    const replay = new Replay(golden);
    const { state } = replay.stage;
    const names = (nodes: readonly number[]) => nodes.map((node) => state.nodes.names[node]!).join();
    let compared = 0;
    replay.beforeFact = (fact) => {
      if (fact.kind !== "reservation-nodes" && fact.kind !== "reservation-stays") return;
      if (!settled(fact.t)) return;
      // A command is noted when it has been answered, after what it led to.
      for (const [t, , , text] of commands)
        if (t > fact.t && t < fact.t + 0.2 && /DRAIN/.test(text)) state.nodes.avail.delete(node(text));
      const reservation = state.reservations.find(({ name }) => name === fact.reservation)!;
      const ours = nodesInstead(state, reservation);
      const expected = fact.kind === "reservation-stays" ? [] : fact.nodes;
      const sorted = [...expected].sort((a, b) => state.nodes.index(a) - state.nodes.index(b)).join();
      expect(`${fact.t} ${names(ours?.list() ?? [])}`).toBe(`${fact.t} ${sorted}`);
      if (expected.length > 0) expect(lacksNodes(state, reservation)).toBe(true);
      compared++;
    };
    replay.run();
    expect(compared).toBe(38);
  });

  it("left to itself the jobs in them run on the same nodes", async () => {
    const { starts } = await trajectoryOf(golden, 800);
    const inside = golden.observed.start_order.filter(([job]) => /^[rdp]\d/.test(job));
    for (const [job, , , nodes] of inside)
      expect(`${job} ${starts.get(job)?.[0]?.nodes}`).toBe(`${job} ${expandNodes(nodes)}`);
    expect(inside).toHaveLength(10);
  });
});

describe("a reservation whose node fails", () => {
  const options = (flags: string) => ({
    operations: [
      {
        at: "0s",
        cmd: `scontrol create reservation ReservationName=r StartTime=100s Duration=10 NodeCnt=1 Users=ann${flags}`,
      },
      { at: "50s", cmd: "scontrol update NodeName=n-0 State=DOWN Reason=disk" },
    ],
  });
  const jobs = ["a,10,20,ann,-N1 --exclusive --reservation=r -t5", "b,60,20,bob,-N1 --exclusive -t10"];

  it("gets another before it begins, which others then leave alone", async () => {
    const lives = await simulated(options(""), jobs);
    expect(lives.a!.starts[0]).toBeGreaterThanOrEqual(100);
    expect(lives.b!.starts[0]).toBeGreaterThanOrEqual(700);
  });

  it("waits without it with STATIC_ALLOC, and its job then never runs", async () => {
    const lives = await simulated(options(" Flags=STATIC_ALLOC"), jobs);
    expect(lives.a!.starts).toEqual([]);
    expect(lives.b!.starts[0]).toBeLessThan(70);
  });
});

describe("a floating reservation", () => {
  it("keeps its nodes from all whose limit reaches into it, for ever; a run with such a job ends all the same", async () => {
    const lives = await simulated(
      {
        operations: [
          {
            at: "0s",
            cmd: "scontrol create reservation ReservationName=f StartTime=now+60minutes Duration=30 Nodes=n-0,n-1 Users=ann Flags=TIME_FLOAT",
          },
        ],
      },
      ["short,10,20,bob,-N2 -t59", "long,20,20,bob,-N2 -t61", "inside,30,20,ann,-N1 --reservation=f -t5"],
    );
    expect(lives.short!.starts[0]).toBeLessThan(15);
    expect(lives.long!.starts).toEqual([]);
    expect(lives.inside!.reasons.at(-1)).toBe("Access denied to requested reservation");
  });
});

describe("a reservation that comes again", () => {
  const weekly = (flag: string) => ({
    operations: [
      {
        at: "0s",
        cmd: `scontrol create reservation ReservationName=w StartTime=100s Duration=10 Nodes=n-0,n-1 Users=ann Flags=${flag}`,
      },
    ],
  });

  it.each([
    ["HOURLY", 3600],
    ["DAILY", 86_400],
    // The run begins on 1970-01-01, a Thursday.
    ["WEEKDAY", 86_400],
    ["WEEKEND", 2 * 86_400],
    ["WEEKLY", 7 * 86_400],
  ])("%s: the next time after %i s", async (flag, seconds) => {
    const limit = Math.ceil(seconds / 60) - 12;
    const lives = await simulated(weekly(flag), [
      "first,10,20,ann,-N1 --reservation=w -t5",
      "second,800,20,ann,-N1 --reservation=w -t5",
      `fits,810,20,bob,-N2 --exclusive -t${limit - 1}`,
      `not,900,20,bob,-N2 --exclusive -t${limit + 60}`,
    ]);
    expect(lives.first!.starts[0]).toBeGreaterThanOrEqual(100);
    expect(lives.first!.starts[0]).toBeLessThan(110);
    expect(lives.fits!.starts[0]).toBeLessThan(820);
    expect(lives.second!.starts[0]).toBeGreaterThanOrEqual(100 + seconds);
    expect(lives.second!.starts[0]).toBeLessThan(110 + seconds);
    // Between two of them there is no room for it, but there is before a weekend, and before one.
    expect(lives.not!.starts[0] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(100 + seconds);
  });
});
