import { existsSync } from "node:fs";
import { JobArrivals } from "./build/cluster/arrivals.js";
import { Cluster } from "./build/cluster/cluster.js";
import { Jobs, newJobNames } from "./build/cluster/jobs.js";
import { clusterPolicies } from "./build/cluster/registry.js";
import { Names } from "./build/core/names.js";
import { Simulation } from "./build/core/simulation.js";
import { Fleet } from "./build/fleet/fleet.js";
import { Shapes } from "./build/fleet/shape.js";
import { Journal } from "./build/journal/journal.js";
import { readJobs } from "./build/workload/read.js";

export const describe =
  "jobs per CPU-second of simulation (events, queue, fleet; nobody listens to the journal), trace in memory";

const RUNS = 9;
const data = process.env.WHOWAITS_DATA ?? new URL("../../shared", import.meta.url).pathname;
const TRACES = [
  { name: "KTH-SP2", file: "traces/swf/KTH-SP2-1996-2.swf.gz", cores: 100 },
  { name: "LCG", file: "traces/swf/LCG-2005-1.swf.gz", cores: 24_515 },
];

async function simulate(context, rows, cores, policy) {
  const simulation = new Simulation();
  const fleet = new Fleet([
    { name: "cores", nodes: cores, gpusPerNode: 0, cpus: 1, memory: Number.POSITIVE_INFINITY },
  ]);
  const jobs = new Jobs(context.shapes, context.names, fleet);
  const entry = clusterPolicies[policy];
  const options = Object.fromEntries(entry.info.options.map((option) => [option.name, option.default]));
  const journal = new Journal();
  const stream = rows.open();
  const begin = process.cpuUsage();
  const cluster = new Cluster({
    simulation,
    journal,
    fleet,
    jobs,
    policy: entry.create(options),
    counting: "core",
  });
  simulation.arrivals(new JobArrivals(cluster, stream, true));
  await simulation.run();
  const { user, system } = process.cpuUsage(begin);
  await stream.close();
  if (cluster.finished !== rows.counts.emitted) throw new Error(`${cluster.finished} jobs finished`);
  return (user + system) / 1e3;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

export async function run() {
  console.log("trace     policy         jobs     first run ms   median of the others ms   jobs/CPU-second");
  for (const { name, file, cores } of TRACES) {
    const path = `${data}/${file}`;
    if (!existsSync(path)) {
      console.log(`${name}: no ${file}; WHOWAITS_DATA names the folder of traces`);
      continue;
    }
    const context = { names: newJobNames(() => new Names()), shapes: new Shapes() };
    const rows = await readJobs({ path, name: file }, context);
    for (const policy of ["fifo", "easy", "conservative"]) {
      const times = [];
      for (let i = 0; i < RUNS; i++) times.push(await simulate(context, rows, cores, policy));
      const [first, ...others] = times;
      const typical = median(others);
      const cells = [
        name.padEnd(10),
        policy.padEnd(15),
        String(rows.counts.emitted).padEnd(9),
        first.toFixed(0).padEnd(15),
        typical.toFixed(0).padEnd(26),
        Math.round((rows.counts.emitted / typical) * 1e3),
      ];
      console.log(cells.join(""));
    }
  }
}
