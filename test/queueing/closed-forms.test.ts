import { describe, expect, it } from "vitest";
import { JobArrivals } from "../../src/cluster/arrivals.js";
import { Cluster } from "../../src/cluster/cluster.js";
import { Jobs, newJobNames } from "../../src/cluster/jobs.js";
import { clusterPolicies } from "../../src/cluster/registry.js";
import { Names } from "../../src/core/names.js";
import { createRandom, type Stream } from "../../src/core/random.js";
import { Simulation } from "../../src/core/simulation.js";
import { SECOND } from "../../src/core/units.js";
import { Fleet } from "../../src/fleet/fleet.js";
import { Shapes } from "../../src/fleet/shape.js";
import { Journal } from "../../src/journal/journal.js";
import { JobBatch } from "../../src/workload/batch.js";
import type { JobStream } from "../../src/workload/stream.js";

const CUSTOMERS = 20_000;
const WARM_UP = 2_000;
const REPLICATIONS = 20;
/** Student's t, 19 degrees of freedom, two-sided 99 %. */
const T19 = 2.861;

const exponential = (draw: Stream, mean: number) => -Math.log(1 - draw()) * mean;

/** Mean wait in seconds of the customers after the warm-up, in a queue with Poisson arrivals and `servers` servers. */
async function meanWait(seed: number, servers: number, rate: number, service: (draw: Stream) => number) {
  const random = createRandom(seed);
  const shapes = new Shapes();
  const one = shapes.processors(1, "core").id;
  const batch = new JobBatch(CUSTOMERS);
  let time = 0;
  for (let i = 0; i < CUSTOMERS; i++) {
    time += exponential(random("arrivals"), 1 / rate);
    batch.id[i] = i;
    batch.submit[i] = Math.round(time * SECOND);
    batch.run[i] = Math.round(service(random("service")) * SECOND);
    batch.estimate[i] = Number.POSITIVE_INFINITY;
    batch.cancel[i] = Number.POSITIVE_INFINITY;
    batch.shape[i] = one;
    batch.length++;
  }
  const batches = [batch];
  const stream = {
    origin: { name: "test", format: "test", hash: "" },
    counts: { rows: CUSTOMERS, emitted: CUSTOMERS, dropped: {}, adjusted: {}, inversions: 0 },
    lastTime: batch.submit[CUSTOMERS - 1]!,
    next: async () => batches.pop() ?? null,
    close: async () => {},
  } satisfies JobStream;

  const simulation = new Simulation();
  const journal = new Journal();
  const fleet = new Fleet([
    { name: "servers", nodes: 1, gpusPerNode: 0, cpus: servers, memory: Number.POSITIVE_INFINITY },
  ]);
  const jobs = new Jobs(
    shapes,
    newJobNames(() => new Names()),
    fleet,
  );
  let waits = 0;
  let counted = 0;
  journal.listen({
    start(now, job) {
      if (jobs.sequence[job]! < WARM_UP) return;
      waits += now - jobs.submitTime(job);
      counted++;
    },
  });
  const policy = clusterPolicies.fifo!.create({ ties: "instant" }, random);
  const cluster = new Cluster({ simulation, journal, fleet, jobs, policy, counting: "core" });
  simulation.arrivals(new JobArrivals(cluster, stream, true));
  await simulation.run();
  expect(counted).toBe(CUSTOMERS - WARM_UP);
  return waits / counted / SECOND;
}

async function interval(servers: number, rate: number, service: (draw: Stream) => number) {
  const means: number[] = [];
  for (let seed = 1; seed <= REPLICATIONS; seed++) means.push(await meanWait(seed, servers, rate, service));
  const mean = means.reduce((a, b) => a + b) / means.length;
  const variance = means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (means.length - 1);
  return { mean, half: T19 * Math.sqrt(variance / means.length) };
}

/** Probability of waiting in M/M/c with `load` Erlangs. */
function erlangC(servers: number, load: number): number {
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (load * blocked) / (k + load * blocked);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

describe("mean wait of a first-come queue equals queueing theory's", () => {
  const cases = [
    { name: "M/M/1 at 70 %", servers: 1, rate: 0.7, fixed: false, truth: 0.7 / (1 - 0.7) },
    { name: "M/D/1 at 80 %", servers: 1, rate: 0.8, fixed: true, truth: 0.8 / (2 * (1 - 0.8)) },
    { name: "M/M/4 at 80 %", servers: 4, rate: 3.2, fixed: false, truth: erlangC(4, 3.2) / (4 - 3.2) },
    { name: "M/M/16 at 80 %", servers: 16, rate: 12.8, fixed: false, truth: erlangC(16, 12.8) / (16 - 12.8) },
  ];
  it.each(cases)("$name", async ({ servers, rate, fixed, truth }) => {
    const { mean, half } = await interval(servers, rate, fixed ? () => 1 : (draw) => exponential(draw, 1));
    expect(mean).toBeGreaterThan(truth - half);
    expect(mean).toBeLessThan(truth + half);
    // An interval so wide that anything fits would prove nothing.
    expect(half / truth).toBeLessThan(0.08);
  });
});
