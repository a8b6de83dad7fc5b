import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MakeParts } from "../../../src/cluster/slurm/controller/parts.js";
import { makeParts } from "../../../src/cluster/slurm/make-parts.js";
import { stateOf } from "./support/conf.js";
import { inOrderOfEnds } from "./support/in-order.js";
import { type PlainSlurmJob, startsOf } from "./support/run.js";

const parts = (shortcuts: boolean): MakeParts =>
  inOrderOfEnds((state, actions, epoch) => makeParts(state, actions, epoch, shortcuts));

const conf = (parameters: string, rest: string) => `SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=${parameters}
PriorityType=priority/multifactor
PriorityWeightJobSize=1000
${rest}
`;

const job = (nodes: number, cores: fc.Arbitrary<number>): fc.Arbitrary<PlainSlurmJob> =>
  fc.record({
    gap: fc.integer({ min: 0, max: 90 }),
    nodes: fc.integer({ min: 1, max: nodes }),
    cores,
    minutes: fc.constantFrom(1, 2, 3, 5, 10, 20, 60),
    used: fc.constantFrom(0.05, 0.3, 0.7, 1, 1.2),
  });

/** Of what was told of a run the starts. */
const starts = (told: readonly string[]) => told.filter((line) => line.includes(" on "));

/** What was told of one instant may come in another order. */
const inOrder = (told: readonly string[]) =>
  told
    .map((line) => [Number(/@(.*?) /.exec(line)![1]), line] as const)
    .sort(([a, one], [b, other]) => a - b || (one < other ? -1 : 1));

describe("shortcuts of planning and selection", () => {
  const whole = fc.array(job(12, fc.constant(0)), { minLength: 5, maxLength: 60 });
  const many = fc.array(job(40, fc.constant(0)), { minLength: 60, maxLength: 160 });
  const uneven = fc.array(
    fc.oneof(
      job(3, fc.constant(0)),
      job(40, fc.constant(0)),
      fc.constant({ gap: 5, nodes: 38, cores: 0, minutes: 60, used: 0.3 }),
    ),
    { minLength: 60, maxLength: 120 },
  );
  const small = fc.array(
    job(5, fc.constant(0)).map((one) => ({ ...one, gap: one.gap % 6, minutes: 2 * one.minutes + 1 })),
    { minLength: 120, maxLength: 160 },
  );
  // Jobs end where slots of the plan begin.
  const minute = fc.array(
    job(40, fc.constant(0)).map((one) => ({ ...one, gap: 60 * (one.gap % 2), used: one.used < 1 ? 0.5 : 1 })),
    { minLength: 60, maxLength: 120 },
  );
  const exclusive = "PartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE";
  const forced = fc.array(
    fc
      .tuple(job(8, fc.constantFrom(0, 0, 3)), fc.constantFrom("main", "other"))
      .map(([one, partition]) => ({ ...one, partition })),
    { minLength: 5, maxLength: 40 },
  );
  const mixed = fc.array(job(12, fc.constantFrom(0, 0, 1, 3)), { minLength: 5, maxLength: 40 });
  const nodes = "NodeName=n[0-11] CPUs=4";

  it.each([
    [
      "whole nodes",
      "bf_interval=30",
      whole,
      `${nodes}\nPartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE`,
    ],
    [
      "a resolution of one second",
      "bf_resolution=1,bf_interval=5",
      whole,
      `${nodes}\nPartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE`,
    ],
    [
      "few records and tests",
      "bf_interval=10,bf_max_job_test=6",
      whole,
      `${nodes}\nPartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE`,
    ],
    [
      "a short window",
      "bf_window=9,bf_interval=10",
      whole,
      `${nodes}\nPartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE`,
    ],
    ["many jobs on forty nodes", "bf_interval=30", many, `NodeName=n[00-39] CPUs=4\n${exclusive}`],
    [
      "many jobs, a coarse plan",
      "bf_interval=20,bf_resolution=45,bf_window=61",
      many,
      `NodeName=n[00-39] CPUs=4\n${exclusive}`,
    ],
    [
      "many jobs, more than are tested",
      "bf_interval=10,bf_max_job_test=5,bf_node_space_size=400,bf_window=30,default_queue_depth=1",
      uneven,
      `NodeName=n[00-39] CPUs=4\n${exclusive}`,
    ],
    ["dozens of jobs at once", "bf_interval=10", small, `NodeName=n[00-99] CPUs=4\n${exclusive}`],
    ["ends on the minute", "bf_interval=30", minute, `NodeName=n[00-39] CPUs=4\n${exclusive}`],
    [
      "many jobs, few records and starts",
      "bf_interval=10,bf_node_space_size=30,bf_max_job_start=2",
      many,
      `NodeName=n[00-39] CPUs=4\n${exclusive}`,
    ],
    [
      "two partitions of the same nodes",
      "bf_interval=10",
      many,
      `NodeName=n[00-39] CPUs=4\n${exclusive} PriorityTier=1\nPartitionName=other Nodes=ALL OverSubscribe=EXCLUSIVE PriorityTier=2`,
    ],
    [
      "two partitions that force sharing",
      "bf_interval=10",
      forced,
      `${nodes}\nPartitionName=main Nodes=ALL OverSubscribe=FORCE:1 Default=YES\nPartitionName=other Nodes=n[0-7] OverSubscribe=FORCE:1`,
    ],
    ["whole nodes and cores", "bf_interval=10", mixed, `${nodes}\nPartitionName=main Nodes=ALL`],
    [
      "nodes of two weights",
      "bf_interval=10",
      whole,
      "NodeName=n[0-5] CPUs=4 Weight=5\nNodeName=n[6-11] CPUs=4\nPartitionName=main Nodes=ALL",
    ],
  ])("give the same starts and reasons: %s", async (_name, parameters, workload, rest) => {
    await fc.assert(
      fc.asyncProperty(workload, async (jobs) => {
        const told = (shortcuts: boolean) =>
          startsOf(stateOf(conf(parameters, rest)), parts(shortcuts), jobs, { more: true });
        const plain = await told(false);
        expect(inOrder(await told(true))).toEqual(inOrder(plain));
        expect(starts(plain).length).toBeGreaterThanOrEqual(jobs.length);
      }),
      { seed: 5, numRuns: workload === many ? 6 : 15, endOnFailure: true },
    );
  });

  const root = { account: "root", user: "", partition: "", parent: "", fairshare: 1, priority: 0 };
  const user = { ...root, user: "u1", isDefault: true };
  const normal = { name: "normal", priority: 0, preempt: [], usageFactor: 1, flags: [], graceTime: 0 };
  const none = { preemptMode: undefined, preemptExemptTime: undefined };
  const accounted = { accounting: { qos: [{ ...normal, ...none }], accounts: [root], users: [user] } };

  const both = async (
    conf: string,
    jobs: readonly Partial<PlainSlurmJob>[],
    commands: readonly { at: number; command: string }[] = [],
    release = 0,
  ) => {
    const workload = jobs.map((job) => ({ gap: 0, nodes: 1, cores: 0, minutes: 1, used: 1, ...job }));
    const beside = { commands, more: true, ...(release > 0 ? { release: () => release } : {}) };
    const fast = await startsOf(stateOf(conf, accounted), parts(true), workload, beside);
    const plain = await startsOf(stateOf(conf, accounted), parts(false), workload, beside);
    expect(inOrder(fast)).toEqual(inOrder(plain));
    return starts(fast);
  };

  it.each(["22.05", "24.11"] as const)(
    "give the same starts on a few nodes, some of them shared: %s",
    async (version) => {
      const few = fc
        .record({
          gap: fc.constantFrom(0, 0, 1, 20),
          nodes: fc.integer({ min: 1, max: 4 }),
          cores: fc.constantFrom(0, 0, 2),
          minutes: fc.constantFrom(1, 2, 3, 5),
          used: fc.constantFrom(0.2, 1),
        })
        .map((job) => (job.cores > 0 ? { ...job, nodes: 1 } : job));
      // Two that share a node start in one pass, before one of whole nodes that starts as well.
      const [two, four, half] = [
        { nodes: 2, cores: 0 },
        { nodes: 4, cores: 0 },
        { nodes: 1, cores: 2 },
      ];
      const shared = [
        { ...half, gap: 0, minutes: 5 },
        { ...four, gap: 0, minutes: 1 },
        { ...half, gap: 0, minutes: 5 },
        { ...half, gap: 1, minutes: 2 },
        { ...half, gap: 0, minutes: 3 },
        { ...two, gap: 0, minutes: 5 },
        { ...two, gap: 0, minutes: 3 },
      ].map((job) => ({ ...job, used: 0.2 }));
      const text = conf(
        "bf_interval=10,bf_resolution=1",
        "NodeName=n[0-3] CPUs=4\nPartitionName=main Nodes=ALL",
      ).replace(/^Priority.*\n/gm, "");
      await fc.assert(
        fc.asyncProperty(fc.array(few, { maxLength: 12 }), async (jobs) => {
          const told = (shortcuts: boolean) => {
            const state = stateOf(text);
            state.config.version = version;
            return startsOf(state, parts(shortcuts), jobs, { more: true });
          };
          expect(inOrder(await told(true))).toEqual(inOrder(await told(false)));
        }),
        { seed: 5, numRuns: 150, endOnFailure: true, examples: [[shared]] },
      );
    },
  );

  it("passes see running jobs by their ends after a limit was changed, and after a job stood still", async () => {
    const waits = { nodes: 10, minutes: 5 };
    await both(
      `${nodes}\nPartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE\n`,
      [{ minutes: 20 }, { minutes: 30 }, { minutes: 40 }, waits],
      [
        { at: 60, command: "scontrol update JobId=2 TimeLimit=10" },
        { at: 120, command: "scontrol suspend 0" },
        { at: 420, command: "scontrol resume 0" },
        { at: 500, command: "scontrol update JobId=1 TimeLimit=50" },
      ],
    );
  });

  it("a job that was held and gets a priority starts, though its first look only clears its reason", async () => {
    const starts = await both(
      `${nodes}\nPartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE\n`,
      [{ minutes: 13 }],
      [
        { at: 78, command: "scontrol requeuehold 0" },
        { at: 497, command: "scontrol update JobId=0 Priority=5" },
      ],
    );
    expect(starts).toEqual(["0@0 on 0", "0@497 on 0"]);
  });

  it("ages count alike for a job that was released", async () => {
    const priority = "PriorityType=priority/multifactor\nPriorityWeightAge=100000\nPriorityMaxAge=0-01:00:00";
    const starts = await both(
      `${priority}\nPriorityCalcPeriod=00:01:00\nNodeName=n[0-1] CPUs=4\n${exclusive}\n`,
      [{ nodes: 2, minutes: 2, used: 2 / 3 }, { nodes: 2 }, { gap: 45, nodes: 2 }],
      [
        { at: 10, command: "scontrol hold 1" },
        { at: 40, command: "scontrol release 1" },
      ],
    );
    expect(starts).toEqual(["0@0 on 0,1", "1@80 on 0,1", "2@140 on 0,1"]);
  });

  it("nodes of another partition come back with the end of a job, after a reboot that was cancelled", async () => {
    const whole = "OverSubscribe=EXCLUSIVE MaxTime=INFINITE";
    const at = (partition: string, nodes: number, minutes: number) => ({
      nodes,
      minutes,
      sbatch: `-p ${partition} -N ${nodes} --exclusive -t ${minutes}`,
    });
    const starts = await both(
      `SchedulerParameters=bf_interval=10
RebootProgram=/sbin/reboot
NodeName=n[0-6] CPUs=4
PartitionName=a Nodes=n[0-3] ${whole}
PartitionName=b Nodes=n[4-6] ${whole}
`,
      [
        { ...at("b", 3, 10), used: 0.1 },
        at("a", 3, 5),
        at("a", 4, 10),
        // It fits in before that one.
        { ...at("a", 1, 2), gap: 65 },
      ],
      [
        { at: 10, command: "scontrol reboot ASAP n[4-6]" },
        { at: 20, command: "scontrol cancel_reboot n[4-6]" },
      ],
    );
    expect(starts).toEqual(["0@0 on 4,5,6", "1@0 on 0,1,2", "3@70 on 3", "2@300 on 0,1,2,3"]);
  });

  it("tasks of arrays count against bf_max_job_test", async () => {
    // Seconds since the job before, nodes, minutes; tasks.
    const jobs = [
      [0, 10, 60],
      [0, 17, 3],
      [28, 30, 5],
      [0, 100, 1, 3],
      [0, 72, 5],
      [0, 58, 2],
      [0, 51, 1],
      [0, 24, 20],
      [0, 80, 1],
      [45, 22, 2],
      [37, 86, 1],
      [2, 13, 1, 3],
      [39, 80, 1],
      [0, 20, 1],
      [0, 85, 1],
      [0, 4, 1],
      [34, 1, 60],
      [4, 58, 1],
      [0, 64, 1],
      [0, 26, 1],
      [0, 21, 1],
      [0, 3, 1],
      [0, 39, 1],
      [0, 1, 60],
      [38, 22, 1],
      [38, 10, 1],
      [0, 1, 60],
      [0, 48, 1],
      [0, 9, 1],
      [0, 45, 1],
      [0, 22, 1],
      [34, 1, 1],
    ] as const;
    await both(
      `SchedulerParameters=bf_resolution=7,bf_max_job_test=28\nNodeName=n[00-99] CPUs=4\n${exclusive}\n`,
      jobs.map(([gap, nodes, minutes, tasks]) => ({
        gap,
        nodes,
        minutes,
        ...(tasks === undefined ? {} : { tasks }),
      })),
    );
  });

  const operations = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 900 }),
      lasts: fc.integer({ min: 1, max: 300 }),
      job: fc.integer({ min: 0, max: 40 }),
      node: fc.integer({ min: 0, max: 8 }),
      what: fc.constantFrom(
        ["update NodeName=n[NODE-9] State=DRAIN Reason=x", "update NodeName=n[NODE-9] State=RESUME"],
        ["update NodeName=nNODE State=DOWN Reason=x", "update NodeName=nNODE State=RESUME"],
        ["hold JOB", "release JOB"],
        ["requeue JOB", "update JobId=JOB TimeLimit=7"],
        ["requeuehold JOB", "update JobId=JOB Priority=5"],
        ["suspend JOB", "resume JOB"],
        ["update JobId=JOB TimeLimit=30", "update JobId=JOB TimeLimit=2"],
        ["update PartitionName=main State=DOWN", "update PartitionName=main State=UP"],
        [
          "create reservation ReservationName=r1 StartTime=now+60 Duration=3 Nodes=n[NODE-9] Users=u1",
          "delete ReservationName=r1",
        ],
      ),
    }),
    { maxLength: 8 },
  );
  const odd = fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 40 }),
      nodes: fc.integer({ min: 1, max: 12 }),
      cores: fc.constant(0),
      minutes: fc.constantFrom(1, 2, 3, 10, 60),
      used: fc.constantFrom(0.05, 0.7, 1, 1.2),
      more: fc.constantFrom(
        "",
        "",
        "",
        "",
        "--begin=now+90",
        "--hold",
        "--array=0-3",
        "-p other",
        "-p main,other",
      ),
    }),
    { minLength: 5, maxLength: 40 },
  );

  it.each([
    ["operations and jobs of other kinds", "bf_interval=10", 0],
    ["nodes in completion, tests few", "bf_interval=10,bf_max_job_test=12,bf_resolution=7", 5],
  ])("give the same starts and reasons: %s", async (_name, parameters, release) => {
    const machine = `${nodes}\n${exclusive} Default=YES\nPartitionName=other Nodes=ALL OverSubscribe=EXCLUSIVE`;
    const over = "PriorityCalcPeriod=00:01:00\nOverTimeLimit=2\nKillWait=40";
    await fc.assert(
      fc.asyncProperty(odd, operations, async (jobs, given) => {
        const commands = given.flatMap(({ at, lasts, job, node, what }) =>
          what.map((text, i) => ({
            at: at + i * lasts,
            command: `scontrol ${text.replace("NODE", `${node}`).replace("n[8-9]", "n[8,9]").replace("JOB", `${job}`)}`,
          })),
        );
        const workload = jobs.map(({ more, ...job }) => ({
          ...job,
          ...(more === "" ? {} : { sbatch: `-N ${job.nodes} --exclusive -t ${job.minutes} ${more}` }),
          ...(more.startsWith("--array") ? { tasks: 4 } : {}),
        }));
        await both(conf(parameters, `${over}\n${machine}`), workload, commands, release);
      }),
      { seed: 5, numRuns: 25, endOnFailure: true },
    );
  });
});
