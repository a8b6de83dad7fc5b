import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeParts } from "../../../../src/cluster/slurm/make-parts.js";
import type { AccountingConfig, QosConfig } from "../../../../src/cluster/slurm/model/config.js";
import { SECOND } from "../../../../src/core/units.js";
import { JobOutcome } from "../../../../src/journal/journal.js";
import { stateOf } from "../support/conf.js";
import { type PlainSlurmJob, startsOf } from "../support/run.js";
import { type Stay, Stays } from "../support/stays.js";

const conf = (partitions: readonly string[], select = "CR_Core") => `SelectType=select/cons_tres
SelectTypeParameters=${select}
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=30
PreemptType=preempt/qos
PreemptMode=SUSPEND,GANG
GresTypes=gpu
NodeName=n[0-3] CPUs=4 Sockets=2 CoresPerSocket=2 RealMemory=1000 Gres=gpu:2
${partitions.map((line) => `PartitionName=${line}`).join("\n")}
`;

/** SchedulerTimeSlice. */
const SLICE = 30 * SECOND;

const root = { account: "root", user: "", partition: "", parent: "", fairshare: 1, priority: 0 };
const plain = {
  priority: 0,
  preempt: [],
  preemptMode: undefined,
  graceTime: 0,
  preemptExemptTime: undefined,
  usageFactor: 1,
  flags: [],
};

/** QOS low, high and top, each of which may preempt those before it. */
const qosOf = (low: Partial<QosConfig> = {}): AccountingConfig => ({
  qos: [
    { ...plain, name: "normal" },
    { ...plain, name: "low", ...low },
    { ...plain, name: "high", priority: 10, preempt: ["low"] },
    { ...plain, name: "top", priority: 20, preempt: ["low", "high"] },
  ],
  accounts: [root],
  users: [{ ...root, user: "u1", isDefault: true }],
});

interface QosJob {
  gap: number;
  nodes: number;
  /** On each node; 0: all of them. */
  cores: number;
  gpus: number;
  /** MiB. */
  memory: number;
  minutes: number;
  used: number;
  partition: string;
  qos: string;
}

const asked = ({ qos, gpus, memory, ...job }: QosJob): PlainSlurmJob => ({
  ...job,
  sbatch: [
    `-N ${job.nodes} -t ${job.minutes} -p ${job.partition} -q ${qos} --mem=${memory}`,
    job.cores === 0 ? "--exclusive" : `--ntasks-per-node=${job.cores}`,
    ...(gpus === 0 ? [] : [`--gres=gpu:${gpus}`]),
  ].join(" "),
});

async function run(
  text: string,
  jobs: readonly QosJob[],
  accounting = qosOf(),
  commands: readonly { at: number; command: string }[] = [],
): Promise<{ stays: Stays; starts: string[] }> {
  const state = stateOf(text, { accounting });
  const stays = new Stays(state);
  const starts = await startsOf(state, makeParts, jobs.map(asked), {
    listener: stays,
    commands,
  });
  return { stays, starts };
}

/**
 * Do they run at one time on a core that only one of them may run on? Partitions of one tier do not know of each other;
 * and when a job of a higher tier takes its turn from another, it may happen that nobody looks whom it overlaps. [run] in
 * x-gang-qos and x-gang-shadows.
 */
function clash(a: Stay, b: Stay): boolean {
  if (a.partition !== b.partition && a.tier === b.tier) return false;
  const [high, low] = a.tier > b.tier ? [a, b] : [b, a];
  const spells =
    high.tier === low.tier ? high.spells : high.spells.filter((one, i) => i === 0 || !isTurn(one));
  const together = spells.some((one) => low.spells.some((other) => meet(one, other)));
  return together && nodesOfBoth(a, b).some(([i, j]) => sharesCore(a, i, b, j));
}

function isTurn({ from }: { from: number }): boolean {
  return from % SLICE === 0;
}

/** Does one hold a GPU while the other does? Who stands still keeps its own. */
function sharesGpu(a: Stay, b: Stay): boolean {
  return (
    meet(a, b) && nodesOfBoth(a, b).some(([i, j]) => (a.allocation.gpus[i]! & b.allocation.gpus[j]!) !== 0)
  );
}

function meet(a: { from: number; to: number }, b: { from: number; to: number }): boolean {
  return Math.max(a.from, b.from) < Math.min(a.to, b.to);
}

function nodesOfBoth({ allocation: a }: Stay, { allocation: b }: Stay): [number, number][] {
  return [...a.node].map((node, i): [number, number] => [i, b.node.indexOf(node)]).filter(([, j]) => j >= 0);
}

function sharesCore({ allocation: a }: Stay, i: number, { allocation: b }: Stay, j: number): boolean {
  const mine = a.cores?.[i];
  const theirs = b.cores?.[j];
  return mine === undefined || theirs === undefined || mine.overlaps(theirs);
}

function pairs(stays: readonly Stay[]): [Stay, Stay][] {
  return stays.flatMap((a, i) => stays.slice(i + 1).map((b): [Stay, Stay] => [a, b]));
}

const described = (stays: readonly Stay[]): string[] =>
  stays.map(({ id, partition, allocation, spells }) => {
    const times = spells.map(({ from, to }) => `${from / SECOND}-${to / SECOND}`).join(" ");
    return `${id} in ${partition} on ${allocation.node.join()}: ${times}`;
  });

const ran = ({ spells }: Stay): number => spells.reduce((sum, { from, to }) => sum + to - from, 0);

describe("whatever QOS and partitions share cores by turns", () => {
  const job = fc.record({
    gap: fc.constantFrom(0, 0, 0, 1, 7, 30, 45),
    nodes: fc.integer({ min: 1, max: 3 }),
    cores: fc.constantFrom(0, 0, 1, 2, 4),
    gpus: fc.constantFrom(0, 0, 0, 1, 2),
    memory: fc.constantFrom(100, 100, 400),
    minutes: fc.constantFrom(1, 2, 3, 5),
    used: fc.constantFrom(0.05, 0.3, 0.7, 1, 1.2),
    partition: fc.constantFrom("a", "b", "c", "d"),
    qos: fc.constantFrom("low", "low", "high", "top"),
  });
  const jobs = fc.array(job, { minLength: 1, maxLength: 16 });
  const line = fc
    .tuple(
      fc.constantFrom("ALL", "n[0-2]", "n[1-3]"),
      fc.constantFrom("NO", "FORCE:1", "FORCE:1", "FORCE:2", "YES:2", "EXCLUSIVE"),
    )
    .map(([nodes, sharing]) => `Nodes=${nodes} OverSubscribe=${sharing}`);
  const four = fc
    .array(line, { minLength: 4, maxLength: 4 })
    .map((lines) =>
      lines.map(
        (rest, i) => `${"abcd"[i]} PriorityTier=${1 + (i >> 1)} Default=${i === 0 ? "YES" : "NO"} ${rest}`,
      ),
    );
  const select = fc.constantFrom("CR_Core", "CR_Socket", "CR_Core_Memory");

  const check = (stays: Stays, jobs: readonly QosJob[]) => {
    const both = pairs(stays.all);
    expect(both.filter(([a, b]) => clash(a, b)).map(described), "on one core at once").toEqual([]);
    checkLives(stays, jobs);
  };

  const checkLives = (stays: Stays, jobs: readonly QosJob[]) => {
    expect(stays.left, "jobs that never leave").toBe(0);
    const both = pairs(stays.all);
    expect(both.filter(([a, b]) => sharesGpu(a, b)).map(described), "with one GPU").toEqual([]);
    const ended = stays.all.filter(({ outcome }) => outcome !== undefined);
    expect(ended.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(jobs.map((_, i) => i));
    for (const stay of ended) {
      const { minutes, used } = jobs[Number(stay.id)]!;
      const work = Math.round(60 * minutes * used) * SECOND;
      if (stay.outcome === JobOutcome.Completed) expect(ran(stay)).toBe(work);
      else if (stay.outcome === JobOutcome.TimedOut) {
        // Slurm's own clock is in whole seconds.
        expect(ran(stay)).toBeGreaterThan((60 * minutes - 1) * SECOND);
        expect(ran(stay)).toBeLessThan(work);
      } else expect(stay.outcome).toBe(JobOutcome.Preempted);
    }
  };

  it("no core runs two jobs, no GPU is held twice, all end once and have worked as long as they had to", async () => {
    await fc.assert(
      fc.asyncProperty(four, select, jobs, async (lines, select, workload) => {
        const { stays } = await run(conf(lines, select), workload);
        check(stays, workload);
      }),
      { numRuns: 300 },
    );
  });

  it("nor where jobs of one QOS are evicted for good", async () => {
    const mode = fc.constantFrom("REQUEUE" as const, "CANCEL" as const, "OFF" as const, "WITHIN" as const);
    const grace = fc.constantFrom(0, 0, 20);
    await fc.assert(
      fc.asyncProperty(
        mode,
        grace,
        four,
        select,
        jobs,
        async (preemptMode, graceTime, lines, select, workload) => {
          const { stays } = await run(conf(lines, select), workload, qosOf({ preemptMode, graceTime }));
          check(stays, workload);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("no GPU is held twice and all end once where the administrator suspends and requeues", async () => {
    const operation = fc.record({
      at: fc.integer({ min: 0, max: 400 }),
      lasts: fc.integer({ min: 1, max: 100 }),
      id: fc.integer({ min: 0, max: 15 }),
      words: fc.constantFrom(["suspend", "resume"], ["suspend", "resume"], ["requeue"]),
    });
    const operations = fc.array(operation, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(operations, four, select, jobs, async (operations, lines, select, workload) => {
        const commands = operations.flatMap(({ at, lasts, id, words }) =>
          words.map((word, i) => ({ at: at + i * lasts, command: `scontrol ${word} ${id}` })),
        );
        const { stays } = await run(conf(lines, select), workload, qosOf(), commands);
        // Who is resumed runs beside others until its turn comes.
        checkLives(stays, workload);
      }),
      { numRuns: 200 },
    );
  });
});
