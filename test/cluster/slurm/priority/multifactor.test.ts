import { describe, expect, it } from "vitest";
import { setPriority } from "../../../../src/cluster/slurm/priority/given.js";
import { SmallCluster } from "../support/cluster.js";

const weights = {
  type: "multifactor" as const,
  weightAge: 0,
  weightAssoc: 0,
  weightFairshare: 0,
  weightJobSize: 0,
  weightPartition: 0,
  weightQos: 0,
  weightTres: {},
};

describe("priority/basic", () => {
  it("counts down from 4294901759, shifted by nice, and keeps what a job has", () => {
    const cluster = new SmallCluster({ priority: { type: "basic" } });
    const first = cluster.job();
    const nice = cluster.job({ nice: 100 });
    const next = cluster.job();
    const urgent = cluster.job({ nice: -50 });
    const last = cluster.job();
    expect([first, nice, next, urgent, last].map(({ priority }) => priority)).toEqual([
      4294901759, 4294901658, 4294901657, 4294901706, 4294901656,
    ]);
    cluster.priorities.assign(first);
    expect(first.priority).toBe(4294901759);
    expect(cluster.priorities.factors(nice, cluster.partition)).toMatchObject({
      priority: 4294901658,
      nice: 100,
    });
  });
});

describe("the terms of a priority", () => {
  it("age grows from the time of accrual to PriorityMaxAge, at ticks", () => {
    const cluster = new SmallCluster({ priority: { ...weights, weightAge: 1000, maxAge: 600 } });
    const job = cluster.job();
    cluster.limits.accrue(job, (head) => head);
    cluster.state.now = 30;
    expect(job.priority).toBe(1);
    cluster.pass(30);
    expect(job.priority).toBe(100);
    cluster.pass(6000);
    expect(job.priority).toBe(1000);
  });

  it("size is that of the request until a test has found the CPUs", () => {
    const cluster = new SmallCluster({ priority: { ...weights, weightJobSize: 1000 } });
    const job = cluster.job({ nodes: 2, exclusive: true });
    expect(job.priority).toBe(Math.trunc(1000 * ((2 / 4 + 2 / 64) / 2)));
    job.totalCpus = 32;
    cluster.pass(60);
    expect(job.priority).toBe(500);
  });

  it("PriorityFavorSmall and SMALL_RELATIVE_TO_TIME", () => {
    const priority = (favorSmall: boolean, smallRelativeToTime: boolean) => {
      const cluster = new SmallCluster({
        priority: { ...weights, weightJobSize: 1000, favorSmall },
        flags: { smallRelativeToTime },
      });
      return cluster.job({ nodes: 2, cpus: 4, limit: 5 }).priority;
    };
    expect(priority(true, false)).toBe(Math.trunc((1000 * (2 / 4 + 56 / 64)) / 2));
    expect(priority(false, true)).toBe(100);
    expect(priority(true, true)).toBe(900);
  });

  it("partition, QOS and association relative to the greatest, or raw with NO_NORMAL", () => {
    const sketch = {
      partitions: [
        { name: "main", priorityJobFactor: 10 },
        { name: "gold", priorityJobFactor: 40 },
      ],
      qos: [
        { name: "q", priority: 5 },
        { name: "top", priority: 20 },
      ],
      users: [
        { user: "u1", account: "a", priority: 3 },
        { user: "u2", account: "a", priority: 12 },
      ],
      priority: { ...weights, weightPartition: 100, weightQos: 1000, weightAssoc: 10000 },
    };
    const job = { qos: "q", user: "u1" };
    expect(new SmallCluster(sketch).job(job).priority).toBe(25 + 250 + 2500);
    const flags = { noNormalPart: true, noNormalQos: true, noNormalAssoc: true };
    expect(new SmallCluster({ ...sketch, flags }).job(job).priority).toBe(1000 + 5000 + 30000);
  });

  it("TRES relative to the partition's", () => {
    const weightTres = { cpu: 640, "gres/gpu": 1600, node: 4 };
    const sketch = { priority: { ...weights, weightTres } };
    const job = { cpus: 2, gpus: 1 };
    const cluster = new SmallCluster(sketch);
    expect(cluster.job(job).priority).toBe(20 + 100 + 1);
    expect(cluster.priorities.factors(cluster.job(job), cluster.partition).tres).toEqual({
      cpu: 20,
      node: 1,
      "gres/gpu": 100,
    });
    const raw = new SmallCluster({ ...sketch, flags: { noNormalTres: true } });
    expect(raw.job(job).priority).toBe(1280 + 1600 + 4);
  });

  it("one priority for each of several partitions", () => {
    const cluster = new SmallCluster({
      partitions: [
        { name: "main", priorityJobFactor: 10 },
        { name: "gold", priorityJobFactor: 40 },
      ],
      priority: { ...weights, weightPartition: 100 },
    });
    const job = cluster.job({ partitions: ["gold", "main"] });
    expect(job.priorities).toEqual([100, 25]);
    expect(job.priority).toBe(100);
    const [gold, main] = job.partitions;
    expect(cluster.priorities.factors(job, main!).priority).toBe(25);
    expect(cluster.priorities.factors(job, gold!).priority).toBe(100);
  });

  it("nice and the site factor are taken as they are; 1 and 2^32 - 1 are the bounds", () => {
    const cluster = new SmallCluster({ priority: { ...weights, weightQos: 0 } });
    const job = cluster.job({ nice: 500 });
    expect(job.priority).toBe(1);
    job.siteFactor = 700;
    cluster.pass(60);
    expect(job.priority).toBe(200);
    job.siteFactor = 2 ** 33;
    cluster.pass(60);
    expect(job.priority).toBe(2 ** 32 - 1);
  });

  it("held jobs keep their 0, INCR_ONLY never lowers, CALCULATE_RUNNING goes on for running jobs", () => {
    const cluster = new SmallCluster({
      priority: { ...weights, weightAge: 1000, maxAge: 600 },
      flags: { incrOnly: true, calculateRunning: true },
    });
    const held = cluster.job();
    held.priority = 0;
    const running = cluster.job();
    cluster.limits.accrue(running, (head) => head);
    cluster.start(running);
    const falling = cluster.job({ nice: -300 });
    cluster.pass(300);
    falling.nice = 0;
    cluster.pass(60);
    expect([held, running, falling].map(({ priority }) => priority)).toEqual([0, 600, 300]);
  });

  it("without accounting neither age nor fair-share counts, and nothing is ever worked out again", () => {
    const cluster = new SmallCluster({
      accounting: false,
      enforce: { limits: false, associations: false, qos: false },
      priority: { ...weights, weightAge: 1000, weightFairshare: 1000, weightJobSize: 1000 },
    });
    const job = cluster.job({ nodes: 2, exclusive: true });
    const first = job.priority;
    job.totalCpus = 32;
    cluster.pass(6000);
    expect(job.priority).toBe(first);
  });
});

describe("usage", () => {
  const root = (cluster: SmallCluster) => cluster.state.associations[0]!.usage;

  it("is billing seconds, by ticks and at ends, and decays by 1 - 0.693 / half-life each second", () => {
    const cluster = new SmallCluster({ priority: { ...weights, decayHalfLife: 600 } });
    const factor = 1 - 693 / 600_000;
    const job = cluster.run({ cpus: 4 });
    cluster.pass(60);
    let expected = 4 * 60 * factor ** 60;
    expect(root(cluster).raw).toBeCloseTo(expected, 9);
    cluster.state.now += 25;
    cluster.end(job);
    expected += 4 * 25 * factor ** 25;
    expect(root(cluster).raw).toBeCloseTo(expected, 9);
    cluster.pass(35);
    expect(root(cluster).raw).toBeCloseTo(expected * factor ** 60, 9);
  });

  it("TRESBillingWeights add up, or with MAX_TRES the greatest on the nodes counts", () => {
    const billed = (maxTres: boolean) => {
      const cluster = new SmallCluster({
        partitions: [{ name: "main", tresBillingWeights: { cpu: 0.25, "gres/gpu": 1.5, node: 1 } }],
        flags: { maxTres },
      });
      cluster.run({ cpus: 4, gpus: 3 });
      cluster.pass(10);
      return root(cluster).raw / 10;
    };
    expect(billed(false)).toBe(1 + 4.5 + 1);
    expect(billed(true)).toBe(4.5);
  });

  it("without enforced limits the time after the last tick is lost", () => {
    const cluster = new SmallCluster({ enforce: { limits: false } });
    const job = cluster.run();
    cluster.pass(60);
    cluster.state.now += 30;
    cluster.end(job);
    cluster.pass(30);
    expect(root(cluster).raw).toBe(60);
  });

  it("goes on in a suspended job, and PriorityUsageResetPeriod=DAILY forgets it at midnight", () => {
    const cluster = new SmallCluster({ priority: { usageResetPeriod: "DAILY" } });
    cluster.state.now = 86_000;
    const job = cluster.run();
    cluster.pass(300);
    expect(root(cluster).raw).toBe(300);
    cluster.pass(300);
    expect(root(cluster).raw).toBe(300);
    cluster.end(job);
  });
});

describe("a priority that was given", () => {
  it("stays through ticks, in all partitions, and sprio shows no terms", () => {
    const cluster = new SmallCluster({
      priority: { type: "multifactor", weightAge: 1000 },
      partitions: [{ name: "a" }, { name: "b" }],
    });
    const job = cluster.job({ partitions: ["a", "b"], nice: 7 });
    setPriority(job, 4000);
    cluster.pass(300);
    expect([job.priority, job.priorities]).toEqual([4000, [4000, 4000]]);
    const { priority, age, nice } = cluster.priorities.factors(job, job.partition);
    expect({ priority, age, nice }).toEqual({ priority: 4000, age: 0, nice: 0 });
    job.priorityGiven = false;
    cluster.priorities.assign(job);
    expect(job.priority).toBeLessThan(4000);
  });
});
