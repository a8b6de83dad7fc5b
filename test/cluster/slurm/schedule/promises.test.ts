import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SlurmJob, SlurmJobState } from "../../../../src/cluster/slurm/model/job.js";
import { goldenCase, type WorkloadJob } from "../support/case.js";
import { goldenConfig } from "../support/config.js";
import { goldenJobs } from "../support/jobs.js";
import { Stage } from "../support/replay/stage.js";

const golden = goldenCase("b-backfill-exact");
const END = 3600;

interface Ask {
  submit: number;
  nodes: number;
  cpus: number;
  limit: number;
  tasks: number;
  /** Waits for the end of the job so many places before it; 0: for none. */
  after: number;
}

const ask: fc.Arbitrary<Ask> = fc.record({
  submit: fc.nat(300),
  nodes: fc.integer({ min: 1, max: 8 }),
  cpus: fc.constantFrom(16, 16, 4, 8),
  limit: fc.integer({ min: 1, max: 6 }),
  tasks: fc.constantFrom(1, 1, 1, 3),
  after: fc.constantFrom(0, 0, 0, 1, 2),
});

/** Whole nodes for equally long, submitted together: nothing joins the queue before others, and no ends come close to others. */
const alone = ask.map((one) => ({ ...one, submit: 0, cpus: 16, limit: 5, tasks: 1, after: 0 }));

interface Start {
  job: SlurmJob;
  /** An array's for its tasks. */
  id: number;
  waitsFor: readonly number[];
  t: number;
}

/** Both schedulers at every second of a cluster of eight nodes on which jobs run for exactly their limit. */
class Cluster {
  readonly stage = new Stage(goldenConfig(golden));
  readonly starts: Start[] = [];

  constructor(asks: readonly Ask[], watch: { afterPasses?: (stage: Stage) => void } = {}) {
    const { stage } = this;
    const { state } = stage;
    const workload = [...asks]
      .sort((a, b) => a.submit - b.submit)
      .map(({ submit, nodes, cpus, limit, tasks, after }, i): WorkloadJob => {
        const depends = after > 0 && after <= i ? { depends: `afterok:@j${i - after}` } : {};
        const array = tasks > 1 ? { array: `0-${tasks - 1}` } : {};
        return {
          id: `j${i}`,
          submit_s: submit,
          nodes,
          cpus,
          limit_min: limit,
          run_s: 60 * limit,
          user: "u1",
          ...depends,
          ...array,
        };
      });
    const ids = Object.fromEntries(workload.map(({ id }, i) => [String(100 * (i + 1)), id]));
    const jobs = goldenJobs({
      ...golden,
      scenario: { ...golden.scenario, workload },
      observed: { ...golden.observed, ids, decision_log: [] },
    });
    const waits = new Map(jobs.map(({ label, dependencies }) => [label, dependencies.map(({ job }) => job)]));
    for (state.now = 0; state.now < END; state.now++) {
      for (const job of [...state.running])
        if (job.endTime <= state.now) {
          stage.end(job, "COMPLETED");
          state.nodes.completing.andNot(job.allocation!.nodes);
          job.state = SlurmJobState.Ended;
        }
      while (jobs[0] !== undefined && jobs[0].submit <= state.now) stage.submit(jobs.shift()!);
      stage.main.pass(true);
      stage.backfill.pass();
      for (const { job } of stage.deeds)
        this.starts.push({
          job,
          id: job.array?.id ?? job.id,
          waitsFor: waits.get(job.label) ?? [],
          t: state.now,
        });
      stage.deeds = [];
      watch.afterPasses?.(stage);
      if (jobs.length === 0 && state.pending.size === 0 && state.running.size === 0) return;
    }
  }
}

describe("on random workloads with exact limits", () => {
  it("nothing that runs is in the way of a start that a pass has just promised", () => {
    fc.assert(
      fc.property(fc.array(ask, { minLength: 1, maxLength: 25 }), (asks) => {
        new Cluster(asks, {
          afterPasses: ({ state }) => {
            for (const job of state.pending) {
              if (job.plannedNodes === undefined || job.expectedStart < state.now) continue;
              for (const node of job.plannedNodes.list()) {
                let held = job.request.cpusPerTask;
                for (const { allocation, endTime } of state.running)
                  if (endTime > job.expectedStart)
                    held += allocation!.cpus[allocation!.node.indexOf(node)] ?? 0;
                expect(held).toBeLessThanOrEqual(16);
              }
            }
          },
        });
      }),
      { numRuns: 30 },
    );
  });

  it("the first job of the queue starts no later than promised, when ends are far enough apart to be told apart", () => {
    fc.assert(
      fc.property(fc.array(alone, { minLength: 1, maxLength: 25 }), (asks) => {
        const promised = new Map<SlurmJob, number>();
        const { starts } = new Cluster(asks, {
          afterPasses: ({ state }) => {
            const head = [...state.pending].sort((a, b) => b.priority - a.priority)[0];
            if (head === undefined || head.expectedStart < state.now) return;
            promised.set(head, Math.min(promised.get(head) ?? Number.POSITIVE_INFINITY, head.expectedStart));
          },
        });
        for (const { job, t } of starts)
          expect(t).toBeLessThanOrEqual(promised.get(job) ?? Number.POSITIVE_INFINITY);
      }),
      { numRuns: 30 },
    );
  });

  it("no job starts before those that it depends on have ended, nor a task before the lower ones of its array", () => {
    fc.assert(
      fc.property(fc.array(ask, { minLength: 1, maxLength: 25 }), (asks) => {
        const { starts } = new Cluster(asks);
        const order = new Map<number, number>();
        const ended = new Map<number, number>();
        for (const { job, id, waitsFor, t } of starts) {
          ended.set(id, Math.max(ended.get(id) ?? 0, job.endTime));
          for (const other of waitsFor) expect(ended.get(other)).toBeLessThanOrEqual(t);
          if (job.task < 0) continue;
          expect(job.task).toBeGreaterThan(order.get(job.array!.id) ?? -1);
          order.set(job.array!.id, job.task);
        }
      }),
      { numRuns: 30 },
    );
  });
});
