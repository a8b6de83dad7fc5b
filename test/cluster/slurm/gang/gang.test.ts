import { describe, expect, it } from "vitest";
import { GangScheduler } from "../../../../src/cluster/slurm/gang/gang.js";
import { type SlurmJob, SlurmJobState } from "../../../../src/cluster/slurm/model/job.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { BitVector } from "../../../../src/core/bit-vector.js";
import { expandNodes, type GoldenCase, goldenCase } from "../support/case.js";
import { goldenConfig } from "../support/config.js";

/** When jobs ended, or were killed for others. */
function endsOf({ observed }: GoldenCase): [t: number, label: string][] {
  return observed.decision_log
    .filter(([, kind]) => kind === "complete" || kind === "preempt")
    .map(([t, , label]) => [t, label]);
}

/** Polls at which a job was just starting or ending show one thing or the other. */
function clearPolls(golden: GoldenCase): Set<number> {
  const { observed } = golden;
  const turns = [...endsOf(golden).map(([t]) => t), ...observed.start_order.map(([, t]) => t)];
  return new Set(
    observed.timeline
      .filter(([t, label]) => label !== "-" && !turns.some((turn) => Math.abs(turn - t) < 0.3))
      .map(([t]) => t),
  );
}

/** A started job that has whole nodes, or so many CPUs of each. */
function started(state: SlurmState, partition: string, nodes: readonly string[], held = 0): SlurmJob {
  const node = Int32Array.from(nodes, (name) => state.nodes.index(name));
  const cpus = node.map((one) => held || state.nodes.cpus[one]!);
  const lowest = Array.from({ length: held }, (_, core) => core);
  const own = state.partitions.find((one) => one.name === partition);
  return {
    state: SlurmJobState.Running,
    partition: own ?? state.partitions[0],
    priority: 1,
    allocation: {
      nodes: BitVector.of(state.nodes.count, node),
      node,
      cpus,
      cores: held > 0 ? nodes.map(() => BitVector.of(held, lowest)) : undefined,
      wholeNode: held === 0,
    },
  } as unknown as SlurmJob;
}

function gang(state: SlurmState): GangScheduler {
  return new GangScheduler(state, {
    suspend(job) {
      job.state = SlurmJobState.Suspended;
    },
    resume(job) {
      job.state = SlurmJobState.Running;
    },
    evict(job) {
      job.state = SlurmJobState.Ended;
    },
  });
}

/** `scontrol suspend` and `resume` as the controller passes them on. */
function operate(scheduler: GangScheduler, verb: string, job: SlurmJob): void {
  if (verb === "resume") {
    job.priority = 1;
    job.state = SlurmJobState.Running;
    scheduler.rejoined(job);
    return;
  }
  job.priority = 0;
  if (job.state === SlurmJobState.Suspended) return;
  job.state = SlurmJobState.Suspended;
  scheduler.ended(job);
}

/** What squeue would have shown of running jobs at each poll. */
function replay(golden: GoldenCase, phase: number): Map<number, Record<string, string>> {
  const { observed, scenario } = golden;
  const state = buildState(goldenConfig(golden));
  const scheduler = gang(state);
  const jobs = new Map<string, SlurmJob>();
  const events: [t: number, run: () => void][] = [];
  const shown = new Map<number, Record<string, string>>();
  for (const [label, t, , nodes] of observed.start_order)
    events.push([
      t,
      () => {
        const { partition = "", cpus } = scenario.workload.find((job) => job.id === label)!;
        const job = started(state, partition, expandNodes(nodes), cpus);
        jobs.set(label, job);
        scheduler.started(job);
      },
    ]);
  for (const [t, label] of endsOf(golden))
    events.push([
      t,
      () => {
        scheduler.ended(jobs.get(label)!);
        jobs.delete(label);
      },
    ]);
  for (const { t, cmd } of scenario.operations ?? []) {
    const [, verb, label] = cmd as [string, string, string];
    events.push([t, () => operate(scheduler, verb, jobs.get(label.slice(1))!)]);
  }
  for (let t = phase; t < 3000; t += 30) events.push([t, () => scheduler.slice()]);
  for (const t of clearPolls(golden))
    events.push([
      t,
      () => {
        const now: Record<string, string> = {};
        for (const [label, job] of jobs) now[label] = job.state === SlurmJobState.Running ? "R" : "S";
        shown.set(t, now);
      },
    ]);
  events.sort((a, b) => a[0] - b[0]);
  for (const [, run] of events) run();
  return shown;
}

/** What squeue showed: each job's last known state at each poll. */
function recorded(golden: GoldenCase): Map<number, Record<string, string>> {
  const { observed } = golden;
  const shown = new Map<number, Record<string, string>>();
  const last = new Map<string, string>();
  const ended = new Map(endsOf(golden).map(([t, label]) => [label, t]));
  for (const t of clearPolls(golden)) {
    for (const [when, label, state] of observed.timeline) if (when <= t) last.set(label, state);
    const now: Record<string, string> = {};
    for (const [label, state] of last)
      if ((state === "R" || state === "S") && t < ended.get(label)!) now[label] = state;
    shown.set(t, now);
  }
  return shown;
}

describe("jobs run and stand still as recorded", () => {
  it.each([
    ["f-gang-timeslice", 5.6],
    ["f-preempt-partition-suspend", 5.6],
    ["x-gang-tiers", 5.6],
    ["x-gang-exclusive", 5.6],
    ["x-gang-qos", 14],
    ["x-gang-shadows", 5.6],
    ["x-gang-suspend", 5.6],
  ])("%s", (name, phase) => {
    const golden = goldenCase(name);
    expect(replay(golden, phase)).toEqual(recorded(golden));
  });
});

/** A case's partitions, in which jobs are started and ended by hand. */
class Turns {
  readonly state: SlurmState;
  readonly scheduler: GangScheduler;
  private readonly jobs = new Map<string, SlurmJob>();

  constructor(name: string) {
    this.state = buildState(goldenConfig(goldenCase(name)));
    this.scheduler = gang(this.state);
  }

  start(name: string, nodes: readonly string[], partition = ""): SlurmJob {
    const job = started(this.state, partition, nodes);
    this.jobs.set(name, job);
    this.scheduler.started(job);
    return job;
  }

  end(name: string): void {
    const job = this.jobs.get(name)!;
    this.jobs.delete(name);
    this.scheduler.ended(job);
  }

  slice(): string {
    this.scheduler.slice();
    return this.running;
  }

  get running(): string {
    const names = [...this.jobs].filter(([, job]) => job.state === SlurmJobState.Running);
    return names.map(([name]) => name).join(" ");
  }
}

describe("turns", () => {
  it("go round in the order of starts", () => {
    const turns = new Turns("f-gang-timeslice");
    for (const name of ["a", "b", "c"]) turns.start(name, ["n1"]);
    expect([turns.running, turns.slice(), turns.slice(), turns.slice()]).toEqual(["a", "a", "b", "c"]);
  });

  it("are shared by those that fit side by side", () => {
    const turns = new Turns("f-gang-timeslice");
    turns.start("wide", ["n1", "n2"]);
    turns.start("left", ["n1"]);
    turns.start("right", ["n2"]);
    expect(turns.running).toBe("wide");
    turns.slice();
    expect([turns.slice(), turns.slice()]).toEqual(["left right", "wide"]);
  });

  it("pass at once to another when one ends; who fills in has a whole slice to come", () => {
    const turns = new Turns("f-gang-timeslice");
    for (const name of ["a", "b", "c"]) turns.start(name, ["n1"]);
    turns.slice();
    turns.end("a");
    expect([turns.running, turns.slice(), turns.slice()]).toEqual(["b", "b", "c"]);
  });

  it("are not for held jobs", () => {
    const turns = new Turns("f-gang-timeslice");
    turns.start("a", ["n1"]);
    turns.start("b", ["n1"]).priority = 0;
    expect([turns.slice(), turns.slice(), turns.slice()]).toEqual(["a", "a", "a"]);
    expect(turns.scheduler.waiting).toBe(true);
  });
});

describe("a higher tier", () => {
  it("stops what it overlaps, and nothing else, until it ends", () => {
    const turns = new Turns("f-preempt-partition-suspend");
    turns.start("a", ["n1"], "low");
    turns.start("b", ["n2"], "low");
    turns.start("high", ["n1"], "high");
    expect([turns.running, turns.slice()]).toEqual(["b high", "b high"]);
    turns.end("high");
    expect(turns.running).toBe("a b");
    expect(turns.scheduler.waiting).toBe(false);
  });

  it("has jobs leave whose partition preempts by another mode than SUSPEND", () => {
    const turns = new Turns("f-preempt-partition-suspend");
    turns.state.partitions.find(({ name }) => name === "low")!.config.preemptMode = "REQUEUE";
    const job = turns.start("a", ["n1"], "low");
    turns.start("high", ["n1"], "high");
    expect(job.state).toBe(SlurmJobState.Ended);
  });
});
