import { JobArrivals } from "../../../../src/cluster/arrivals.js";
import { Cluster } from "../../../../src/cluster/cluster.js";
import { Jobs, newJobNames } from "../../../../src/cluster/jobs.js";
import type { MakeParts } from "../../../../src/cluster/slurm/controller/parts.js";
import { atStart } from "../../../../src/cluster/slurm/controller/phases.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import { SlurmPolicy } from "../../../../src/cluster/slurm/slurm-policy.js";
import { Names } from "../../../../src/core/names.js";
import { Simulation } from "../../../../src/core/simulation.js";
import { SECOND } from "../../../../src/core/units.js";
import { Fleet } from "../../../../src/fleet/fleet.js";
import { Shapes } from "../../../../src/fleet/shape.js";
import { Journal } from "../../../../src/journal/journal.js";
import { JobBatch } from "../../../../src/workload/batch.js";
import type { JobStream } from "../../../../src/workload/stream.js";

/** Seconds; `cores` 0: whole nodes, else so many cores on one node. */
export interface PlainSlurmJob {
  gap: number;
  nodes: number;
  cores: number;
  minutes: number;
  /** Part of its limit that it runs. */
  used: number;
  /** Else the default one. */
  partition?: string;
}

/** Runs jobs through the cluster and a controller; the starts as `job@second on nodes`. */
export async function startsOf(
  state: SlurmState,
  makeParts: MakeParts,
  workload: readonly PlainSlurmJob[],
): Promise<string[]> {
  const simulation = new Simulation();
  const shapes = new Shapes();
  const names = newJobNames(() => new Names());
  const fleet = new Fleet(
    state.config.nodes.map((line, i) => ({
      name: `line${i}`,
      nodes: line.names.length,
      cpus: line.cpus,
      gpusPerNode: 0,
      memory: line.realMemory * 2 ** 20,
    })),
  );
  const jobs = new Jobs(shapes, names, fleet);
  const journal = new Journal();
  const starts: string[] = [];
  journal.listen({
    start: (time, job) => {
      const nodes: number[] = [];
      for (let entry = jobs.allocation[job]!; entry >= 0; entry = fleet.allocations.next(entry))
        nodes.push(fleet.allocations.node[entry]!);
      starts.push(`${jobs.id(job)}@${time / SECOND} on ${nodes.sort((a, b) => a - b).join()}`);
    },
  });
  const policy = new SlurmPolicy(state, makeParts, atStart, () => {
    throw new Error("no submissions");
  });
  const cluster = new Cluster({ simulation, journal, fleet, jobs, policy, checkInvariants: true });
  const batch = new JobBatch(workload.length);
  let now = 0;
  workload.forEach((job, i) => {
    now += job.gap;
    const group = { count: 1, gpus: 0, cpus: job.cores, memory: 0 };
    batch.id[i] = i;
    batch.submit[i] = now * SECOND;
    batch.run[i] = Math.round(60 * job.minutes * job.used) * SECOND;
    batch.estimate[i] = 60 * job.minutes * SECOND;
    batch.cancel[i] = Number.POSITIVE_INFINITY;
    batch.recordedStart[i] = -1;
    batch.shape[i] = (
      job.cores === 0 ? shapes.processors(job.nodes, "node") : shapes.intern({ groups: [group] })
    ).id;
    batch.user[i] = names.users.intern("u1");
    batch.account[i] = -1;
    batch.queue[i] = job.partition === undefined ? -1 : names.queues.intern(job.partition);
  });
  batch.length = workload.length;
  const batches = [batch];
  const stream = {
    origin: { name: "test", format: "test", hash: "" },
    counts: { rows: batch.length, emitted: batch.length, dropped: {}, adjusted: {}, inversions: 0 },
    lastTime: now * SECOND,
    next: async () => batches.pop() ?? null,
    close: async () => {},
  };
  simulation.arrivals(new JobArrivals(cluster, stream as JobStream, true));
  await simulation.run();
  return starts;
}
