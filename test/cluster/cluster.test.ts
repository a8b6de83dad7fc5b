import { describe, expect, it } from "vitest";
import { Cluster } from "../../src/cluster/cluster.js";
import { Jobs, newJobNames } from "../../src/cluster/jobs.js";
import type { ClusterPolicy } from "../../src/cluster/policy.js";
import { Names } from "../../src/core/names.js";
import { Phase, Simulation } from "../../src/core/simulation.js";
import { Fleet } from "../../src/fleet/fleet.js";
import { Shapes } from "../../src/fleet/shape.js";
import { Journal } from "../../src/journal/journal.js";
import { cores, createPolicy, type PlainJob, startTimes } from "../support/cluster.js";

// Four processors; job 1 needs all of them, so it becomes the blocked head until job 0 ends at 10.
const jobs: PlainJob[] = [
  { submit: 0, run: 10, estimate: 10, tasks: 2 },
  { submit: 1, run: 5, estimate: 5, tasks: 4 },
  { submit: 2, run: 20, estimate: 20, tasks: 1 },
  { submit: 3, run: 7, estimate: 7, tasks: 1 },
  { submit: 3, run: 8, estimate: 8, tasks: 1 },
];

async function log(policy: string, more: PlainJob[] = []) {
  const lines: string[] = [];
  const starts = await startTimes({
    pools: cores(4),
    policy,
    jobs: [...jobs, ...more],
    processor: "core",
    listeners: (cluster) => [
      {
        reason: (time, job, reason) =>
          lines.push(`${time} ${cluster.jobs.id(job)} ${cluster.reasons.name(reason)}`),
      },
    ],
  });
  return { starts, lines };
}

describe("three textbook policies on one small workload", () => {
  it("fifo: nobody passes the head", async () => {
    const { starts, lines } = await log("fifo");
    expect(starts).toEqual([0, 10, 15, 15, 15]);
    expect(lines).toEqual([
      "1 1 Resources",
      "2 2 Priority",
      "3 3 Priority",
      "3 4 Priority",
      "10 2 Resources",
    ]);
  });

  it("easy: who ends by the head's reserved time may pass it", async () => {
    const { starts, lines } = await log("easy");
    expect(starts).toEqual([0, 10, 15, 3, 15]);
    expect(lines).toEqual(["1 1 Resources", "2 2 Priority", "3 4 Priority", "10 2 Resources"]);
  });

  it("conservative: who delays no reservation may pass", async () => {
    // Job 5 may not start at 4: until 14 it would hold a processor that job 1 is promised from 10 on.
    const { starts, lines } = await log("conservative", [{ submit: 4, run: 10, estimate: 10, tasks: 1 }]);
    expect(starts).toEqual([0, 10, 15, 3, 15, 15]);
    expect(lines).toEqual([
      "1 1 Resources",
      "2 2 Priority",
      "3 4 Priority",
      "4 5 Priority",
      "10 2 Resources",
    ]);
  });
});

describe("a job that overruns its estimate", () => {
  const late: PlainJob[] = [
    { submit: 0, run: 10, estimate: 4, tasks: 1 },
    { submit: 1, run: 1, estimate: 1, tasks: 1 },
  ];
  it("is killed at it, or runs on", async () => {
    const run = { pools: cores(1), policy: "easy", jobs: late, processor: "core" as const };
    expect(await startTimes({ ...run, kill: true })).toEqual([0, 4]);
    expect(await startTimes({ ...run, kill: false })).toEqual([0, 10]);
  });
});

describe("cancelling while pending", () => {
  it("takes a job out of the queue, and nothing once it has started", async () => {
    const run = { pools: cores(1), policy: "fifo", processor: "core" as const };
    const first: PlainJob = { submit: 0, run: 10, cancel: 5 };
    const waiting: PlainJob = { submit: 1, run: 1, cancel: 5 };
    expect(await startTimes({ ...run, jobs: [first, waiting, { submit: 2, run: 1 }] })).toEqual([0, -1, 10]);
  });
});

function clusterWith(policy: ClusterPolicy) {
  const simulation = new Simulation();
  const shapes = new Shapes();
  const fleet = new Fleet(cores(2));
  const jobs = new Jobs(
    shapes,
    newJobNames(() => new Names()),
    fleet,
  );
  const cluster = new Cluster({
    simulation,
    journal: new Journal(),
    fleet,
    jobs,
    policy,
    checkInvariants: true,
  });
  return { simulation, shapes, cluster };
}

describe.each(["fifo", "easy", "conservative", "gang"])("replicas under %s", (policy) => {
  it("hold GPUs until they are released, and withdraw while they wait", async () => {
    const { simulation, shapes, cluster } = clusterWith(createPolicy(policy));
    const said: string[] = [];
    const lease = (name: string) =>
      cluster.request(shapes.processors(1, "core"), name, "", {
        granted: () => said.push(`${simulation.now} ${name}`),
        revoked: () => said.push(`${simulation.now} ${name} revoked`),
      });
    const leases = ["a", "b", "c", "d"].map(lease);
    const at = (time: number, act: () => void) => simulation.at(time, Phase.Timer, simulation.handler(act));
    at(5, () => cluster.release(leases[2]!));
    at(6, () => cluster.release(leases[0]!));
    await simulation.run();
    expect(said).toEqual(["0 a", "0 b", "6 d"]);
    expect(cluster.running.length).toBe(2);
    expect(cluster.finished).toBe(0);
  });
});

describe("preemption", () => {
  it("puts a job back at its old place in the queue, its work lost", async () => {
    let preempted = false;
    const policy: ClusterPolicy = {
      pass(view, act) {
        if (view.now === 3 && !preempted) {
          preempted = true;
          act.preempt(view.running.first);
          act.wake(4);
          return;
        }
        while (view.queue.first >= 0 && act.start(view.queue.first));
      },
    };
    const work = [0, 1, 2, 3].map((submit) => ({ submit, run: 10 }));
    const starts = await startTimes({
      pools: cores(1),
      policy,
      jobs: work,
      processor: "core",
      checkInvariants: true,
    });
    expect(starts).toEqual([3, 13, 23, 33]);
  });
});
