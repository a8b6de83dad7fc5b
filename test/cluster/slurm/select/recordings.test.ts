import { describe, expect, it } from "vitest";
import { type JobAllocation, type SlurmJob, SlurmJobState } from "../../../../src/cluster/slurm/model/job.js";
import type { Selector } from "../../../../src/cluster/slurm/model/parts.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import { createSelector } from "../../../../src/cluster/slurm/select/selector.js";
import { buildState } from "../../../../src/cluster/slurm/state/build.js";
import { BitVector } from "../../../../src/core/bit-vector.js";
import { expandNodes, type GoldenCase, goldenCase, goldenNames } from "../support/case.js";
import { goldenConfig } from "../support/config.js";
import { goldenJobs } from "../support/jobs.js";
import { record } from "../support/records.js";

/** A start as Slurm made it, and what selection answers when only jobs and nodes are known. */
interface Start {
  job: string;
  by: "main" | "backfill";
  /** Names of nodes. */
  recorded: string;
  /** On all nodes of the partition that are up, and on the recorded ones alone. */
  free: string;
  held: string;
  /** `node:cores:GPUs` of each node, where the recording polled them. */
  recordedIndexes: string | undefined;
  indexes: string;
}

/** Replays starts and ends as recorded; every start is chosen anew, then booked as Slurm had it. */
function replay(golden: GoldenCase): Start[] {
  const state = buildState(goldenConfig(golden));
  const selector = createSelector(state);
  const asked = new Map(goldenJobs(golden).map((job) => [job.label, job]));
  const observed = new Map(golden.observed.jobs.map((job) => [job.id, job]));
  const running = new Map<string, SlurmJob>();
  const all = new BitVector(state.nodes.count);
  all.fill();
  const starts: Start[] = [];
  for (const [t, kind, label, detail] of golden.observed.decision_log) {
    state.now = Math.floor(t);
    if (kind === "complete" || kind === "timeout" || kind === "preempt" || kind === "requeue") {
      const job = running.get(label);
      if (job !== undefined) selector.release(job);
      running.delete(label);
    }
    if (kind !== "start-main" && kind !== "start-backfill") continue;
    const source = asked.get(label) ?? asked.get(label.replace(/\[.*/, ""));
    if (source === undefined || running.has(label)) continue;
    const seen = observed.get(label);
    const partition = state.partitions.find((one) => one.name === seen?.partition) ?? state.partitions[0]!;
    const job = record(state, source.request, {
      user: source.user,
      partitions: [partition],
      partition,
      qos: state.qos.get(seen?.qos ?? ""),
      startTime: state.now,
      endTime: state.now + 60 * (source.timeLimit ?? 60),
    });
    const recorded = expandNodes(detail);
    const nodes = BitVector.of(
      state.nodes.count,
      recorded.map((name) => state.nodes.index(name)),
    );
    const free = startOf(selector.select(job, partition, all, "run"));
    const held = startOf(selector.select(job, partition, nodes, "run"));
    if (held.kind !== "now") {
      starts.push({ ...noIndexes, ...start(label, kind, recorded, state, free, held) });
      continue;
    }
    const { allocation } = held;
    const indexes = describeIndexes(state, allocation);
    const recordedIndexes = adopt(golden, label, state, allocation)
      ? describeIndexes(state, allocation)
      : undefined;
    job.allocation = allocation;
    job.state = SlurmJobState.Running;
    selector.allocate(job, allocation);
    running.set(label, job);
    starts.push({ ...start(label, kind, recorded, state, free, held), recordedIndexes, indexes });
  }
  return starts;
}

/** A start over jobs that are suspended for it is a start. */
function startOf(answer: Answer): Answer {
  return answer.kind === "preempt" && answer.allocation !== undefined
    ? { kind: "now", allocation: answer.allocation }
    : answer;
}

const noIndexes = { recordedIndexes: undefined, indexes: "" };

type Answer = ReturnType<Selector["select"]>;

function start(
  job: string,
  kind: string,
  recorded: readonly string[],
  state: SlurmState,
  free: Answer,
  held: Answer,
): Omit<Start, "recordedIndexes" | "indexes"> {
  const names = (answer: Answer) =>
    answer.kind === "now"
      ? answer.allocation.nodes
          .list()
          .map((node) => state.nodes.names[node]!)
          .join()
      : answer.kind;
  return {
    job,
    by: kind === "start-main" ? "main" : "backfill",
    recorded: recorded.join(),
    free: names(free),
    held: names(held),
  };
}

/** Puts the recorded cores and GPUs in the place of the chosen ones. False when nobody polled them. */
function adopt(golden: GoldenCase, label: string, state: SlurmState, allocation: JobAllocation): boolean {
  const index = golden.observed.gres_index?.[label];
  if (index === undefined) return false;
  for (const [list, cpus, gres] of index)
    for (const name of expandNodes(list)) {
      const i = allocation.node.indexOf(state.nodes.index(name));
      if (i < 0) return false;
      if (allocation.cores !== undefined)
        (allocation.cores as BitVector[])[i] = BitVector.of(allocation.cores[i]!.capacity, numbers(cpus));
      allocation.gpus[i] = numbers(/IDX:([^)]*)/.exec(gres)?.[1] ?? "").reduce(
        (mask, gpu) => mask | (1 << gpu),
        0,
      );
    }
  return true;
}

function describeIndexes(state: SlurmState, { node, cores, gpus }: JobAllocation): string {
  return Array.from(node, (at, i) => {
    const list = cores === undefined ? "all" : cores[i]!.list().join("+");
    return `${state.nodes.names[at]}:${list}:${gpus[i]}`;
  }).join(" ");
}

function numbers(ranges: string): number[] {
  return ranges
    .split(",")
    .filter(Boolean)
    .flatMap((range) => {
      const [from, to = from] = range.split("-").map(Number) as [number, number?];
      return Array.from({ length: to! - from + 1 }, (_, i) => from + i);
    });
}

/** Why the main scheduler could not choose freely among all nodes: what this replay does not know of. */
const notFree: Record<string, Record<string, readonly string[]>> = {
  "nodes of a job that ended a moment before were still completing": {
    "f-preempt-qos-cancel-grace": ["h17"],
    "f-preempt-qos-requeue": ["h06"],
    "p-node-choice": ["cnt"],
    "v-mixed-end-to-end": ["a038[4]", "a071[3]"],
  },
  "nodes were reserved": {
    "l-reservation-flags": ["o02", "o08"],
    "l-reservation-recurring": ["a0", "a1", "a3", "span_hour", "b0", "b7"],
  },
  "backfill had started the job's sibling in between": { "u-hetjobs": ["j06"] },
};
const excused = (name: string) => Object.values(notFree).flatMap((cases) => cases[name] ?? []);

/** The decision logs of these lack ends of jobs: killed ones, or those on failed nodes. */
const endsMissing = ["j-failures-timeouts", "l-reservations", "t-tres-limits"];

describe("the nodes, cores and GPUs that select/cons_tres chose", () => {
  const complete = goldenNames.filter((name) => !endsMissing.includes(name));

  it.each(complete)("%s: the main scheduler's free choice", (name) => {
    const choices = replay(goldenCase(name)).filter(
      (one) => one.by === "main" && !excused(name).includes(one.job),
    );
    expect(choices.map((one) => `${one.job} ${one.free}`)).toEqual(
      choices.map((one) => `${one.job} ${one.recorded}`),
    );
  });

  it.each(complete)("%s: all starts on the recorded nodes, with their cores and GPUs", (name) => {
    const starts = replay(goldenCase(name));
    expect(starts.map((one) => `${one.job} ${one.held} ${one.recordedIndexes && one.indexes}`)).toEqual(
      starts.map((one) => `${one.job} ${one.recorded} ${one.recordedIndexes}`),
    );
  });

  it.each(endsMissing)("%s: starts on nodes that are not still taken", (name) => {
    const starts = replay(goldenCase(name)).filter((one) => one.held !== "busy");
    expect(starts.length).toBeGreaterThan(10);
    expect(starts.map((one) => `${one.job} ${one.held}`)).toEqual(
      starts.map((one) => `${one.job} ${one.recorded}`),
    );
  });
});
