import fc from "fast-check";
import { expect, it } from "vitest";
import { simulated } from "../support/simulated.js";

const COMMANDS = [
  "update NodeName=NODE State=POWER_DOWN",
  "update NodeName=NODE State=POWER_DOWN_ASAP",
  "update NodeName=NODE State=POWER_DOWN_FORCE",
  "update NodeName=NODE State=POWER_UP",
  "reboot ASAP nextstate=RESUME NODE",
  "reboot NODE",
  "cancel_reboot NODE",
  "update NodeName=NODE State=DRAIN",
  "update NodeName=NODE State=DOWN",
];
const PREEMPTION = [
  { PreemptType: "preempt/partition_prio", PreemptMode: "SUSPEND,GANG" },
  { PreemptType: "preempt/partition_prio", PreemptMode: "REQUEUE" },
  { PreemptType: "preempt/partition_prio", PreemptMode: "CANCEL" },
  {},
];
const PARTITIONS = {
  lo: { Nodes: "ALL", OverSubscribe: "FORCE:1", PriorityTier: 1, Default: "YES" },
  hi: { Nodes: "ALL", OverSubscribe: "FORCE:1", PriorityTier: 2 },
};
const job = fc.record({
  gap: fc.nat(120),
  nodes: fc.integer({ min: 1, max: 4 }),
  run: fc.integer({ min: 1, max: 300 }),
  partition: fc.constantFrom("lo", "hi"),
  cores: fc.constantFrom("--exclusive", "--cpus-per-task=6"),
  more: fc.constantFrom("", "--reboot", "--no-requeue"),
});
const settings = fc.record({
  SuspendTime: fc.integer({ min: 5, max: 100 }),
  boot: fc.integer({ min: 0, max: 90 }).map((seconds) => `${seconds}s`),
  ReturnToService: fc.constantFrom(0, 1, 2),
});
const command = fc.record({ at: fc.nat(2000), cmd: fc.constantFrom(...COMMANDS), node: fc.nat(3) });

/** The cluster audits its books after every pass: no core is given twice. */
it("whatever is done to nodes, with whatever preemption, books balance and who may be requeued runs in the end", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(job, { minLength: 1, maxLength: 25 }),
      settings,
      fc.constantFrom(...PREEMPTION),
      fc.array(command, { maxLength: 6 }),
      async (list, given, preemption, commands) => {
        let now = 0;
        const rows = list.map(({ gap, nodes, run, partition, cores, more }, i) => {
          now += gap;
          const limit = Math.ceil(run / 60);
          return `j${i},${now},${run},u,--nodes=${nodes} --time=${limit} --partition=${partition} ${cores} ${more}`;
        });
        const operations = commands.flatMap(({ at, cmd, node }) => [
          { at: `${at}s`, cmd: `scontrol ${cmd.replace("NODE", `n-${node}`)}` },
          { at: `${at + 700}s`, cmd: `scontrol update NodeName=n-${node} State=RESUME` },
        ]);
        const programs = { SuspendProgram: "/off", ResumeProgram: "/on", RebootProgram: "/again" };
        const options = { ...programs, ResumeTimeout: 95, ...given, ...preemption, operations };
        const lives = await simulated({ ...options, PartitionName: PARTITIONS }, rows, {}, 4);
        if (preemption.PreemptMode === "CANCEL") return;
        for (const [i, { more }] of list.entries())
          if (more !== "--no-requeue") expect(lives[`j${i}`]?.starts.length ?? 0).toBeGreaterThan(0);
      },
    ),
    { numRuns: 60 },
  );
});
