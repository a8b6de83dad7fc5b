import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MakeParts } from "../../../src/cluster/slurm/controller/parts.js";
import { makeParts } from "../../../src/cluster/slurm/make-parts.js";
import type { TestTimes } from "../../../src/cluster/slurm/model/test-times.js";
import { stateOf } from "./support/conf.js";
import { type PlainSlurmJob, startsOf } from "./support/run.js";
import { simulated } from "./support/simulated.js";

const cluster = (parameters: string) => `SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=${parameters}
PriorityType=priority/multifactor
PriorityWeightJobSize=1000
NodeName=n[0-7] CPUs=4
PartitionName=main Nodes=ALL Default=YES
PartitionName=part Nodes=n[0-3]
`;

const jobs: fc.Arbitrary<PlainSlurmJob[]> = fc.array(
  fc
    .record({
      gap: fc.integer({ min: 0, max: 60 }),
      nodes: fc.integer({ min: 1, max: 8 }),
      cores: fc.constantFrom(0, 0, 1, 3),
      minutes: fc.constantFrom(1, 2, 3, 10, 60),
      used: fc.constantFrom(0.05, 0.3, 0.7, 1),
      more: fc.constantFrom("", "", "", "--array=0-4", "--time-min=1", "-p part", "-p part,main"),
    })
    .map(({ more, ...job }) => {
      if (more === "") return job;
      const nodes = more === "-p part" ? Math.min(4, job.nodes) : job.nodes;
      return {
        ...job,
        sbatch: `-N ${nodes} --exclusive -t ${job.minutes} ${more}`,
        ...(more.startsWith("--array") ? { tasks: 5 } : {}),
      };
    }),
  { minLength: 5, maxLength: 40 },
);

const times: fc.Arbitrary<TestTimes> = fc.record({
  main: fc.constantFrom(0, 1000, 700_000),
  backfill: fc.record({
    entry: fc.constantFrom(0, 1, 40_000),
    job: fc.constantFrom(0, 20_000, 1_500_000),
    slot: fc.constantFrom(0, 1, 300_000),
  }),
});

const knobs = fc.constantFrom(
  "bf_interval=30",
  "bf_interval=10,bf_continue",
  "bf_interval=5,bf_continue,bf_max_time=20,bf_yield_interval=1000000,bf_yield_sleep=3000000",
  "bf_interval=30,bf_yield_interval=1,bf_yield_sleep=1,max_sched_time=1",
);

const timed: MakeParts = (state, actions, epoch) => makeParts(state, actions, epoch, true, true);
const untimed: MakeParts = (state, actions, epoch) => makeParts(state, actions, epoch, true, false);

describe("passes that take time", () => {
  it("start the same jobs when they take none", async () => {
    await fc.assert(
      fc.asyncProperty(jobs, knobs, async (workload, parameters) => {
        const free = await startsOf(stateOf(cluster(parameters)), untimed, workload, { more: true });
        expect(await startsOf(stateOf(cluster(parameters)), timed, workload, { more: true })).toEqual(free);
      }),
      { seed: 7, numRuns: 40, endOnFailure: true },
    );
  });

  it("start the same jobs where nothing ends them before their time", async () => {
    const first = (lines: readonly string[]) =>
      lines
        .map((line) => line.replace(/@([\d.]+)/, (_, t) => `@${Math.floor(Number(t))}`))
        .filter((line) => line.includes("@0 "));
    const parameters = "bf_interval=30,bf_continue,bf_max_time=3600,bf_yield_interval=10000000";
    const testTime = { main: 0, backfill: { entry: 0, job: 1000, slot: 1 } };
    await fc.assert(
      fc.asyncProperty(jobs, async (apart) => {
        const workload = apart.map((job) => ({ ...job, gap: 0 }));
        const free = await startsOf(stateOf(cluster(parameters)), makeParts, workload);
        const ours = await startsOf(stateOf(cluster(parameters), { testTime }), makeParts, workload);
        expect(first(ours)).toEqual(first(free));
      }),
      { seed: 7, numRuns: 30, endOnFailure: true },
    );
  });

  it("start and end each job once, never two on one core, and always alike", async () => {
    await fc.assert(
      fc.asyncProperty(jobs, knobs, times, async (workload, parameters, testTime) => {
        const run = () =>
          startsOf(stateOf(cluster(parameters), { testTime }), makeParts, workload, { more: true });
        const lines = await run();
        const all = workload.flatMap(({ tasks = 1 }) => Array.from({ length: tasks }, () => 0)).length;
        const of = (what: RegExp) =>
          lines.filter((line) => what.test(line)).map((line) => line.split("@")[0]);
        for (const what of [/ on /, / ends as /]) {
          expect(of(what)).toHaveLength(all);
          expect(new Set(of(what)).size).toBe(all);
        }
        expect(await run()).toEqual(lines);
      }),
      { seed: 7, numRuns: 60, endOnFailure: true },
    );
  });
});

describe("passes that take time, whatever happens beside them", () => {
  const commands = fc.array(
    fc
      .record({
        at: fc.integer({ min: 0, max: 600 }),
        lasts: fc.integer({ min: 1, max: 200 }),
        job: fc.integer({ min: 0, max: 30 }),
        node: fc.integer({ min: 0, max: 7 }),
        what: fc.constantFrom(
          ["update NodeName=nNODE State=DRAIN Reason=x", "update NodeName=nNODE State=RESUME"],
          ["hold JOB", "release JOB"],
          ["requeue JOB", "update JobId=JOB TimeLimit=7"],
          ["suspend JOB", "resume JOB"],
          ["update JobId=JOB Partition=part", "update JobId=JOB Partition=main"],
          ["update PartitionName=main State=DOWN", "update PartitionName=main State=UP"],
          [
            "create reservation ReservationName=r StartTime=now+60 Duration=3 NodeCnt=2 Users=u1 Flags=MAGNETIC",
            "delete ReservationName=r",
          ],
        ),
      })
      .map(({ at, lasts, job, node, what }) =>
        what.map((text, i) => ({
          at: at + i * lasts,
          command: `scontrol ${text.replace("NODE", `${node}`).replace(/\bJOB\b/, `${job}`)}`,
        })),
      ),
    { maxLength: 8 },
  );
  const preemption = fc.constantFrom("REQUEUE", "SUSPEND,GANG");

  it("come to an end, always the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        jobs,
        commands,
        preemption,
        knobs,
        times,
        async (workload, given, mode, parameters, testTime) => {
          const tiers = cluster(parameters)
            .replace("part Nodes", "part PriorityTier=2 OverSubscribe=FORCE:1 Nodes")
            .concat(`PreemptType=preempt/partition_prio\nPreemptMode=${mode}\n`);
          const run = () =>
            startsOf(stateOf(tiers, { testTime }), makeParts, workload, {
              more: true,
              commands: given.flat(),
            });
          expect(await run()).toEqual(await run());
        },
      ),
      { seed: 7, numRuns: 30, endOnFailure: true },
    );
  });
});

describe("what a pass has no time for", () => {
  const four = [1, 2, 3, 4].map((job) => `${job},0,600,u1,-N 1 --exclusive -t 20`);
  const starts = async (options: Record<string, unknown>, lines = four, nodes = 4) => {
    const lives = await simulated(options, lines, {}, nodes);
    return Object.fromEntries(Object.entries(lives).map(([job, life]) => [job, life.starts[0]]));
  };

  it("the main scheduler leaves to its next pass, after max_sched_time", async () => {
    const builtin = { SchedulerType: "sched/builtin", testTime: { main: "1s" } };
    expect(await starts(builtin)).toEqual({ 1: 0, 2: 0, 3: 59, 4: 59 });
    const longer = { ...builtin, SchedulerParameters: { max_sched_time: 3 } };
    expect(await starts(longer)).toEqual({ 1: 0, 2: 0, 3: 0, 4: 59 });
  });

  // R runs on one of four nodes and X waits for all, so that only backfill starts the others.
  const blocked = [
    "R,0,1100,u1,-N 1 --exclusive -t 20",
    "X,0,60,u1,-N 4 --exclusive -t 20",
    ...["s1", "s2", "s3"].map((job) => `${job},0,300,u1,-N 1 --exclusive -t 5`),
  ];

  it("backfill leaves to its next pass, after bf_max_time, bf_interval later", async () => {
    const options = { testTime: { backfill: "2s" }, SchedulerParameters: "bf_yield_interval=10000000" };
    expect(await starts(options, blocked)).toMatchObject({ s1: 0, s2: 0, s3: 0 });
    const short = { ...options, SchedulerParameters: "bf_yield_interval=10000000,bf_max_time=3" };
    expect(await starts(short, blocked)).toMatchObject({ s1: 0, s2: 34, s3: 68 });
  });

  it("waits for what happens while backfill sleeps", async () => {
    const late = [...blocked, "late,4,60,u1,-N 1 --exclusive -t 1"];
    const knobs = "bf_yield_interval=1000000,bf_yield_sleep=2000000";
    const of = (more: string) =>
      starts({ testTime: { backfill: "1s" }, SchedulerParameters: `${knobs}${more}` }, late);
    expect(await of(",bf_continue")).toMatchObject({ s1: 3, s2: 6, s3: 9 });
    // It ends at the sleep in which the late job came, and begins anew bf_interval later.
    expect(await of("")).toMatchObject({ s1: 3, s2: 39, s3: 42 });
  });

  const asleep = {
    testTime: { backfill: { entry: "1s" } },
    SchedulerParameters: "bf_yield_interval=1000000,bf_yield_sleep=2000000,bf_continue",
  };

  it("finds jobs changed after a sleep: one has gone to another partition", async () => {
    const options = {
      ...asleep,
      PartitionName: { main: { Nodes: "ALL", Default: "YES" }, shut: { Nodes: "ALL", State: "DOWN" } },
      operations: [{ at: "4s", cmd: "scontrol update JobId=s2 Partition=shut" }],
    };
    expect(await starts(options, blocked)).toMatchObject({ s1: 9, s2: undefined, s3: 15 });
  });

  it("leaves a job its limit while it sleeps, though it is tried with --time-min", async () => {
    const lines = ["R,0,4,u1,-N 1 --exclusive -t 20", "T,0,300,u1,-N 2 --exclusive -t 20 --time-min=1"];
    const { T } = await simulated(asleep, lines);
    expect(T).toMatchObject({ starts: [4], end: 304 });
  });

  it("takes per slot and per entry as well", async () => {
    const knobs = "bf_yield_interval=1000000,bf_yield_sleep=2000000,bf_continue";
    const of = (backfill: unknown) => starts({ testTime: { backfill }, SchedulerParameters: knobs }, blocked);
    expect(await of({ slot: "1s" })).toMatchObject({ s1: 3, s2: 6, s3: 9 });
    // One second for the queue, and one for each entry.
    expect(await of({ entry: "1s" })).toMatchObject({ s1: 9, s2: 12, s3: 15 });
  });

  it("the main scheduler does when backfill has let go of the locks", async () => {
    const lines = [
      "A,0,5,u1,-N 2 --exclusive -t 20",
      "B,0,5,u1,-N 2 --exclusive -t 20",
      "C,0,5,u1,-N 2 --exclusive -t 20",
    ];
    const options = { SchedulerParameters: "bf_yield_interval=10000000" };
    expect(await starts(options, lines, 2)).toEqual({ A: 0, B: 5, C: 10 });
    const busy = { ...options, testTime: { backfill: "4s" } };
    expect(await starts(busy, lines, 2)).toEqual({ A: 0, B: 8, C: 13 });
  });
});
