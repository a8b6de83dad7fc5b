import type { SlurmJob } from "../../model/job.js";
import { SlurmJobState } from "../../model/job.js";
import type { Partition } from "../../model/partition.js";
import { type SchedulerContext, year } from "../context.js";
import { type QueueEntry, sortQueue } from "../order.js";
import type { PlainQueue } from "../plain-queue.js";
import { buildQueue } from "../queue.js";
import { Reasons } from "../reasons.js";
import { priorityToReserve } from "../reserve-threshold.js";
import { qosRefusal } from "../runnable.js";
import { startTogether } from "./het-start.js";
import { Planner } from "./planner.js";
import { Vacancies } from "./vacancies.js";
import { WholeNodesPass } from "./whole/pass.js";

/**
 * The backfill scheduler: conservative backfill. Every pending job that is looked at gets a place in a map of the time
 * to come, in the order of the queue; who finds a place now, under all places of those before, starts. The map is made
 * anew in each pass.
 *
 * `_attempt_backfill` of src/plugins/sched/backfill/backfill.c, 22.05. A pass takes no time here, so that bf_max_time and
 * the yielding of locks have nothing to do.
 */
export class BackfillScheduler {
  readonly #reasons = new Reasons();
  readonly #planner: Planner;
  readonly #vacancies: Vacancies;
  readonly #whole: WholeNodesPass | undefined;

  /**
   * `estimates`: somebody reads when jobs are expected to start. Otherwise a pass ends as soon as no job that is left
   * can start in it. Without `shortcuts` it also plans as Slurm does, segment by segment and look by look: the starts are
   * the same.
   */
  constructor(
    readonly context: SchedulerContext,
    readonly estimates = true,
    shortcuts = true,
    readonly plain?: PlainQueue | undefined,
  ) {
    this.#planner = new Planner(context, this.#reasons, shortcuts);
    this.#vacancies = new Vacancies(context);
    if (plain !== undefined && !estimates && WholeNodesPass.fits(context.state))
      this.#whole = new WholeNodesPass(context, this.#planner.starter);
  }

  /** One pass. Answers the number of jobs started. */
  pass(): number {
    const { context } = this;
    const { state } = context;
    if (this.#whole !== undefined && this.plain?.refresh(this.#reasons)) {
      const started = this.#whole.run(this.plain.entries);
      this.#reasons.publish(context.actions);
      if (started >= 0) return started;
    }
    this.plain?.forget();
    const planner = this.#planner;
    planner.begin();
    const queue = buildQueue(context, this.#reasons, true);
    if (queue.length > 0) {
      for (const job of state.pending) {
        job.expectedStart = -1;
        job.plannedNodes = undefined;
      }
      sortQueue(queue, state.config);
      const vacancies = this.estimates || !this.#vacancies.applies() ? undefined : this.#vacancies;
      planner.prepare(queue, vacancies);
      for (let i = 0; i < queue.length; i++) {
        if (vacancies?.anyFrom(i) === false || !this.#tryEntry(queue[i]!)) break;
      }
      this.#startHeterogeneous();
    }
    this.#reasons.publish(context.actions);
    return planner.started;
  }

  /** False when the pass ends. */
  #tryEntry({ job, partition, priority, magnetic }: QueueEntry): boolean {
    const { state } = this.context;
    if (this.#planner.tested >= state.config.scheduler.parameters.bf_max_job_test) return false;
    if (job.het !== undefined) {
      // Until it is known better: in a year.
      this.#planner.het.set(job, partition, state.now + year);
      if (job.reason === "None") this.#reasons.set(job, "Resources");
    }
    if (job.state !== SlurmJobState.Pending || job.priority === 0) return true;
    job.partition = partition;
    if (job.priorities !== undefined) job.priority = priority;
    if (magnetic !== undefined) job.reservation = magnetic;
    const goOn = this.#tryTasks(job, partition, magnetic !== undefined);
    if (magnetic !== undefined && job.state === SlurmJobState.Pending) job.reservation = undefined;
    this.#planner.rejection.shareReason(job);
    return goOn;
  }

  #tryTasks(job: SlurmJob, partition: Partition, magnetic: boolean): boolean {
    const { state } = this.context;
    const { bf_window, assoc_limit_stop } = state.config.scheduler.parameters;
    const planner = this.#planner;
    const notBefore = job.het === undefined ? 0 : planner.het.othersStart(job);
    if (notBefore > state.now + 60 * bf_window) return true;
    const refusal = qosRefusal(job, partition);
    if (refusal !== undefined) {
      this.#reasons.set(job, refusal);
      return true;
    }
    if (!assoc_limit_stop && !planner.starter.passesBefore(job, partition)) return true;
    const nowOnly = this.#mustNotReserve(job, partition);
    if (planner.starter.preempting.has(job)) return true;
    const known = job.expectedStart;
    for (;;) {
      const limit = job.timeLimit;
      const outcome = planner.plan({ job, partition, notBefore, nowOnly, known, magnetic });
      if (job.state !== SlurmJobState.Pending) return outcome !== "stop";
      job.timeLimit = limit;
      if (outcome !== "next-task") return outcome === "next-job";
    }
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
    return !this.#planner.mayPlan(partition);
  }

  #startHeterogeneous(): void {
    const { state } = this.context;
    const { bf_max_job_start } = state.config.scheduler.parameters;
    const planner = this.#planner;
    for (const plans of planner.het.ready(state.now)) {
      if (bf_max_job_start > 0 && planner.started >= bf_max_job_start) return;
      planner.started += startTogether(plans, planner.starter, this.context);
    }
  }
}
