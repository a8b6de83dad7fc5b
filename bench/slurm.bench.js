import { JobArrivals } from "./build/cluster/arrivals.js";
import { Cluster } from "./build/cluster/cluster.js";
import { Jobs, newJobNames } from "./build/cluster/jobs.js";
import { readConfig } from "./build/cluster/slurm/config/read-config.js";
import { parseConfLines } from "./build/cluster/slurm/config/read-lines.js";
import { atStart } from "./build/cluster/slurm/controller/phases.js";
import { makeParts } from "./build/cluster/slurm/make-parts.js";
import { SlurmPolicy } from "./build/cluster/slurm/slurm-policy.js";
import { buildState } from "./build/cluster/slurm/state/build.js";
import { Names } from "./build/core/names.js";
import { createRandom } from "./build/core/random.js";
import { Simulation } from "./build/core/simulation.js";
import { Fleet } from "./build/fleet/fleet.js";
import { Shapes } from "./build/fleet/shape.js";
import { Journal } from "./build/journal/journal.js";
import { BATCH_ROWS, JobBatch } from "./build/workload/batch.js";

export const describe =
  "a machine like ARCHER2 under Slurm: 5,860 whole nodes, backfill every 30 s over 1,000 jobs, multifactor priorities";

const SECOND = 1e6;
const NODES = 5860;
/** 600,000 jobs in four months. */
const JOBS_PER_SECOND = 600_000 / (122 * 86_400);
const USERS = 400;

const conf = `ClusterName=archer
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_max_job_test=1000,bf_interval=30,bf_continue,default_queue_depth=100
PriorityType=priority/multifactor
PriorityWeightAge=1000
PriorityWeightJobSize=200
PriorityWeightFairshare=500
PriorityMaxAge=7-0
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageEnforce=associations
NodeName=nid[000001-00${NODES}] CPUs=128 Sockets=2 CoresPerSocket=64 ThreadsPerCore=1 RealMemory=256000
PartitionName=standard Nodes=ALL Default=YES State=UP MaxTime=1-00:00:00 OverSubscribe=EXCLUSIVE
`;

/**
 * Jobs as such a machine sees them: sizes in powers of two with a long tail, limits of whole fractions of an hour up to
 * a day, of which most jobs use a part; more arrive by day than by night and at weekends.
 */
function workload(count, load, context) {
  const random = createRandom("archer");
  const draw = random("jobs");
  const gaps = random("arrivals");
  const shapes = Array.from({ length: 11 }, (_, k) => context.shapes.processors(2 ** k, "node").id);
  const limits = [20, 60, 120, 180, 360, 720, 1440];
  const users = Array.from({ length: USERS }, (_, i) => context.names.users.intern(`u${i}`));
  let now = 0;
  let made = 0;
  return {
    origin: { name: "archer", format: "generated", hash: "" },
    counts: { rows: count, emitted: count, dropped: {}, adjusted: {}, inversions: 0 },
    lastTime: (count / JOBS_PER_SECOND) * SECOND,
    close: async () => {},
    next: async () => {
      if (made === count) return null;
      const batch = new JobBatch(Math.min(BATCH_ROWS, count - made));
      for (let i = 0; i < batch.capacity; i++, made++) {
        const hour = (now / 3600) % 168;
        const busy = hour < 120 ? 1 + 0.4 * Math.sin(((hour % 24) - 8) * (Math.PI / 12)) : 0.6;
        now += -Math.log(1 - gaps()) / (JOBS_PER_SECOND * busy * 1.12);
        const size = Math.min(10, Math.floor(Math.log(1 - draw()) / Math.log(0.62)));
        const limit = limits[Math.floor(draw() ** 1.2 * limits.length)];
        const used = draw() < 0.15 ? 1 : draw() ** 1.5;
        batch.id[i] = made;
        batch.submit[i] = Math.round(now * SECOND);
        batch.run[i] = Math.round(Math.max(20, limit * 60 * used * load) * SECOND);
        batch.estimate[i] = limit * 60 * SECOND;
        batch.cancel[i] = Number.POSITIVE_INFINITY;
        batch.recordedStart[i] = -1;
        batch.shape[i] = shapes[size];
        batch.user[i] = users[Math.floor(draw() ** 2 * USERS)];
        batch.account[i] = batch.queue[i] = -1;
        batch.submission[i] = batch.group[i] = -1;
      }
      batch.length = batch.capacity;
      return batch;
    },
  };
}

function accounts() {
  const root = { account: "root", user: "", partition: "", parent: "", fairshare: 1, priority: 0 };
  const users = Array.from({ length: USERS }, (_, i) => ({
    ...root,
    account: "root",
    user: `u${i}`,
    isDefault: true,
  }));
  return { qos: [], accounts: [root], users };
}

/** Simulates so many jobs; answers what it cost and what came of it. */
export async function archer(count, load) {
  const problems = [];
  const lines = parseConfLines(conf, { path: "slurm.conf", name: "slurm.conf" }, problems);
  const config = { ...readConfig({ lines }, problems, []), accounting: accounts() };
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const simulation = new Simulation();
  const context = { names: newJobNames(() => new Names()), shapes: new Shapes() };
  const fleet = new Fleet([
    { name: "nid", nodes: NODES, gpusPerNode: 0, cpus: 128, memory: 256_000 * 2 ** 20 },
  ]);
  const jobs = new Jobs(context.shapes, context.names, fleet);
  const state = buildState(config);
  const policy = new SlurmPolicy(state, makeParts, atStart, () => undefined);
  const journal = new Journal();
  let hash = 0;
  let waited = 0;
  const submitted = new Map();
  journal.listen({
    submit: (time, job) => submitted.set(job, time),
    start: (time, job) => {
      hash = (Math.imul(hash, 31) + job + time / 1e6) | 0;
      waited += time - submitted.get(job);
    },
  });
  const stream = workload(count, load, context);
  const begin = process.cpuUsage();
  const cluster = new Cluster({ simulation, journal, fleet, jobs, policy });
  simulation.arrivals(new JobArrivals(cluster, stream, true));
  await simulation.run();
  const { user, system } = process.cpuUsage(begin);
  return {
    seconds: (user + system) / 1e6,
    finished: cluster.finished,
    hash,
    queue: waited / simulation.now,
    end: simulation.now,
  };
}

export async function run() {
  for (const count of (process.env.COUNTS ?? "60000,600000").split(",").map(Number)) {
    const { seconds, finished, queue, hash, end } = await archer(count, Number(process.env.LOAD ?? 1));
    console.log(
      `${count} jobs: ${seconds.toFixed(1)} s, ${((seconds / count) * 1e6).toFixed(0)} µs a job, ${finished} finished, ${queue.toFixed(0)} waiting on average, end ${end / 1e6 / 86400} d, starts ${hash}, ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
    );
  }
}
