import { JobArrivals } from "../../src/cluster/arrivals.js";
import { Cluster, type Processor } from "../../src/cluster/cluster.js";
import { Jobs, newJobNames } from "../../src/cluster/jobs.js";
import type { ClusterPolicy } from "../../src/cluster/policy.js";
import { clusterPolicies } from "../../src/cluster/registry.js";
import { Names } from "../../src/core/names.js";
import { createRandom } from "../../src/core/random.js";
import { Simulation } from "../../src/core/simulation.js";
import { Fleet, type PoolSpec } from "../../src/fleet/fleet.js";
import { type ShapeSpec, Shapes } from "../../src/fleet/shape.js";
import { Journal, type JournalListener } from "../../src/journal/journal.js";
import { JobBatch } from "../../src/workload/batch.js";
import type { JobStream } from "../../src/workload/stream.js";

const NEVER = Number.POSITIVE_INFINITY;

/** A job in plain words; times in µs, jobs in order of submission. */
export interface PlainJob {
  submit: number;
  run: number;
  /** Infinity when absent. */
  estimate?: number;
  /** When the user takes it back; never when absent. */
  cancel?: number;
  /** Processors of a counting run. */
  tasks?: number;
  /** Anything else that it asks for. */
  shape?: ShapeSpec | undefined;
}

export interface ClusterRun {
  pools: readonly PoolSpec[];
  /** A name in the registry, or the policy itself. */
  policy: string | ClusterPolicy;
  options?: Record<string, unknown>;
  jobs: readonly PlainJob[];
  /** What `tasks` are; the run counts when it is set. */
  processor?: Processor;
  /** Kill at the estimate; true when absent. */
  kill?: boolean;
  checkInvariants?: boolean;
  listeners?: (cluster: Cluster) => JournalListener[];
}

/** `count` processors of one core each, on nodes of their own. */
export function cores(count: number): PoolSpec[] {
  return [{ name: "cpu", nodes: count, gpusPerNode: 0, cpus: 1, memory: NEVER }];
}

/** All jobs of a run in one batch. */
export function streamOf(
  jobs: readonly PlainJob[],
  shapes: Shapes,
  processor: Processor = "core",
): JobStream {
  const batch = new JobBatch(Math.max(1, jobs.length));
  for (const [row, job] of jobs.entries()) {
    batch.id[row] = row;
    batch.submit[row] = job.submit;
    batch.run[row] = job.run;
    batch.estimate[row] = job.estimate ?? NEVER;
    batch.cancel[row] = job.cancel ?? NEVER;
    batch.recordedStart[row] = -1;
    batch.shape[row] = (
      job.shape ? shapes.intern(job.shape) : shapes.processors(job.tasks ?? 1, processor)
    ).id;
    batch.user[row] = batch.account[row] = batch.queue[row] = -1;
  }
  batch.length = jobs.length;
  const batches = [batch];
  return {
    origin: { name: "plain", format: "plain", hash: "" },
    counts: { rows: jobs.length, emitted: jobs.length, dropped: {}, adjusted: {}, inversions: 0 },
    lastTime: jobs.at(-1)?.submit ?? -1,
    next: async () => batches.pop() ?? null,
    close: async () => {},
  } as JobStream;
}

/** The policy's options with its defaults filled in, as a scenario resolves them. */
export function createPolicy(name: string, options: Record<string, unknown> = {}): ClusterPolicy {
  const entry = clusterPolicies[name]!;
  const defaults = Object.fromEntries(entry.info.options.map((option) => [option.name, option.default]));
  return entry.create({ ...defaults, ...options }, createRandom(1));
}

/** Runs the jobs to the end and returns when each started, µs; -1 for those that never did. */
export async function startTimes(run: ClusterRun): Promise<number[]> {
  const simulation = new Simulation();
  const shapes = new Shapes();
  const fleet = new Fleet(run.pools);
  const jobs = new Jobs(
    shapes,
    newJobNames(() => new Names()),
    fleet,
  );
  const starts = new Array<number>(run.jobs.length).fill(-1);
  const journal = new Journal();
  journal.listen({
    start: (time, job) => {
      starts[Number(jobs.id(job))] = time;
    },
  });
  const stream = streamOf(run.jobs, shapes, run.processor);
  const late: JournalListener[] = [];
  // Listeners that need the cluster are made after it, but must be known to the journal before.
  if (run.listeners) journal.listen(forwarding(late));
  const cluster = new Cluster({
    simulation,
    journal,
    fleet,
    jobs,
    policy: typeof run.policy === "string" ? createPolicy(run.policy, run.options) : run.policy,
    ...(run.processor ? { counting: run.processor } : {}),
    checkInvariants: run.checkInvariants ?? false,
  });
  late.push(...(run.listeners?.(cluster) ?? []));
  simulation.arrivals(new JobArrivals(cluster, stream, run.kill ?? true));
  await simulation.run();
  return starts;
}

function forwarding(to: JournalListener[]): JournalListener {
  return {
    submit: (time, job) => {
      for (const listener of to) listener.submit?.(time, job);
    },
    reason: (time, job, reason) => {
      for (const listener of to) listener.reason?.(time, job, reason);
    },
    start: (time, job) => {
      for (const listener of to) listener.start?.(time, job);
    },
    preempt: (time, job, lost) => {
      for (const listener of to) listener.preempt?.(time, job, lost);
    },
    suspend: (time, job) => {
      for (const listener of to) listener.suspend?.(time, job);
    },
    resume: (time, job) => {
      for (const listener of to) listener.resume?.(time, job);
    },
    end: (time, job, outcome) => {
      for (const listener of to) listener.end?.(time, job, outcome);
    },
    cancel: (time, job) => {
      for (const listener of to) listener.cancel?.(time, job);
    },
  };
}
