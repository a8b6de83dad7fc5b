import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../../src/core/units.js";
import type { RunFacts } from "../../../../src/journal/facts.js";
import { type JournalListener, NodeState } from "../../../../src/journal/journal.js";
import { simulated } from "../support/simulated.js";

interface Change {
  t: number;
  node: string;
  is: NodeState;
}

interface Run {
  job: string;
  nodes: string[];
  from: number;
  to: number;
}

/** Writes down what nodes were, and when jobs ran on them; seconds. */
class Observer implements JournalListener {
  readonly changes: Change[] = [];
  readonly runs: Run[] = [];
  readonly #open = new Map<string, Run>();
  #facts!: RunFacts;

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
  }

  nodeState(time: number, node: number, is: NodeState): void {
    this.changes.push({ t: time / SECOND, node: this.#facts.nodeFacts.name(node), is });
  }

  start(time: number, job: number): void {
    const { jobs } = this.#facts;
    const nodes = jobs
      .placement(job)
      .split(/[ ,]+/)
      .map((part) => part.replace(/:.*/, ""));
    const run = { job: jobs.id(job), nodes, from: time / SECOND, to: Number.POSITIVE_INFINITY };
    this.runs.push(run);
    this.#open.set(run.job, run);
  }

  end(time: number, job: number): void {
    const run = this.#open.get(this.#facts.jobs.id(job));
    if (run !== undefined) run.to = time / SECOND;
  }

  preempt(time: number, job: number): void {
    this.end(time, job);
  }

  /** What a node was at a time, as of before the changes of that very time when `before`. */
  was(node: string, t: number): NodeState {
    return this.changes.findLast((one) => one.node === node && one.t <= t)?.is ?? NodeState.Up;
  }
}

const NODES = 6;
const jobs = fc.array(
  fc.record({
    gap: fc.nat(200),
    nodes: fc.integer({ min: 1, max: NODES }),
    run: fc.integer({ min: 1, max: 300 }),
  }),
  { minLength: 1, maxLength: 25 },
);
const settings = fc.record({
  SuspendTime: fc.integer({ min: 5, max: 200 }),
  SuspendTimeout: fc.integer({ min: 0, max: 60 }),
  SuspendRate: fc.nat(3),
  ResumeRate: fc.nat(3),
  boot: fc.integer({ min: 0, max: 100 }),
});

function rowsOf(list: readonly { gap: number; nodes: number; run: number }[]): string[] {
  let now = 0;
  return list.map(({ gap, nodes, run }, i) => {
    now += gap;
    return `j${i},${now},${run},u,--nodes=${nodes} --exclusive --time=${Math.ceil(run / 60)}`;
  });
}

async function run(
  list: readonly { gap: number; nodes: number; run: number }[],
  {
    boot,
    ...given
  }: { boot: number; SuspendTime: number; SuspendTimeout: number; SuspendRate: number; ResumeRate: number },
  more: Record<string, unknown> = {},
): Promise<Observer> {
  const observer = new Observer();
  const options = {
    SuspendProgram: "/off",
    ResumeProgram: "/on",
    ResumeTimeout: 200,
    boot: `${boot}s`,
    ...given,
    ...more,
  };
  await simulated(options, rowsOf(list), observer, NODES);
  return observer;
}

/** No more nodes at once than the rate, and in no minute more than twice that. */
function holds(changes: readonly Change[], is: NodeState, rate: number): boolean {
  const times = changes.filter((one) => one.is === is).map(({ t }) => t);
  if (rate === 0) return true;
  return times.every(
    (t) =>
      times.filter((other) => other === t).length <= rate &&
      times.filter((other) => other >= t && other < t + 60).length <= 2 * rate + 1,
  );
}

describe("whatever jobs come and whatever is set", () => {
  it("no job runs on a node without power, and all run in the end", async () => {
    await fc.assert(
      fc.asyncProperty(jobs, settings, async (list, given) => {
        const observer = await run(list, given);
        const { runs, changes } = observer;
        expect(new Set(runs.map(({ job }) => job)).size).toBe(list.length);
        for (const { job, nodes, from, to } of runs) {
          expect(nodes.length).toBe(list[Number(job.slice(1))]!.nodes);
          for (const node of nodes) {
            expect(observer.was(node, from)).toBe(NodeState.Up);
            expect(changes.filter((one) => one.node === node && one.t > from && one.t < to)).toEqual([]);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it("a node that is suspended has been idle for longer than SuspendTime", async () => {
    await fc.assert(
      fc.asyncProperty(jobs, settings, async (list, given) => {
        const { runs, changes } = await run(list, given);
        for (const { t, node } of changes.filter(({ is }) => is === NodeState.PoweringDown)) {
          const busy = runs.filter((one) => one.nodes.includes(node) && one.from < t).map(({ to }) => to);
          const up = changes.filter((one) => one.node === node && one.is === NodeState.Up && one.t < t);
          const since = Math.max(0, ...busy, ...up.map((one) => one.t));
          expect(Math.floor(t) - Math.floor(since)).toBeGreaterThan(given.SuspendTime);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("SuspendRate and ResumeRate hold", async () => {
    await fc.assert(
      fc.asyncProperty(jobs, settings, async (list, given) => {
        const { changes } = await run(list, given);
        expect(holds(changes, NodeState.PoweringDown, given.SuspendRate)).toBe(true);
        expect(holds(changes, NodeState.PoweringUp, given.ResumeRate)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("excluded nodes stay up, of a counted item as many as it says", async () => {
    await fc.assert(
      fc.asyncProperty(jobs, settings, async (list, given) => {
        const { changes } = await run(list, given, { SuspendExcNodes: "n-0,n-[1-3]:2" });
        expect(changes.filter(({ node }) => node === "n-0")).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it("a node takes SuspendTimeout to be had again, and its boot to be up", async () => {
    await fc.assert(
      fc.asyncProperty(jobs, settings, async (list, given) => {
        const { changes } = await run(list, given);
        const before = new Map<string, Change>();
        for (const change of changes) {
          const last = before.get(change.node);
          if (change.is === NodeState.PoweredDown && last?.is === NodeState.PoweringDown)
            expect(Math.floor(change.t) - Math.floor(last.t)).toBeGreaterThan(given.SuspendTimeout);
          if (change.is === NodeState.Up && last?.is === NodeState.PoweringUp)
            expect(change.t - last.t).toBeCloseTo(given.boot, 5);
          before.set(change.node, change);
        }
      }),
      { numRuns: 20 },
    );
  });
});
