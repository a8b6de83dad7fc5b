import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SlurmJob } from "../../../../../src/cluster/slurm/model/job.js";
import type { Selector } from "../../../../../src/cluster/slurm/model/parts.js";
import { RunningJobs } from "../../../../../src/cluster/slurm/schedule/backfill/whole/running-jobs.js";
import type { Need } from "../../../../../src/cluster/slurm/select/need.js";
import type { Bench, Trial } from "../../../../../src/cluster/slurm/select/trial.js";
import { WholeNodes } from "../../../../../src/cluster/slurm/select/whole-nodes.js";
import { BitVector } from "../../../../../src/core/bit-vector.js";
import { stateOf } from "../../support/conf.js";
import { OpenKernel } from "../../support/kernel.js";

const nodes = 200;
const now = 1000;
const conf = `SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
OverTimeLimit=2
KillWait=40
NodeName=n[000-199] CPUs=4
PartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE
`;

const seeds = fc.array(
  fc.record({
    end: fc.integer({ min: now - 200, max: now + 3000 }),
    first: fc.integer({ min: 0, max: nodes - 1 }),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 150, size: "max" },
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

/** A kernel that is told of the jobs as they come, go and move, and the jobs by the end of their time. */
function told(state: ReturnType<typeof running>["state"], jobs: readonly SlurmJob[] = []) {
  const kernel = new OpenKernel(nodes, 200, [1], 60);
  const list: SlurmJob[] = [];
  const selector = { running: () => list, watch: () => {} } as unknown as Selector;
  const kept = new RunningJobs({ state, selector }, kernel);
  const come = (job: SlurmJob) => {
    list.push(job);
    ordered(list);
    kept.came(job, list.indexOf(job));
  };
  const leave = (job: SlurmJob) => {
    kept.left(list.indexOf(job));
    list.splice(list.indexOf(job), 1);
  };
  for (const job of jobs) come(job);
  return { kernel, kept, list, come, leave };
}

/** What the kernel holds of the running jobs. */
function contents({ kernel, list: { length } }: ReturnType<typeof told>) {
  const { inspected } = kernel;
  const at = (byte: number, from: number, to: number) => [
    ...kernel.view().subarray((byte >> 2) + from, (byte >> 2) + to),
  ];
  const first = at(inspected.jobWordsFirstAt(), 0, length + 1);
  return {
    first,
    ends: at(inspected.jobEndsAt(), 0, length),
    words: at(inspected.jobWordsAt(), 0, first[length]!),
    masks: at(inspected.jobMasksAt(), 0, 2 * first[length]!),
    sizes: at(inspected.jobSizesAt(), 0, length),
  };
}

/** A pass in which these jobs run. */
function passOf({ state, jobs }: ReturnType<typeof running>) {
  const pass = told(state, jobs);
  pass.kept.advance();
  pass.kernel.begin(now, 7200, state.nodes.idle, state.nodes.avail);
  return pass;
}

const never = -1;
/** Seconds from the present to a slot. */
const timeOf = (slot: number) => Math.max(0, 60 * slot - (now % 60));

const range = ({ first, count }: { first: number; count: number }) =>
  Array.from({ length: Math.min(nodes, first + count) - first }, (_, i) => first + i);

describe("running jobs of a counted pass", () => {
  it("running: after jobs came, went, moved their ends and started again as if made anew", () => {
    const steps = fc.array(
      fc.record({
        at: fc.nat(),
        what: fc.constantFrom("leave", "move", "enter", "wait"),
        end: fc.integer({ min: now - 50, max: now + 500 }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(seeds, steps, (given, taken) => {
        const { state, jobs } = running(given);
        const away = jobs.filter((_, i) => i % 3 === 0);
        const kept = told(
          state,
          jobs.filter((_, i) => i % 3 !== 0),
        );
        for (const { at, what, end } of taken) {
          if (what === "wait") {
            state.now += 30;
            kept.kept.advance();
            continue;
          }
          const from = what === "enter" ? away : kept.list;
          const job = from[at % Math.max(1, from.length)];
          if (job === undefined) continue;
          if (what === "enter") away.splice(away.indexOf(job), 1);
          else kept.leave(job);
          if (what === "leave") away.push(job);
          else {
            job.endTime = end;
            kept.come(job);
          }
        }
        const fresh = told(state, [...kept.list].reverse());
        expect(kept.kept.advance()).toBe(fresh.kept.advance());
        expect(contents(kept)).toEqual(contents(fresh));
        const { ends, sizes } = contents(fresh);
        expect(ends).toEqual(kept.list.map(({ endTime }) => endTime - state.now));
        expect(sizes).toEqual(kept.list.map(({ allocation }) => allocation!.node.length));
      }),
      { numRuns: 200 },
    );
  });

  it("spans: what is free over some slots", () => {
    fc.assert(
      fc.property(seeds, somePlans, fc.boolean(), (given, plans, drained) => {
        const { state, jobs } = running(given);
        if (drained) for (let node = 10; node < 30; node++) state.nodes.avail.delete(node);
        const { kernel } = passOf({ state, jobs });
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
                for (const node of range(one)) free.delete(node);
            expect(kernel.free(first, last, 1)?.list() ?? []).toEqual(free.list());
            const count = free.count();
            expect(kernel.free(first, last, count)).toBeDefined();
            expect(kernel.free(first, last, count + 1)).toBeUndefined();
          }
          const plan = plans[made];
          if (plan === undefined) break;
          kernel.plan(range(plan), timeOf(plan.from), timeOf(plan.from + plan.length));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("spans: more of them than are kept", () => {
    const { state, jobs } = running([]);
    const { kernel } = passOf({ state, jobs });
    const plan = (slot: number) => [slot % nodes, (slot * 7) % nodes];
    for (let slot = 0; slot < 100; slot++) kernel.plan(plan(slot), timeOf(slot), timeOf(slot + 1));
    for (let round = 0; round < 2; round++)
      for (let first = 0; first < 100; first += 3)
        for (let last = first; last < 100; last += 7) {
          const free = state.nodes.avail.clone();
          for (let slot = first; slot <= last; slot++) for (const node of plan(slot)) free.delete(node);
          expect(kernel.free(first, last, 0)!.list()).toEqual(free.list());
        }
  });

  it("releases: expect what the will-run test of whole nodes expects", () => {
    fc.assert(
      fc.property(seeds, somePlans, fc.integer({ min: 0, max: 3000 }), (given, plans, until) => {
        const run = running(given);
        const { kernel } = passOf(run);
        for (const plan of plans)
          kernel.plan(range(plan), timeOf(plan.from), timeOf(plan.from + plan.length));
        for (const wanted of someSizes) compareExpected(kernel, run, [0, 20], wanted, until);
      }),
      { numRuns: 200 },
    );
  });

  it("releases: as well after jobs have come, between plans and answers", () => {
    const coming = fc.array(
      fc.record({
        end: fc.integer({ min: 60, max: 3000 }),
        first: fc.integer({ min: 0, max: nodes - 1 }),
        count: fc.integer({ min: 1, max: 12 }),
        plans: somePlans,
        asked: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(seeds, coming, fc.integer({ min: 0, max: 3000 }), (given, steps, until) => {
        const run = running(given);
        const pass = passOf(run);
        for (const { end, first, count, plans, asked } of steps) {
          for (const plan of plans)
            pass.kernel.plan(range(plan), timeOf(plan.from), timeOf(plan.from + plan.length));
          if (asked) for (const slots of someSpans) compareExpected(pass.kernel, run, slots, 10, until);
          const node = run.state.nodes.idle
            .list()
            .filter((at) => at >= first)
            .slice(0, count);
          if (node.length > 0) enter(pass, run, node, end);
          for (const slots of someSpans)
            for (const wanted of someSizes) compareExpected(pass.kernel, run, slots, wanted, until);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("releases: as well after more jobs have come than there was room for", () => {
    const run = running([{ end: now + 500, first: 0, count: 3 }]);
    const pass = passOf(run);
    for (let node = 3; node < nodes; node++) {
      for (const wanted of [60, 127, 128, 129, 130, 190])
        compareExpected(pass.kernel, run, [12, 30], wanted, 3000);
      enter(pass, run, [node], 60 + ((node * 37) % 600));
    }
    for (const wanted of someSizes) compareExpected(pass.kernel, run, [12, 30], wanted, 3000);
  });
});

const someSizes = [1, 3, 10, 30, 60, 100];
const someSpans = [
  [0, 20],
  [0, 2],
  [12, 30],
  [45, 60],
] as const;

/** A job starts in the pass on idle nodes and keeps them for so many seconds. */
function enter(
  pass: ReturnType<typeof passOf>,
  run: ReturnType<typeof running>,
  node: number[],
  end: number,
) {
  const { state, jobs } = run;
  const allocation = { node: Int32Array.from(node), nodes: BitVector.of(nodes, node) };
  const job = { id: 1000 + jobs.length, endTime: now + end, allocation, partition: state.partitions[0] };
  jobs.push(job as unknown as SlurmJob);
  ordered(jobs);
  for (const one of node) state.nodes.idle.delete(one);
  pass.come(job as unknown as SlurmJob);
  pass.kernel.exports.start(pass.kept.lastCame);
}

/** When and where so many nodes are expected of what is free over some slots, and by the general test. */
function compareExpected(
  kernel: OpenKernel,
  { state, jobs }: ReturnType<typeof running>,
  [first, last]: readonly [number, number],
  minNodes: number,
  until: number,
) {
  const offered = kernel.free(first, last, minNodes);
  if (offered === undefined) return;
  const bench = { state, holdings: { byEnd: jobs, vacant: state.nodes.idle } } as unknown as Bench;
  const trial = { need: { minNodes } as Need, offered } as unknown as Trial;
  const expected = new WholeNodes(bench, {} as never, true).expect(trial, now + until, now);
  const start = kernel.inspected.expectBetween(first, last, minNodes, until);
  if (expected?.start === Number.POSITIVE_INFINITY) expect(start).toBe(2 ** 31 - 1);
  else expect(start).toBe(expected === undefined ? never : expected.start - now);
  if (expected === undefined || expected.start === Number.POSITIVE_INFINITY) return;
  expect(kernel.taken().sort((a, b) => a - b)).toEqual(expected.nodes.list());
}
