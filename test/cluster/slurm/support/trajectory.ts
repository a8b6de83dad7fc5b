import { JobArrivals } from "../../../../src/cluster/arrivals.js";
import { Cluster } from "../../../../src/cluster/cluster.js";
import { Jobs, newJobNames } from "../../../../src/cluster/jobs.js";
import type { TimedOperation } from "../../../../src/cluster/slurm/controller/controller.js";
import type { MakeParts } from "../../../../src/cluster/slurm/controller/parts.js";
import { makeParts } from "../../../../src/cluster/slurm/make-parts.js";
import type { SlurmConfig } from "../../../../src/cluster/slurm/model/config.js";
import { SlurmPolicy } from "../../../../src/cluster/slurm/slurm-policy.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { Names } from "../../../../src/core/names.js";
import { Simulation } from "../../../../src/core/simulation.js";
import { SECOND } from "../../../../src/core/units.js";
import { Fleet } from "../../../../src/fleet/fleet.js";
import { Shapes } from "../../../../src/fleet/shape.js";
import { Journal, type NodeState } from "../../../../src/journal/journal.js";
import { JobBatch } from "../../../../src/workload/batch.js";
import type { JobStream } from "../../../../src/workload/stream.js";
import type { GoldenCase } from "./case.js";
import { goldenConfig } from "./config.js";
import { inOrderOfEnds } from "./in-order.js";
import { recordedPower } from "./power.js";
import { recordedRelease } from "./release.js";
import { type Replay, type ReplayRow, replayOf } from "./replay.js";

/** What became of a golden case when the simulator ran it by itself. Times in seconds. */
export interface Trajectory {
  /** Starts of each job in order; a requeued one has several. */
  starts: Map<string, { t: number; nodes: string[] }[]>;
  /** Jobs and the reasons that they were ever given. */
  reasons: Map<string, Set<string>>;
  ends: Map<string, { t: number; outcome: number }>;
  /** When jobs had got nodes for whose boot they then waited; `lost`: they lost them before it was over. */
  configuring: Map<string, { t: number; lost: boolean }[]>;
  /** What nodes became, in order. */
  nodes: { t: number; node: string; is: NodeState }[];
  /** What commands printed. */
  notes: { t: number; command: string; lines: readonly string[] }[];
}

const MIB = 2 ** 20;

/** The nodes of a configuration as a fleet whose nodes have the same numbers. */
function fleetOf(config: SlurmConfig): Fleet {
  return new Fleet(
    config.nodes.map((line, i) => {
      const gpusPerNode = line.gres.reduce((sum, { name, count }) => sum + (name === "gpu" ? count : 0), 0);
      const pool = { name: `line${i}`, nodes: line.names.length, cpus: line.cpus, gpusPerNode };
      return { ...pool, memory: line.realMemory * MIB, ...(gpusPerNode > 0 ? { gpu: "H100-SXM" } : {}) };
    }),
  );
}

/**
 * Runs the recorded workload, and operations beside the recorded ones, through the cluster and the controller. `ruled`: with
 * passes of backfill by our rule.
 */
export async function trajectoryOf(
  golden: GoldenCase,
  until: number,
  beside: readonly TimedOperation[] = [],
  make: MakeParts = makeParts,
  ruled = false,
): Promise<Trajectory> {
  const config = goldenConfig(golden);
  const replay = replayOf(golden, config, ruled);
  const simulation = new Simulation();
  const shapes = new Shapes();
  const fleet = fleetOf(config);
  const names = newJobNames(() => new Names());
  const jobs = new Jobs(shapes, names, fleet);
  const trajectory: Trajectory = {
    starts: new Map(),
    reasons: new Map(),
    ends: new Map(),
    notes: [],
    configuring: new Map(),
    nodes: [],
  };
  const state = buildState(config);
  const policy = new SlurmPolicy(
    state,
    inOrderOfEnds(make),
    replay.phases,
    (text) => replay.submissions[Number(text)]!,
    [...replay.operations, ...beside],
    golden.observed.epoch ?? 0,
    recordedRelease(golden, state.nodes),
    replay.clocks,
    recordedPower(golden),
  );
  const journal = new Journal();
  const reasons = new Names();
  journal.listen({
    start: (time, job) => {
      const id = jobs.id(job);
      const all = trajectory.starts.get(id) ?? [];
      trajectory.starts.set(id, all);
      const nodes: string[] = [];
      for (let entry = jobs.allocation[job]!; entry >= 0; entry = fleet.allocations.next(entry))
        nodes.push(state.nodes.names[fleet.allocations.node[entry]!]!);
      all.push({ t: time / SECOND, nodes });
    },
    nodeState: (time, node, is) =>
      trajectory.nodes.push({ t: time / SECOND, node: state.nodes.names[node]!, is }),
    reason: (time, job, reason) => {
      const id = jobs.id(job);
      const waits = trajectory.configuring.get(id) ?? [];
      for (const wait of waits) wait.lost = true;
      if (reasons.name(reason) === "CONFIGURING")
        trajectory.configuring.set(id, [...waits, { t: time / SECOND, lost: false }]);
      trajectory.reasons.set(id, (trajectory.reasons.get(id) ?? new Set()).add(reasons.name(reason)));
    },
    end: (time, job, outcome) => {
      trajectory.ends.set(jobs.id(job), { t: time / SECOND, outcome });
    },
    note: (time, command, lines) => trajectory.notes.push({ t: time / SECOND, command, lines }),
  });
  const cluster = new Cluster({ simulation, journal, fleet, jobs, policy, reasons, checkInvariants: true });
  simulation.arrivals(new JobArrivals(cluster, streamOf(replay, names, shapes), true));
  await simulation.run({ until: until * SECOND });
  return trajectory;
}

function streamOf({ rows }: Replay, names: ReturnType<typeof newJobNames>, shapes: Shapes): JobStream {
  const batch = new JobBatch(rows.length);
  const shape = shapes.processors(1, "core").id;
  rows.forEach((row: ReplayRow, i) => {
    batch.id[i] = -1 - names.ids.intern(row.name);
    batch.submit[i] = row.submit;
    batch.run[i] = row.run;
    batch.estimate[i] = Number.POSITIVE_INFINITY;
    batch.cancel[i] = Number.POSITIVE_INFINITY;
    batch.recordedStart[i] = -1;
    batch.shape[i] = shape;
    batch.user[i] = names.users.intern(row.user);
    batch.account[i] = batch.queue[i] = -1;
    batch.submission[i] = names.submissions.intern(row.submission);
    batch.group[i] = row.group === "" ? -1 : names.ids.intern(row.group);
    batch.member[i] = row.member;
    batch.exit[i] = row.exit;
  });
  batch.length = rows.length;
  const batches = [batch];
  return {
    origin: { name: "golden", format: "golden", hash: "" },
    counts: { rows: rows.length, emitted: rows.length, dropped: {}, adjusted: {}, inversions: 0 },
    lastTime: rows.at(-1)?.submit ?? -1,
    next: async () => batches.pop() ?? null,
    close: async () => {},
  } as JobStream;
}
