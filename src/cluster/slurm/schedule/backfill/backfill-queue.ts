import type { SlurmJob } from "../../model/job.js";
import { SlurmJobState } from "../../model/job.js";
import type { Partition } from "../../model/partition.js";
import { type SchedulerContext, year } from "../context.js";
import { type QueueEntry, sortQueue } from "../order.js";
import { buildQueue } from "../queue.js";
import type { Reasons } from "../reasons.js";
import { priorityToReserve } from "../reserve-threshold.js";
import { qosRefusal } from "../runnable.js";
import { startTogether } from "./het-start.js";
import type { Planner } from "./planner.js";
import type { Attempt } from "./trial.js";

/** The jobs that a backfill pass looks at: what comes before the search for a place, and after it. */
export class BackfillQueue {
  constructor(
    readonly context: SchedulerContext,
    readonly reasons: Reasons,
    readonly planner: Planner,
  ) {}

  /**
   * The jobs that the pass will look at, in its order; what the last one planned is forgotten. `known`: them, when they have
   * been found already.
   */
  entries(known?: readonly QueueEntry[]): QueueEntry[] {
    const { context } = this;
    const { state } = context;
    const queue = known === undefined ? buildQueue(context, this.reasons, true) : [...known];
    if (queue.length === 0) return queue;
    for (const job of state.pending) {
      job.expectedStart = -1;
      job.plannedNodes = undefined;
    }
    if (known === undefined) sortQueue(queue, state.config);
    return queue;
  }

  /** The pass has tested as many jobs as it may. */
  get exhausted(): boolean {
    return this.planner.tested >= this.context.state.config.scheduler.parameters.bf_max_job_test;
  }

  /** False when the job has started or is held. */
  awaits({ job, partition }: QueueEntry): boolean {
    if (job.het !== undefined) {
      // Until it is known better: in a year.
      this.planner.het.set(job, partition, this.context.state.now + year);
      if (job.reason === "None") this.reasons.set(job, "Resources");
    }
    return job.state === SlurmJobState.Pending && job.priority !== 0;
  }

  /** Its turn has come. What it is tried with; undefined when it is not to be tried. */
  begin({ job, partition, priority, magnetic }: QueueEntry): Attempt | undefined {
    const { state } = this.context;
    const { planner } = this;
    job.partition = partition;
    if (job.priorities !== undefined) job.priority = priority;
    if (magnetic !== undefined) job.reservation = magnetic;
    const { bf_window, assoc_limit_stop } = state.config.scheduler.parameters;
    const notBefore = job.het === undefined ? 0 : planner.het.othersStart(job);
    if (notBefore > state.now + 60 * bf_window) return undefined;
    const refusal = qosRefusal(job, partition);
    if (refusal !== undefined) {
      this.reasons.set(job, refusal);
      return undefined;
    }
    if (!assoc_limit_stop && !planner.starter.passesBefore(job, partition)) return undefined;
    const nowOnly = this.#mustNotReserve(job, partition);
    if (planner.starter.preempting.has(job)) return undefined;
    const known = job.expectedStart;
    return { job, partition, notBefore, nowOnly, known, magnetic: magnetic !== undefined };
  }

  /** Its turn is over. */
  end({ job, magnetic }: QueueEntry): void {
    if (magnetic !== undefined && job.state === SlurmJobState.Pending) job.reservation = undefined;
    this.planner.rejection.shareReason(job);
  }

  /** Too young, too low or one of too many in its partition: it may start now, but holds nothing back. */
  #mustNotReserve(job: SlurmJob, partition: Partition): boolean {
    const { now, config } = this.context.state;
    const { bf_min_age_reserve, bf_one_resv_per_job } = config.scheduler.parameters;
    const threshold = priorityToReserve(job, partition, this.context);
    if (threshold > 0 && job.priority < threshold) return true;
    if (bf_min_age_reserve > 0 && job.eligibleTime >= 0 && now - job.eligibleTime < bf_min_age_reserve)
      return true;
    if (bf_one_resv_per_job && job.expectedStart >= 0) return true;
    return !this.planner.mayPlan(partition);
  }

  /** All have had their turn: heterogeneous jobs whose components could all start now do so. */
  startHeterogeneous(): void {
    const { state } = this.context;
    const { bf_max_job_start } = state.config.scheduler.parameters;
    const { planner } = this;
    for (const plans of planner.het.ready(state.now)) {
      if (bf_max_job_start > 0 && planner.started >= bf_max_job_start) return;
      planner.started += startTogether(plans, planner.starter, this.context);
    }
  }
}
