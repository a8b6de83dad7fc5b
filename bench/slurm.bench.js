import { existsSync } from "node:fs";
import { JobArrivals } from "./build/cluster/arrivals.js";
import { Cluster } from "./build/cluster/cluster.js";
import { Jobs, newJobNames } from "./build/cluster/jobs.js";
import { readConfig } from "./build/cluster/slurm/config/read-config.js";
import { parseConfLines } from "./build/cluster/slurm/config/read-lines.js";
import { submissionOf } from "./build/cluster/slurm/controller/from-shape.js";
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
import { readJobs } from "./build/workload/read.js";

export const describe =
  "CPU seconds under the full Slurm policy: KTH-SP2 with fair-share, QOS and limits, and a machine like ARCHER2 (5,860 whole nodes, backfill every 30 s over 1,000 jobs)";

/** KTH-SP2: one hundred nodes of one processor, and all that a site would have Slurm weigh. */
const kthConf = `ClusterName=kth
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=30,bf_window=4320,bf_resolution=60,bf_max_job_test=500,bf_max_job_user=20,bf_continue,default_queue_depth=100
PriorityType=priority/multifactor
PriorityDecayHalfLife=7-0
PriorityCalcPeriod=5
PriorityMaxAge=7-0
PriorityWeightAge=1000
PriorityWeightFairshare=10000
PriorityWeightJobSize=1000
PriorityWeightQOS=2000
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageEnforce=associations,limits,qos
NodeName=n[001-100] CPUs=1 RealMemory=1000
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE
`;
const KTH_ACCOUNTS = 12;
/** CPUs that an account may hold at once, or as many as its largest job asks for. */
const KTH_ACCOUNT_CPUS = 64;
const data = process.env.WHOWAITS_DATA ?? new URL("../../shared", import.meta.url).pathname;
/** How long the generated jobs run, as a factor: it sets how many wait. */
const LOAD = Number(process.env.LOAD ?? 0.39);

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

function configure(text, accounting) {
  const problems = [];
  const lines = parseConfLines(text, { path: "slurm.conf", name: "slurm.conf" }, problems);
  const config = { ...readConfig({ lines }, problems, []), accounting };
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return config;
}

/** Simulates a stream of jobs; answers what it cost and what came of it. */
async function simulate(config, pool, context, stream, parse = () => undefined) {
  const simulation = new Simulation();
  const fleet = new Fleet([{ gpusPerNode: 0, ...pool }]);
  const jobs = new Jobs(context.shapes, context.names, fleet);
  const policy = new SlurmPolicy(buildState(config), makeParts, atStart, parse);
  const journal = new Journal();
  let hash = 0;
  let waited = 0;
  const submitted = new Map();
  journal.listen({
    submit: (time, job) => submitted.set(job, time),
    start: (time, job) => {
      hash = (Math.imul(hash, 31) + job + time / SECOND) | 0;
      waited += time - submitted.get(job);
    },
  });
  const begin = process.cpuUsage();
  const cluster = new Cluster({ simulation, journal, fleet, jobs, policy });
  simulation.arrivals(new JobArrivals(cluster, stream, true));
  await simulation.run();
  const { user, system } = process.cpuUsage(begin);
  return { seconds: (user + system) / 1e6, jobs: cluster.finished, queue: waited / simulation.now, hash };
}

function archer(count) {
  const context = { names: newJobNames(() => new Names()), shapes: new Shapes() };
  const pool = { name: "nid", nodes: NODES, cpus: 128, memory: 256_000 * 2 ** 20 };
  return simulate(configure(conf, accounts()), pool, context, workload(count, LOAD, context));
}

/** Everybody's account goes by his number in the trace; every fourth job asks for the QOS `low`. */
const kthAccount = (user) => `a${Number(user.match(/\d+$/)?.[0] ?? 0) % KTH_ACCOUNTS}`;
const isLow = (id) => Math.abs(id) % 4 === 0;

/** Reads the trace once for its users and the largest job of each account. */
async function kthAccounting(stream, { names, shapes }) {
  const users = new Set();
  const largest = new Map();
  for (let batch = await stream.next(); batch !== null; batch = await stream.next())
    for (let i = 0; i < batch.length; i++) {
      const user = names.users.name(batch.user[i]);
      const account = kthAccount(user);
      users.add(user);
      largest.set(
        account,
        Math.max(largest.get(account) ?? KTH_ACCOUNT_CPUS, shapes.get(batch.shape[i]).tasks),
      );
    }
  await stream.close();
  const none = { user: "", partition: "", parent: "", fairshare: 1, priority: 0 };
  const qos = (name, priority, limits) => ({
    name,
    priority,
    preempt: [],
    preemptMode: undefined,
    graceTime: 0,
    preemptExemptTime: undefined,
    usageFactor: 1,
    flags: [],
    maxSubmitPerUser: 5000,
    ...limits,
  });
  return {
    qos: [qos("normal", 100, { maxJobsPerUser: 30 }), qos("low", 0, { maxJobsPerUser: 10 })],
    accounts: [
      { ...none, account: "root", qos: ["normal", "low"], defaultQos: "normal" },
      ...Array.from({ length: KTH_ACCOUNTS }, (_, i) => ({
        ...none,
        account: `a${i}`,
        parent: "root",
        fairshare: 1 + (i % 4),
        grpTres: { cpu: largest.get(`a${i}`) ?? KTH_ACCOUNT_CPUS },
      })),
    ],
    users: [...users].map((user) => ({ ...none, account: kthAccount(user), user, isDefault: true })),
  };
}

/** The trace's jobs, with their QOS. */
function kthJobs(stream, { names, shapes }) {
  return {
    ...stream,
    close: () => stream.close(),
    next: async () => {
      const batch = await stream.next();
      if (batch === null) return null;
      batch.account.fill(-1);
      for (let i = 0; i < batch.length; i++)
        if (isLow(batch.id[i]))
          batch.submission[i] = names.submissions.intern(`${shapes.get(batch.shape[i]).id} low`);
      return batch;
    },
  };
}

async function kth(path) {
  const context = { names: newJobNames(() => new Names()), shapes: new Shapes() };
  const rows = await readJobs({ path, name: "KTH-SP2" }, context);
  const pool = { name: "n", nodes: 100, cpus: 1, memory: 1000 * 2 ** 20 };
  const accounting = await kthAccounting(rows.open(), context);
  const parse = (text) => ({
    ...submissionOf(context.shapes.get(Number.parseInt(text, 10))),
    qos: "low",
  });
  return simulate(configure(kthConf, accounting), pool, context, kthJobs(rows.open(), context), parse);
}

export async function run() {
  console.log(
    "workload       jobs      CPU s    jobs a CPU s   µs a job   waiting on average   peak MiB   starts",
  );
  const row = (name, { seconds, jobs, queue, hash }) =>
    console.log(
      [
        name.padEnd(15),
        String(jobs).padEnd(10),
        seconds.toFixed(1).padEnd(9),
        (jobs / seconds).toFixed(0).padEnd(15),
        ((seconds / jobs) * 1e6).toFixed(0).padEnd(11),
        queue.toFixed(0).padEnd(21),
        (process.resourceUsage().maxRSS / 1024).toFixed(0).padEnd(11),
        hash,
      ].join(""),
    );
  const path = `${data}/traces/swf/KTH-SP2-1996-2.swf.gz`;
  if (existsSync(path)) row("KTH-SP2", await kth(path));
  else console.log("KTH-SP2: not there; WHOWAITS_DATA names the folder of traces");
  for (const count of (process.env.COUNTS ?? "6000,60000").split(",").map(Number))
    row("like ARCHER2", await archer(count));
}
