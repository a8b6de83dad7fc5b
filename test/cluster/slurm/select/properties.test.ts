import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SlurmJob } from "../../../../src/cluster/slurm/model/job.js";
import { stateOf } from "../support/conf.js";
import { TestFleet } from "../support/fleet.js";
import { request, wholeNodes } from "../support/records.js";

const conf = `SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
NodeName=a[0-2] CPUs=8 Sockets=2 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=1000 Gres=gpu:4
NodeName=b[0-1] CPUs=16 Sockets=2 CoresPerSocket=4 ThreadsPerCore=2 RealMemory=2000 Gres=gpu:x:2,gpu:y:2 Weight=3
PartitionName=main Nodes=ALL Default=YES
PartitionName=rows Nodes=ALL OverSubscribe=FORCE:2
`;

const gpu = { name: "gpu", type: "", perJob: 0, perNode: 0, perTask: 0, perSocket: 0 };

const asked = fc
  .record({
    nodes: fc.integer({ min: 1, max: 3 }),
    ranged: fc.boolean(),
    tasks: fc.integer({ min: 0, max: 12 }),
    perNode: fc.integer({ min: 0, max: 3 }),
    cpus: fc.integer({ min: 1, max: 3 }),
    memory: fc.constantFrom(undefined, 0, 100, 600),
    perCpu: fc.boolean(),
    gpus: fc.constantFrom("none", "node", "job", "task"),
    gpuCount: fc.integer({ min: 1, max: 3 }),
    type: fc.constantFrom("", "x", "y"),
    exclusive: fc.boolean(),
    partition: fc.constantFrom(0, 1),
    ends: fc.integer({ min: 0, max: 12 }),
  })
  .map((job) => {
    const ntasks = job.perNode > 0 ? job.nodes * job.perNode : job.tasks;
    const count = {
      none: {},
      node: { perNode: job.gpuCount },
      job: { perJob: job.gpuCount },
      task: { perTask: 1 },
    }[job.gpus];
    return {
      ...job,
      request: request({
        minNodes: job.nodes,
        maxNodes: job.ranged ? job.nodes + 1 : job.nodes,
        nodesGiven: true,
        ntasks,
        ntasksPerNode: job.perNode,
        cpusPerTask: job.cpus,
        minCpus: Math.max(ntasks, job.nodes) * job.cpus,
        memPerNode: job.perCpu ? undefined : job.memory,
        memPerCpu: job.perCpu && job.memory ? job.memory : undefined,
        gres: job.gpus === "none" ? [] : [{ ...gpu, type: job.type, ...count }],
        exclusive: job.exclusive,
      }),
    };
  });

/** How often each core and GPU is held, and MiB, from nothing but the allocations. */
function holdings(fleet: TestFleet, jobs: readonly SlurmJob[]) {
  const { nodes } = fleet.state;
  const cores = new Map<string, number>();
  const gpus = new Map<string, number>();
  const memory = new Float64Array(nodes.count);
  const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const { allocation } of jobs)
    allocation!.node.forEach((node, i) => {
      const all = Array.from(
        { length: nodes.sockets[node]! * nodes.coresPerSocket[node]! },
        (_, core) => core,
      );
      for (const core of allocation!.cores?.[i]?.list() ?? all) add(cores, `${node} ${core}`);
      for (let g = 0; g < 32; g++) if (allocation!.gpus[i]! & (1 << g)) add(gpus, `${node} ${g}`);
      memory[node]! += allocation!.memory[i]!;
    });
  return { cores, gpus, memory };
}

describe("what jobs hold", () => {
  it("gives no core twice (but for rows), no GPU twice, no memory that is not there, and all back", () => {
    fc.assert(
      fc.property(fc.array(asked, { minLength: 1, maxLength: 25 }), (jobs) => {
        const fleet = new TestFleet(stateOf(conf));
        const { state } = fleet;
        const running: { job: SlurmJob; until: number }[] = [];
        jobs.forEach((asked, at) => {
          for (const one of running.filter(({ until }) => until <= at)) {
            fleet.end(one.job);
            running.splice(running.indexOf(one), 1);
          }
          const partition = state.partitions[asked.partition]!;
          const job = fleet.start(asked.request, 60, { partitions: [partition], partition });
          if (job === undefined) return;
          running.push({ job, until: at + asked.ends });
          check(
            fleet,
            running.map((one) => one.job),
            job,
          );
        });
        for (const { job } of running) fleet.end(job);
        expect(state.nodes.idle.count()).toBe(state.nodes.count);
        expect(state.nodes.share.count()).toBe(state.nodes.count);
        const everything = { ...wholeNodes(5), memPerNode: 0, gres: [{ ...gpu, perNode: 4 }] };
        expect(fleet.where(fleet.ask(everything))).toBe("a0,a1,a2,b0,b1");
      }),
      { seed: 3, numRuns: 60 },
    );
  });
});

function check(fleet: TestFleet, running: readonly SlurmJob[], started: SlurmJob): void {
  const { nodes } = fleet.state;
  const { cores, gpus, memory } = holdings(fleet, running);
  const rows = running.every((job) => job.partition.name === "main") ? 1 : 2;
  for (const count of cores.values()) expect(count).toBeLessThanOrEqual(rows);
  for (const count of gpus.values()) expect(count).toBe(1);
  for (const [node, held] of memory.entries()) expect(held).toBeLessThanOrEqual(nodes.memory[node]!);

  const { request: asked, allocation } = started;
  const count = allocation!.node.length;
  expect(count).toBeGreaterThanOrEqual(asked.minNodes);
  expect(count).toBeLessThanOrEqual(asked.maxNodes);
  // A task of several CPUs that no node has whole room for gets what is left of one, as job j11 of p-node-choice did.
  const short = (asked.cpusPerTask - 1) * count;
  const cpus = allocation!.cpus.reduce((sum, n) => sum + n, 0);
  expect(cpus).toBeGreaterThanOrEqual(asked.exclusive ? 1 : asked.minCpus - short);
  for (const gres of asked.gres) {
    const held = Array.from(allocation!.gpus, bits);
    if (gres.perJob > 0 && !asked.exclusive) expect(held.reduce((sum, n) => sum + n, 0)).toBe(gres.perJob);
    if (gres.perNode > 0) for (const n of held) expect(n).toBeGreaterThanOrEqual(gres.perNode);
  }
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
