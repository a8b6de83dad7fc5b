import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeParts } from "../../../../src/cluster/slurm/make-parts.js";
import { stateOf } from "../support/conf.js";
import { type PlainSlurmJob, startsOf } from "../support/run.js";

const conf = (
  preempt: string,
  partitions: readonly string[],
  select = "CR_Core",
) => `SelectType=select/cons_tres
SelectTypeParameters=${select}
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=30
PreemptType=preempt/${preempt === "GANG" || preempt === "OFF" ? "none" : "partition_prio"}
PreemptMode=${preempt}
NodeName=n[0-3] CPUs=4 Sockets=2 CoresPerSocket=2 RealMemory=1000
${partitions.map((line) => `PartitionName=${line}`).join("\n")}
`;

/** Whole nodes for part of a minute. */
const whole = (partition: string, nodes: number, more: Partial<PlainSlurmJob> = {}): PlainSlurmJob => ({
  gap: 0,
  nodes,
  cores: 0,
  minutes: 1,
  used: 0.5,
  partition,
  ...more,
});

const run = (text: string, jobs: readonly PlainSlurmJob[]) => startsOf(stateOf(text), makeParts, jobs);

describe("cores that several jobs share are not given out twice", () => {
  it("when rows are laid anew while jobs of the second go on", async () => {
    const starts = await run(conf("OFF", ["main Nodes=ALL Default=YES OverSubscribe=FORCE:2"]), [
      whole("main", 1, { used: 0.05 }),
      whole("main", 1, { used: 0.05 }),
      whole("main", 3, { used: 1 }),
      whole("main", 1, { used: 1 }),
      whole("main", 2, { minutes: 5, used: 0.3 }),
      whole("main", 1, { gap: 45, used: 0.05 }),
    ]);
    expect(starts).toHaveLength(6);
  });

  it("when five jobs of two partitions of one tier start at once under gang scheduling", async () => {
    const two = ["a Nodes=ALL Default=YES OverSubscribe=FORCE:1", "b Nodes=ALL OverSubscribe=FORCE:1"];
    const jobs = ["a", "a", "a", "a", "b"].map((partition) => whole(partition, 1, { cores: 4 }));
    // Rows are a partition's own: those of the other do not keep a job from cores. [run] in x-gang-tiers.
    expect(await run(conf("SUSPEND,GANG", two), jobs)).toEqual([
      "0@0 on 0",
      "1@0 on 1",
      "2@0 on 2",
      "3@0 on 3",
      "4@0 on 0",
    ]);
  });

  it("when a job of a higher tier has its turn again before those that it stops are told", async () => {
    const tiers = [
      "low Nodes=ALL Default=YES PriorityTier=1 OverSubscribe=FORCE:1",
      "high Nodes=ALL PriorityTier=2 OverSubscribe=FORCE:2",
    ];
    const starts = await run(conf("SUSPEND,GANG", tiers), [
      whole("low", 2, { used: 1 }),
      whole("high", 4, { gap: 7, used: 1 }),
      whole("high", 1, { used: 0.05 }),
      whole("high", 1, { used: 0.7 }),
      whole("low", 1, { used: 0.05 }),
    ]);
    expect(starts).toHaveLength(5);
  });

  it("when a job starts where it may not stay", async () => {
    const parts = [
      "a Nodes=ALL Default=YES PriorityTier=1 OverSubscribe=FORCE:2 PreemptMode=CANCEL",
      "b Nodes=n[1-3] PriorityTier=2",
    ];
    const jobs = [whole("a", 1), whole("b", 3), whole("a", 1)];
    expect(await run(conf("SUSPEND,GANG", parts), jobs)).toEqual(["1@0 on 1,2,3", "0@0 on 0", "2@0 on 0"]);
  });
});

describe("whatever partitions share nodes", () => {
  const job = fc.record({
    gap: fc.constantFrom(0, 0, 0, 1, 7, 30, 45),
    nodes: fc.integer({ min: 1, max: 3 }),
    cores: fc.constantFrom(0, 0, 1, 2, 4),
    minutes: fc.constantFrom(1, 2, 3, 5, 10),
    used: fc.constantFrom(0.05, 0.3, 0.7, 1, 1.2),
    partition: fc.constantFrom("a", "b", "c", "d"),
  });
  const line = (modes: readonly string[]) =>
    fc
      .tuple(
        fc.constantFrom("ALL", "n[0-1]", "n[1-3]", "n[0-2]"),
        fc.constantFrom("NO", "FORCE:1", "FORCE:2", "FORCE:3", "YES:2", "EXCLUSIVE"),
        fc.constantFrom(...modes),
      )
      .map(([nodes, sharing, mode]) => `Nodes=${nodes} OverSubscribe=${sharing}${mode}`);
  const four = (modes: readonly string[]) =>
    fc
      .array(line(modes), { minLength: 4, maxLength: 4 })
      .map((lines) =>
        lines.map(
          (rest, i) => `${"abcd"[i]} PriorityTier=${1 + (i >> 1)} Default=${i === 0 ? "YES" : "NO"} ${rest}`,
        ),
      );
  const jobs = fc.array(job, { minLength: 1, maxLength: 16 });
  const select = fc.constantFrom("CR_Core", "CR_Socket", "CR_CPU", "CR_Core_Memory");
  const fits = (workload: readonly PlainSlurmJob[], lines: readonly string[]) =>
    workload.filter(
      ({ nodes, cores, partition }) =>
        cores > 0 || nodes < 3 || !lines["abcd".indexOf(partition!)]!.includes("n[0-1]"),
    ).length;

  it.each(["OFF", "GANG", "SUSPEND,GANG"])("all jobs run, PreemptMode=%s", async (mode) => {
    const modes = mode === "SUSPEND,GANG" ? ["", "", " PreemptMode=OFF"] : [""];
    await fc.assert(
      fc.asyncProperty(four(modes), select, jobs, async (lines, select, workload) => {
        expect(await run(conf(mode, lines, select), workload)).toHaveLength(fits(workload, lines));
      }),
      { numRuns: 150 },
    );
  });

  it.each(["OFF", "GANG"])("all run though some are suspended and resumed, PreemptMode=%s", async (mode) => {
    const stop = fc.record({
      at: fc.integer({ min: 0, max: 300 }),
      lasts: fc.integer({ min: 1, max: 200 }),
      id: fc.integer({ min: 0, max: 15 }),
    });
    const stops = fc.array(stop, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(stops, four([""]), select, jobs, async (stops, lines, select, workload) => {
        const commands = stops.flatMap(({ at, lasts, id }) => [
          { at, command: `scontrol suspend ${id}` },
          { at: at + lasts, command: `scontrol resume ${id}` },
        ]);
        const starts = await startsOf(stateOf(conf(mode, lines, select)), makeParts, workload, { commands });
        expect(starts).toHaveLength(fits(workload, lines));
      }),
      { numRuns: 100 },
    );
  });

  it("with all modes of eviction", async () => {
    const modes = ["", " PreemptMode=OFF", " PreemptMode=REQUEUE", " PreemptMode=CANCEL"];
    const cluster = fc.constantFrom("SUSPEND,GANG", "REQUEUE,GANG");
    await fc.assert(
      fc.asyncProperty(cluster, four(modes), select, jobs, async (mode, lines, select, workload) => {
        await run(conf(mode, lines, select), workload);
      }),
      { numRuns: 300 },
    );
  });
});
