import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MakeParts } from "../../../../../src/cluster/slurm/controller/parts.js";
import { makeParts } from "../../../../../src/cluster/slurm/make-parts.js";
import { type SlurmJob, SlurmJobState } from "../../../../../src/cluster/slurm/model/job.js";
import type { Selector } from "../../../../../src/cluster/slurm/model/parts.js";
import type { SlurmState } from "../../../../../src/cluster/slurm/model/state.js";
import { RunningJobs } from "../../../../../src/cluster/slurm/schedule/backfill/whole/running-jobs.js";
import { WaitingJobs } from "../../../../../src/cluster/slurm/schedule/backfill/whole/waiting-jobs.js";
import { sortQueue } from "../../../../../src/cluster/slurm/schedule/order.js";
import type { PlainEntry } from "../../../../../src/cluster/slurm/schedule/plain-queue.js";
import { stateOf } from "../../support/conf.js";
import { OpenKernel } from "../../support/kernel.js";
import { startsOf } from "../../support/run.js";

interface Plan {
  readonly job: SlurmJob;
  /** Seconds from the run's start, -1 for none. */
  readonly start: number;
  readonly nodes: readonly number[];
}

/** Plans each job of the queue with the kernel, up to the first that could start at once. */
class Shadow {
  readonly kernel: OpenKernel;
  readonly running: RunningJobs;
  readonly waiting: WaitingJobs;
  compared = 0;

  constructor(
    readonly state: SlurmState,
    selector: Selector,
  ) {
    const { bf_window, bf_resolution } = state.config.scheduler.parameters;
    const slots = Math.ceil((60 * bf_window) / bf_resolution) + 1;
    this.kernel = new OpenKernel(state.nodes.count, slots, Array(24).fill(0), bf_resolution);
    this.running = new RunningJobs({ state, selector }, this.kernel);
    this.waiting = new WaitingJobs(state, this.kernel);
  }

  plan(): Plan[] {
    const { kernel, state } = this;
    const { exports } = kernel;
    const { now, nodes, config } = state;
    const { bf_resolution, bf_window, bf_max_job_test, bf_node_space_size } = config.scheduler.parameters;
    const queue = [...state.pending].map(
      (job): PlainEntry => ({
        job,
        partition: job.partition,
        priority: job.priority,
        magnetic: undefined,
        task: job.task,
        nodes: job.request.minNodes,
        minutes: job.timeLimit!,
        submitted: job.submitTime,
      }),
    );
    sortQueue(queue, config);
    this.running.advance();
    kernel.view().set(nodes.idle.words, exports.idleAt() >> 2);
    kernel.view().set(nodes.avail.words, exports.availAt() >> 2);
    this.waiting.reordered();
    this.waiting.tell(queue);
    exports.setPresent(now % bf_resolution, now % 30, 60 * bf_window);
    exports.begin(this.waiting.classes.length, bf_max_job_test, bf_node_space_size);
    const plans: Plan[] = [];
    for (const { job } of queue) {
      const start = exports.find(false as never);
      if (start === 0) break;
      plans.push({ job, start: start < 0 ? -1 : now + start, nodes: start < 0 ? [] : kernel.taken() });
      exports.plan();
      exports.next();
    }
    return plans;
  }

  /** `plans` were made before a pass that plans as Slurm does. */
  compare(plans: readonly Plan[]): void {
    // What would start after the window is not planned.
    const end = this.state.now + 60 * this.state.config.scheduler.parameters.bf_window;
    const inWindow = (start: number) => (start > end ? -1 : start);
    for (const { job, start, nodes } of plans) {
      if (job.state !== SlurmJobState.Pending) continue;
      expect([job.id, inWindow(start)]).toEqual([job.id, inWindow(job.expectedStart)]);
      if (inWindow(start) < 0) continue;
      expect([...nodes].sort((a, b) => a - b)).toEqual(job.plannedNodes!.list());
      this.compared++;
    }
  }
}

const some = (resolution: number, gap: fc.Arbitrary<number>, used: fc.Arbitrary<number>) => {
  const job = fc.record({
    gap,
    nodes: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 })),
    cores: fc.constant(0),
    minutes: fc.constantFrom(1, 2, 3, 5, 10, 20, 60, 200),
    used,
  });
  return {
    resolution,
    window: resolution === 1 ? 60 : 600,
    workload: fc.array(job, { minLength: 30, maxLength: 80 }),
  };
};

/** Many of few kinds, for which there is no place in a short window until more is planned and Slurm looks at more moments. */
const alike = {
  resolution: 60,
  window: 75,
  workload: fc.array(
    fc.record({
      gap: fc.constantFrom(0, 0, 0, 20),
      nodes: fc.constantFrom(5, 13, 21, 34, 60),
      cores: fc.constant(0),
      minutes: fc.constantFrom(7, 17, 40),
      used: fc.constantFrom(0.1, 0.4, 1),
    }),
    { minLength: 60, maxLength: 120 },
  ),
};

describe("the plan of each job", () => {
  it.each([
    ["at any second", some(60, fc.integer({ min: 0, max: 40 }), fc.constantFrom(0.1, 0.5, 1, 1.1))],
    ["on the minute", some(60, fc.constantFrom(0, 0, 60), fc.constantFrom(0.5, 1))],
    ["in slots of 45 s", some(45, fc.integer({ min: 0, max: 40 }), fc.constantFrom(0.1, 0.5, 1))],
    ["in slots of a second", some(1, fc.integer({ min: 0, max: 40 }), fc.constantFrom(0.1, 0.5, 1))],
    ["many of few kinds", alike],
  ])("is the plain planner's, time and nodes: %s", async (_name, { resolution, window, workload }) => {
    const conf = `SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=30,bf_resolution=${resolution},bf_window=${window}
NodeName=n[00-69] CPUs=4
PartitionName=main Nodes=ALL OverSubscribe=EXCLUSIVE
`;
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(workload, fc.boolean(), async (jobs, drained) => {
        const shadowed: MakeParts = (state, actions, epoch) => {
          const parts = makeParts(state, actions, epoch, false);
          const shadow = new Shadow(state, parts.selector);
          const backfill = () => {
            const plans = shadow.plan();
            const started = parts.backfill();
            shadow.compare(plans);
            compared += shadow.compared;
            return started;
          };
          return { ...parts, backfill };
        };
        const commands = [
          { at: 1, command: "scontrol update NodeName=n[3,9-11,20-29,41] State=DRAIN Reason=test" },
          { at: 900, command: "scontrol update NodeName=n[3,9-11,20-29,41] State=RESUME" },
        ];
        await startsOf(stateOf(conf), shadowed, jobs, drained ? { commands } : {});
      }),
      { numRuns: 12, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(100);
  });
});
