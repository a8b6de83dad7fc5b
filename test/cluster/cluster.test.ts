import { describe, expect, it } from "vitest";
import { Cluster } from "../../src/cluster/cluster.js";
import { Jobs, newJobNames } from "../../src/cluster/jobs.js";
import type { ClusterActions, ClusterPolicy, ClusterView } from "../../src/cluster/policy.js";
import { Names } from "../../src/core/names.js";
import { Phase, Simulation } from "../../src/core/simulation.js";
import { Fleet } from "../../src/fleet/fleet.js";
import { Shapes } from "../../src/fleet/shape.js";
import { JobOutcome, Journal } from "../../src/journal/journal.js";
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

describe("what a policy may do with a job that runs", () => {
  /** A policy that starts what fits and at given times does one thing to a job. */
  function scripted(script: Record<number, (act: ClusterActions, view: ClusterView) => void>): ClusterPolicy {
    let asked = false;
    return {
      enforcesLimits: true,
      pass(view, act) {
        if (!asked) for (const time of Object.keys(script)) act.wake(Number(time));
        asked = true;
        for (let job = view.queue.first; job >= 0; job = view.queue.next(job)) if (act.start(job)) break;
        const step = script[view.now];
        delete script[view.now];
        step?.(act, view);
      },
    };
  }

  async function history(
    script: Record<number, (act: ClusterActions, view: ClusterView) => void>,
    plain: PlainJob[],
  ): Promise<string[]> {
    const lines: string[] = [];
    await startTimes({
      pools: cores(1),
      policy: scripted(script),
      jobs: plain,
      checkInvariants: true,
      listeners: ({ jobs: table, reasons }) => {
        const line = (what: string) => (time: number, job: number) =>
          lines.push(`${time} ${what} ${table.id(job)}`);
        return [
          {
            start: line("start"),
            suspend: line("suspend"),
            resume: line("resume"),
            cancel: line("cancel"),
            reason: (time, job, reason) => lines.push(`${time} ${reasons.name(reason)} ${table.id(job)}`),
            preempt: (time, job, lost) => lines.push(`${time} preempt ${table.id(job)} lost ${lost}`),
            end: (time, job, outcome) => lines.push(`${time} end ${table.id(job)} ${outcome}`),
          },
        ];
      },
    });
    return lines;
  }

  it("a suspended job gives its core back and runs the rest of its work later", async () => {
    const lines = await history(
      {
        4: (act, view) => act.suspend(view.running.first, "Suspended"),
        9: (act, view) => act.resume(view.running.first),
      },
      [
        { submit: 0, run: 10 },
        { submit: 4, run: 3 },
      ],
    );
    expect(lines).toEqual([
      "0 start 0",
      "4 suspend 0",
      "4 Suspended 0",
      "4 Priority 1",
      "4 start 1",
      "7 end 1 0",
      "9 resume 0",
      "15 end 0 0",
    ]);
  });

  it("a suspended job that is preempted loses what it had done, not the time it stood still", async () => {
    const lines = await history(
      {
        4: (act, view) => act.suspend(view.running.first, "Suspended"),
        9: (act, view) => act.preempt(view.running.first),
      },
      [{ submit: 0, run: 10 }],
    );
    expect(lines).toEqual([
      "0 start 0",
      "4 suspend 0",
      "4 Suspended 0",
      "9 preempt 0 lost 4",
      "9 Priority 0",
      "9 start 0",
      "19 end 0 0",
    ]);
  });

  it("a job is killed with the outcome that the policy gives, and not at its estimate", async () => {
    const lines = await history({ 8: (act, view) => act.kill(view.running.first, JobOutcome.TimedOut) }, [
      { submit: 0, run: 10, estimate: 5 },
    ]);
    expect(lines).toEqual(["0 start 0", "8 end 0 1"]);
  });

  it("a pending job leaves with the reason", async () => {
    const lines = await history(
      { 2: (act, view) => act.withdraw(view.queue.first, "DependencyNeverSatisfied") },
      [
        { submit: 0, run: 10 },
        { submit: 1, run: 1 },
      ],
    );
    expect(lines).toEqual([
      "0 start 0",
      "1 Priority 1",
      "2 DependencyNeverSatisfied 1",
      "2 cancel 1",
      "10 end 0 0",
    ]);
  });
});
