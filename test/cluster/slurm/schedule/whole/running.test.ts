import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SlurmJob } from "../../../../../src/cluster/slurm/model/job.js";
import { Blocks } from "../../../../../src/cluster/slurm/schedule/backfill/whole/blocks.js";
import { Releases } from "../../../../../src/cluster/slurm/schedule/backfill/whole/releases.js";
import { RunningNodes } from "../../../../../src/cluster/slurm/schedule/backfill/whole/running-nodes.js";
import { Spans } from "../../../../../src/cluster/slurm/schedule/backfill/whole/spans.js";
import type { Need } from "../../../../../src/cluster/slurm/select/need.js";
import type { Bench, Trial } from "../../../../../src/cluster/slurm/select/trial.js";
import { WholeNodes } from "../../../../../src/cluster/slurm/select/whole-nodes.js";
import { BitVector } from "../../../../../src/core/bit-vector.js";
import { Runs } from "../../../../../src/core/runs.js";
import { stateOf } from "../../support/conf.js";

const nodes = 100;
const now = 1000;
const conf = `SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
OverTimeLimit=2
KillWait=40
NodeName=n[00-99] CPUs=4
PartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE
`;

const seeds = fc.array(
  fc.record({
    end: fc.integer({ min: now - 200, max: now + 3000 }),
    first: fc.integer({ min: 0, max: nodes - 1 }),
    count: fc.integer({ min: 1, max: 12 }),
  }),
  { maxLength: 60 },
);
const somePlans = fc.array(
  fc.record({
    from: fc.integer({ min: 0, max: 60 }),
    length: fc.integer({ min: 1, max: 20 }),
    first: fc.integer({ min: 0, max: nodes - 1 }),
    count: fc.integer({ min: 1, max: 30 }),
  }),
  { maxLength: 25 },
);

/** Jobs by the end of their time, each on nodes of its own, and a state in which they run. */
function running(given: readonly { end: number; first: number; count: number }[]) {
  const state = stateOf(conf);
  state.now = now;
  const jobs: SlurmJob[] = [];
  for (const [id, { end, first, count }] of given.entries()) {
    const node: number[] = [];
    for (let i = first; i < nodes && node.length < count; i += 1 + (id % 2))
      if (state.nodes.idle.has(i)) {
        state.nodes.idle.delete(i);
        node.push(i);
      }
    if (node.length === 0) continue;
    const allocation = { node: Int32Array.from(node), nodes: BitVector.of(nodes, node) };
    jobs.push({
      id,
      endTime: end,
      allocation,
      partition: state.partitions[0],
      timeLimit: 5,
    } as unknown as SlurmJob);
  }
  return { state, jobs: ordered(jobs) };
}

function ordered(jobs: SlurmJob[]): SlurmJob[] {
  return jobs.sort((a, b) => a.endTime - b.endTime || a.id - b.id);
}

function contents({ now: held, leaves, count }: RunningNodes) {
  const words = held.jobs.map((job, i) => ({
    id: job.id,
    end: held.ends[i],
    word: [...held.word.subarray(held.first[i], held.first[i + 1])],
    mask: [...held.mask.subarray(held.first[i], held.first[i + 1])],
  }));
  return { words, leaves: [...leaves], count };
}

function spansOf(state: ReturnType<typeof running>["state"], blocks: Blocks) {
  const spans = new Spans(nodes, blocks);
  spans.reset(state.nodes.avail);
  return spans;
}

describe("running jobs of a counted pass", () => {
  it("RunningNodes: after jobs came, went, moved their ends and started again as if made anew", () => {
    const steps = fc.array(
      fc.record({
        at: fc.nat(),
        what: fc.constantFrom("leave", "move", "enter", "again"),
        end: fc.integer({ min: now - 50, max: now + 500 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(seeds, fc.array(steps, { maxLength: 6 }), (given, rounds) => {
        const { jobs: all } = running(given);
        const away = all.filter((_, i) => i % 3 === 0);
        let jobs = all.filter((_, i) => i % 3 !== 0);
        const kept = new RunningNodes(nodes, 30);
        kept.update(jobs);
        for (const round of rounds) {
          for (const { at, what, end } of round) {
            const from = what === "enter" ? away : jobs;
            const job = from[at % Math.max(1, from.length)];
            if (job === undefined) continue;
            if (what === "leave" || what === "enter") {
              from.splice(from.indexOf(job), 1);
              (what === "enter" ? jobs : away).push(job);
            }
            if (what === "again") job.allocation = { ...job.allocation! };
            if (what !== "leave") job.endTime = end;
          }
          jobs = ordered([...jobs]);
          kept.update(jobs);
          const fresh = new RunningNodes(nodes, 30);
          fresh.update(jobs);
          expect(contents(kept)).toEqual(contents(fresh));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("Spans: what is free over some slots, and how much of it in each block", () => {
    fc.assert(
      fc.property(seeds, somePlans, fc.boolean(), (given, plans, drained) => {
        const { state, jobs } = running(given);
        if (drained) for (let node = 10; node < 30; node++) state.nodes.avail.delete(node);
        const held = new RunningNodes(nodes, 30);
        held.update(jobs);
        const blocks = new Blocks(state, held);
        blocks.reset();
        const spans = spansOf(state, blocks);
        const runs = new Runs();
        for (let made = 0; made <= plans.length; made++) {
          for (const [first, last] of [
            [0, 3],
            [0, 40],
            [7, 9],
            [30, 70],
          ] as const) {
            const free = state.nodes.avail.clone();
            for (const one of plans.slice(0, made))
              if (one.from <= last && one.from + one.length > first)
                for (let node = one.first; node < Math.min(nodes, one.first + one.count); node++)
                  free.delete(node);
            const span = spans.free(first, last, 1);
            expect(span?.free.list() ?? []).toEqual(free.list());
            if (span === undefined) continue;
            const inBlock = new Int32Array(blocks.last + 1);
            for (const node of free.list()) {
              const job = jobs.findIndex(({ allocation }) => allocation!.nodes.has(node));
              inBlock[job < 0 ? 0 : (job >> 4) + 1]!++;
            }
            expect([...span.inBlock.subarray(0, blocks.last + 1)]).toEqual([...inBlock]);
          }
          const plan = plans[made];
          if (plan === undefined) break;
          runs.clear();
          runs.push(plan.first, Math.min(nodes, plan.first + plan.count));
          spans.add(plan.from, plan.from + plan.length, runs);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("Releases: expect what the will-run test of whole nodes expects", () => {
    fc.assert(
      fc.property(seeds, somePlans, fc.integer({ min: now, max: now + 3000 }), (given, plans, until) => {
        const { state, jobs } = running(given);
        const held = new RunningNodes(nodes, 30);
        held.update(jobs);
        const blocks = new Blocks(state, held);
        blocks.reset();
        const spans = spansOf(state, blocks);
        const taken = new Runs();
        for (const { from, length, first, count } of plans) {
          taken.clear();
          taken.push(first, Math.min(nodes, first + count));
          spans.add(from, from + length, taken);
        }
        const releases = new Releases(state, held, blocks);
        const bench = { state, holdings: { ordered: jobs, vacant: state.nodes.idle } } as unknown as Bench;
        const counting = new WholeNodes(bench, {} as never, true);
        for (const minNodes of [1, 3, 10, 30, 60, 100]) {
          const span = spans.free(0, 20, minNodes);
          if (span === undefined) continue;
          const trial = { need: { minNodes } as Need, offered: span.free } as unknown as Trial;
          const wanted = counting.expect(trial, until);
          const start = releases.expect(span, minNodes, until, taken);
          expect(start).toBe(wanted?.start ?? -1);
          if (start < 0 || start === Number.POSITIVE_INFINITY) continue;
          const found = new BitVector(nodes);
          for (let i = 0; i < taken.length; i++) found.addRange(taken.begin[i]!, taken.end[i]!);
          expect(found.list()).toEqual(wanted!.nodes.list());
        }
      }),
      { numRuns: 200 },
    );
  });
});
