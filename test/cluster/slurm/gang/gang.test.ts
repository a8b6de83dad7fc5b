import { describe, expect, it } from "vitest";
import { GangScheduler } from "../../../../src/cluster/slurm/gang/gang.js";
import { type SlurmJob, SlurmJobState } from "../../../../src/cluster/slurm/model/job.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { BitVector } from "../../../../src/core/bit-vector.js";
import { expandNodes, type GoldenCase, goldenCase } from "../support/case.js";
import { goldenConfig } from "../support/config.js";

/** Polls at which a job was just ending show one thing or the other. */
function clearPolls({ observed }: GoldenCase): Set<number> {
  const ends = observed.decision_log.filter(([, kind]) => kind === "complete").map(([t]) => t);
  return new Set(
    observed.timeline.map(([t]) => t).filter((t) => !ends.some((end) => Math.abs(end - t) < 0.2)),
  );
}

/** A started job that has whole nodes. */
function started(state: SlurmState, partition: string, nodes: readonly string[]): SlurmJob {
  const node = Int32Array.from(nodes, (name) => state.nodes.index(name));
  const cpus = node.map((one) => state.nodes.cpus[one]!);
  const own = state.partitions.find((one) => one.name === partition);
  return {
    state: SlurmJobState.Running,
    partition: own ?? state.partitions[0],
    priority: 1,
    allocation: {
      nodes: BitVector.of(state.nodes.count, node),
      node,
      cpus,
      cores: undefined,
      wholeNode: true,
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
        const partition = scenario.workload.find((job) => job.id === label)?.partition ?? "";
        const job = started(state, partition, expandNodes(nodes));
        jobs.set(label, job);
        scheduler.started(job);
      },
    ]);
  for (const [t, kind, label] of observed.decision_log)
    if (kind === "complete")
      events.push([
        t,
        () => {
          scheduler.ended(jobs.get(label)!);
          jobs.delete(label);
        },
      ]);
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
  const ended = new Map(
    observed.decision_log.filter(([, kind]) => kind === "complete").map(([t, , label]) => [label, t]),
  );
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
  it("f-gang-timeslice", () => {
    const golden = goldenCase("f-gang-timeslice");
    expect(replay(golden, 5.6)).toEqual(recorded(golden));
  });

  it("f-preempt-partition-suspend", () => {
    const golden = goldenCase("f-preempt-partition-suspend");
    expect(replay(golden, 5.6)).toEqual(recorded(golden));
  });
});
