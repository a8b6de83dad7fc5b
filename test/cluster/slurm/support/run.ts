import { JobArrivals } from "../../../../src/cluster/arrivals.js";
import { Cluster } from "../../../../src/cluster/cluster.js";
import { Jobs, newJobNames } from "../../../../src/cluster/jobs.js";
import type { Release } from "../../../../src/cluster/slurm/controller/completing.js";
import type { MakeParts } from "../../../../src/cluster/slurm/controller/parts.js";
import { atStart } from "../../../../src/cluster/slurm/controller/phases.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import { parseOperation } from "../../../../src/cluster/slurm/operations/parse.js";
import { parseSubmission } from "../../../../src/cluster/slurm/request/parse-submission.js";
import { SlurmPolicy } from "../../../../src/cluster/slurm/slurm-policy.js";
import { Names } from "../../../../src/core/names.js";
import { Simulation } from "../../../../src/core/simulation.js";
import { SECOND } from "../../../../src/core/units.js";
import { Fleet } from "../../../../src/fleet/fleet.js";
import { Shapes } from "../../../../src/fleet/shape.js";
import { Journal, type JournalListener } from "../../../../src/journal/journal.js";
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
  user?: string;
  /** What it asks for, when that is more than nodes or cores. */
  sbatch?: string;
  /** It is so many tasks of an array. */
  tasks?: number;
}

/** What happens beside the jobs. */
export interface Beside {
  /** Commands of the administrator, and the second of each. */
  commands?: readonly { at: number; command: string }[];
  /** How long nodes are completing. */
  release?: Release;
  /** Lines for what becomes of jobs beside their starts: reasons and ends. */
  more?: boolean;
  /** Who else listens. */
  listener?: JournalListener;
}

/** Runs jobs through the cluster and a controller; the starts as `job@second on nodes`. */
export async function startsOf(
  state: SlurmState,
  makeParts: MakeParts,
  workload: readonly PlainSlurmJob[],
  { commands = [], release, more = false, listener }: Beside = {},
): Promise<string[]> {
  const simulation = new Simulation();
  const shapes = new Shapes();
  const names = newJobNames(() => new Names());
  const fleet = new Fleet(
    state.config.nodes.map((line, i) => ({
      name: `line${i}`,
      nodes: line.names.length,
      cpus: line.cpus,
      gpusPerNode: line.gres.reduce((sum, { name, count }) => sum + (name === "gpu" ? count : 0), 0),
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
  const reasons = new Names();
  if (listener) journal.listen(listener);
  if (more)
    journal.listen({
      reason: (time, job, reason) =>
        starts.push(`${jobs.id(job)}@${time / SECOND} waits for ${reasons.name(reason)}`),
      end: (time, job, outcome) => starts.push(`${jobs.id(job)}@${time / SECOND} ends as ${outcome}`),
    });
  const policy = new SlurmPolicy(
    state,
    makeParts,
    atStart,
    (text) => parseSubmission(text).submission,
    commands.map(({ at, command }) => ({ at, command, operation: parseOperation(command) })),
    0,
    release,
  );
  const cluster = new Cluster({ simulation, journal, fleet, jobs, policy, reasons, checkInvariants: true });
  const rows = workload.flatMap((job, group) =>
    Array.from({ length: job.tasks ?? 1 }, (_, member) => ({ job, group, member })),
  );
  const batch = new JobBatch(rows.length);
  let now = 0;
  rows.forEach(({ job, group: array, member }, i) => {
    if (member === 0) now += job.gap;
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
    batch.user[i] = names.users.intern(job.user ?? "u1");
    batch.submission[i] = job.sbatch === undefined ? -1 : names.submissions.intern(job.sbatch);
    batch.account[i] = -1;
    batch.queue[i] = job.partition === undefined ? -1 : names.queues.intern(job.partition);
    if (job.tasks === undefined) return;
    batch.group[i] = names.ids.intern(`array ${array}`);
    batch.member[i] = member;
  });
  batch.length = rows.length;
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
