import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MakeParts } from "../../../src/cluster/slurm/controller/parts.js";
import { makeParts } from "../../../src/cluster/slurm/make-parts.js";
import { stateOf } from "./support/conf.js";
import { type PlainSlurmJob, startsOf } from "./support/run.js";

const parts =
  (shortcuts: boolean): MakeParts =>
  (state, actions, epoch) =>
    makeParts(state, actions, epoch, shortcuts);

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

describe("shortcuts of planning and selection", () => {
  const whole = fc.array(job(12, fc.constant(0)), { minLength: 5, maxLength: 60 });
  const many = fc.array(job(40, fc.constant(0)), { minLength: 60, maxLength: 160 });
  const exclusive = "PartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE";
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
    ["whole nodes and cores", "bf_interval=10", mixed, `${nodes}\nPartitionName=main Nodes=ALL`],
    [
      "nodes of two weights",
      "bf_interval=10",
      whole,
      "NodeName=n[0-5] CPUs=4 Weight=5\nNodeName=n[6-11] CPUs=4\nPartitionName=main Nodes=ALL",
    ],
  ])("give the same starts: %s", async (_name, parameters, workload, rest) => {
    await fc.assert(
      fc.asyncProperty(workload, async (jobs) => {
        const fast = await startsOf(stateOf(conf(parameters, rest)), parts(true), jobs);
        const plain = await startsOf(stateOf(conf(parameters, rest)), parts(false), jobs);
        expect(fast).toEqual(plain);
        expect(plain.length).toBeGreaterThanOrEqual(jobs.length);
      }),
      { seed: 5, numRuns: 15, endOnFailure: true },
    );
  });
});
