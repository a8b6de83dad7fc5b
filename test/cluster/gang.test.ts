import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TaskGroup } from "../../src/fleet/shape.js";
import { type PlainJob, startTimes } from "../support/cluster.js";
import { nodeJobs, nodePools } from "./workloads.js";

const pools = [{ name: "n", nodes: 2, gpu: "g", gpusPerNode: 8, cpus: 64, memory: Number.POSITIVE_INFINITY }];
const gpus = (count: number, each: number): Pick<PlainJob, "shape"> => ({
  shape: { groups: [{ count, gpus: each, cpus: 0, memory: 0 }] },
});

async function reasons(jobs: PlainJob[], skip: boolean) {
  const log: string[] = [];
  const starts = await startTimes({
    pools,
    policy: "gang",
    options: { skip },
    jobs,
    listeners: (cluster) => [
      {
        reason: (time, job, reason) =>
          log.push(`${time} job ${cluster.jobs.id(job)}: ${cluster.reasons.name(reason)}`),
      },
    ],
  });
  return { starts, log };
}

describe("gang", () => {
  // Job 0 and 1 leave 2 GPUs free on one node and 4 on the other.
  const jobs: PlainJob[] = [
    { submit: 0, run: 10, ...gpus(1, 6) },
    { submit: 0, run: 20, ...gpus(1, 4) },
    { submit: 1, run: 5, ...gpus(1, 5) },
    { submit: 2, run: 5, ...gpus(2, 8) },
    { submit: 3, run: 5, ...gpus(1, 2) },
    { submit: 4, run: 5, ...gpus(1, 5) },
  ];

  it("holds everybody up behind a head that finds no place, and tells scattered GPUs from missing ones", async () => {
    const { starts, log } = await reasons(jobs, false);
    expect(starts).toEqual([0, 0, 10, 20, 25, 25]);
    expect(log).toEqual([
      "1 job 2: fragmentation",
      "2 job 3: Priority",
      "3 job 4: Priority",
      "4 job 5: Priority",
      "10 job 3: Resources",
      "20 job 4: Resources",
    ]);
  });

  it("skips a head that finds no place, one of each shape at a time", async () => {
    const { starts, log } = await reasons(jobs, true);
    // At 10 node 0 takes the first of the 5-GPU jobs, at 15 the second; the pair of whole nodes waits for all.
    expect(starts).toEqual([0, 0, 10, 20, 3, 15]);
    expect(log).toEqual([
      "1 job 2: fragmentation",
      "2 job 3: Resources",
      "4 job 5: Priority",
      "10 job 5: fragmentation",
    ]);
  });

  it("places whole gangs in one pool and never splits a task over nodes", async () => {
    await fc.assert(
      fc.asyncProperty(nodeJobs(2), fc.boolean(), async (workload, skip) => {
        await startTimes({
          pools: nodePools,
          policy: "gang",
          options: { skip },
          jobs: workload,
          listeners: (cluster) => [
            {
              start: (_time, job) => {
                const { allocations, poolOf } = cluster.fleet;
                const nodes: number[][] = [];
                const used = new Set<number>();
                for (let e = cluster.jobs.allocation[job]!; e >= 0; e = allocations.next(e)) {
                  const taken = allocations.gpuMask[e]!.toString(2).replaceAll("0", "").length;
                  nodes.push([taken, allocations.cpus[e]!, allocations.memory[e]!]);
                  used.add(poolOf[allocations.node[e]!]!);
                }
                expect(used.size).toBe(1);
                const { shape } = workload[Number(cluster.jobs.id(job))]!;
                if (shape!.exclusive) expect(nodes).toHaveLength(count(shape!.groups));
                else expect(splits(nodes, tasksOf(shape!.groups), shape!.spread!)).toBe(true);
              },
            },
          ],
        });
      }),
      { seed: 6, numRuns: 150 },
    );
  });
});

const count = (groups: TaskGroup[]) => groups.reduce((sum, group) => sum + group.count, 0);
const tasksOf = (groups: TaskGroup[]) =>
  groups.flatMap((g) => Array.from({ length: g.count }, () => [g.gpus, g.cpus, g.memory]));

/** Can the tasks be dealt out so that each node holds exactly what was taken of it? */
function splits(nodes: number[][], tasks: number[][], spread: boolean): boolean {
  const [task, ...rest] = tasks;
  if (task === undefined) return nodes.every((node) => node.every((amount) => amount === 0));
  return nodes.some((node, i) => {
    const left = node.map((amount, k) => amount - task[k]!);
    if (left.some((amount) => amount < 0)) return false;
    if (spread && left.some((amount) => amount > 0)) return false;
    return splits(spread ? nodes.filter((_, k) => k !== i) : nodes.with(i, left), rest, spread);
  });
}
