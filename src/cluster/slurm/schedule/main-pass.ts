import { BitVector } from "../../../core/bit-vector.js";
import { SECOND } from "../../../core/units.js";
import { versionAtLeast } from "../model/config.js";
import type { SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { Reservation } from "../model/reservation.js";
import type { SchedulerContext } from "./context.js";
import { meetsDeadline, minutesLeft } from "./deadline.js";
import { licensesFree } from "./licenses.js";
import { namedNodes } from "./named-nodes.js";
import { type QueueEntry, sortQueue } from "./order.js";
import type { PlainQueue } from "./plain-queue.js";
import { buildQueue, isAdmitted } from "./queue.js";
import { isNodeUnavailable, isPolicy, isResources, nodesTaken, Reasons } from "./reasons.js";
import { Rejection } from "./rejection.js";
import { outgrows } from "./reservations.js";
import { priorityToReserve } from "./reserve-threshold.js";
import { isRunnable, mayStartTask, minNodesOf } from "./runnable.js";
import { Starter, type StartResult } from "./start.js";

/** More reservations than this do not fail in one pass. */
const mostFailedReservations = 10;

/**
 * The main scheduler: tries pending jobs strictly in their order. Who does not fit fails its partition for the rest of
 * the pass, and takes the partition's nodes with it.
 *
 * `_schedule` of src/slurmctld/job_scheduler.c, 22.05.
 */
export class MainScheduler {
  readonly #reasons: Reasons;
  readonly #starter: Starter;
  /** Nodes that the rest of the pass may give. */
  readonly #avail: BitVector;
  readonly #failed: Uint8Array;
  readonly #triedInPartition: Int32Array;
  #failedReservations: Reservation[] = [];
  readonly #rejection: Rejection;
  #started = 0;
  #tried = 0;
  #full = true;
  /** µs that the pass has taken so far, and of its second when it began. */
  took = 0;
  #began = 0;

  /** `testTime`: µs that it takes to try a job. */
  constructor(
    readonly context: SchedulerContext,
    readonly plain?: PlainQueue | undefined,
    readonly testTime = 0,
  ) {
    const { state } = context;
    this.#reasons = new Reasons(plain?.unlike);
    this.#starter = new Starter(context, this.#reasons);
    this.#rejection = new Rejection(this.#reasons);
    this.#avail = new BitVector(state.nodes.count);
    this.#failed = new Uint8Array(state.partitions.length);
    this.#triedInPartition = new Int32Array(state.partitions.length);
  }

  /**
   * One pass. `full`: the depth limits do not hold. `now`: µs, where tries take time. Answers the number of jobs started.
   */
  pass(full: boolean, now = 0): number {
    const { context } = this;
    const { state } = context;
    const { parameters } = state.config.scheduler;
    this.#begin(full);
    this.took = 0;
    this.#began = now % SECOND;
    if (parameters.reduce_completing_frag) this.#avoidCompleting();
    if (isFifo(context)) this.#walkJobList();
    else if (this.plain?.refresh(this.#reasons)) this.#walk(this.plain);
    else {
      const queue = buildQueue(context, this.#reasons, false);
      sortQueue(queue, state.config);
      for (const entry of queue) if (!this.#tryEntry(entry)) break;
      this.plain?.forget();
    }
    this.#reasons.publish(context.actions);
    return this.#started;
  }

  #begin(full: boolean): void {
    this.#avail.copyFrom(this.context.state.nodes.coming);
    this.#failed.fill(0);
    this.#triedInPartition.fill(0);
    this.#failedReservations = [];
    this.#rejection.clear();
    if (this.#starter.preempting.size > 0) this.#starter.preempting.clear();
    this.#started = 0;
    this.#tried = 0;
    this.#full = full;
  }

  /** CompleteWait with reduce_completing_frag: partitions with completing jobs are left alone. */
  #avoidCompleting(): void {
    const { state } = this.context;
    const { completing } = state.nodes;
    if (state.config.completeWait === 0 || completing.empty) return;
    for (const partition of state.partitions)
      if (partition.nodes.overlaps(completing) && schedules(partition)) this.#failPartition(partition);
  }

  /** sched/builtin with priority/basic and one tier: jobs in the order of the job list, in each of their partitions. */
  #walkJobList(): void {
    const { context } = this;
    for (const job of context.state.jobs) {
      if (!isRunnable(job, context, this.#reasons)) continue;
      for (const partition of job.partitions) {
        job.partition = partition;
        if (!isAdmitted(job, partition, context, this.#reasons, false)) continue;
        const { priority, task } = job;
        if (!this.#tryEntry({ job, partition, priority, magnetic: undefined, task })) return;
        if (job.state !== SlurmJobState.Pending) break;
      }
    }
  }

  /** Jobs behind one that failed their partition only learn that they wait for it: most have done so in an earlier pass. */
  #walk({ entries, unlike, partitions }: PlainQueue): void {
    const { default_queue_depth: depth, sched_max_job_start: most } =
      this.context.state.config.scheduler.parameters;
    let toLearn = unlike.size;
    for (const entry of entries) {
      const { job, partition } = entry;
      if (toLearn === 0 && this.#allFailed(partitions)) return;
      if (job.reason !== "Priority") toLearn--;
      if (this.#failed[partition.index] === 0) {
        if (!this.#tryEntry(entry, entry.nodes)) return;
        continue;
      }
      if (job.state !== SlurmJobState.Pending) continue;
      if (most > 0 && this.#started >= most) return;
      if (!this.#full && this.#tried++ > depth) return;
      if (job.reason !== "Priority") this.#isBehindFailure(job, partition);
    }
  }

  /** `wholeNodes`: that it asks for so many and for nothing else, if that is known. False when the pass ends. */
  #tryEntry({ job, partition, priority, magnetic }: QueueEntry, wholeNodes = 0): boolean {
    // It may have started in another partition, or asked others to go.
    if (job.state !== SlurmJobState.Pending || this.#starter.preempting.has(job)) return true;
    job.partition = partition;
    if (job.priorities !== undefined) job.priority = priority;
    if (job.het !== undefined) {
      // Only backfill starts these.
      this.#failPartition(partition);
      return true;
    }
    if (magnetic !== undefined) job.reservation = magnetic;
    let started: number;
    let goOn = true;
    do {
      started = this.#started;
      if (!outgrows(job, partition)) goOn = this.#tryJob(job, partition, wholeNodes);
      // The head of an array goes on with its next task.
    } while (goOn && this.#started > started && job.state === SlurmJobState.Pending);
    if (magnetic !== undefined && job.state === SlurmJobState.Pending) job.reservation = undefined;
    this.#rejection.shareReason(job);
    return goOn;
  }

  #tryJob(job: SlurmJob, partition: Partition, wholeNodes: number): boolean {
    const { context } = this;
    const { state } = context;
    const { parameters } = state.config.scheduler;
    if (parameters.sched_max_job_start > 0 && this.#started >= parameters.sched_max_job_start) return false;
    if (this.testTime > 0 && this.#isLate()) return false;
    if (job.array !== undefined) {
      if (this.#rejection.covers(job, partition)) return true;
      this.#rejection.set(job, partition);
      if (!mayStartTask(job, this.#reasons)) return true;
    }
    if (this.#isTooDeep(job, partition)) return true;
    if (!this.#full && this.#tried++ > parameters.default_queue_depth) return false;
    if (this.#isBehindFailure(job, partition)) return true;
    if (job.deadline !== Number.POSITIVE_INFINITY && !meetsDeadline(job, state.now)) {
      this.#reasons.forget(job);
      context.actions.withdraw(job, "DEADLINE");
      return true;
    }
    if (isPolicy(job.reason) && !this.#starter.passesBefore(job, partition)) return true;
    const { required } = namedNodes(job.request, state.nodes);
    if (isNodeUnavailable(job.reason) && required !== undefined && !required.within(this.#avail)) return true;
    if (!this.#avail.shares(minNodesOf(job), partition.nodes)) {
      this.#reasons.set(job, nodesTaken);
      this.#failPartition(partition);
      return true;
    }
    if (!licensesFree(job.request, state)) {
      this.#reasons.set(job, "Licenses");
      // Backfill plans with licences: whoever comes later must not take them first.
      return !parameters.bf_licenses || state.config.scheduler.type === "builtin";
    }
    // Once it was tried, too few vacant nodes are all that another try would find.
    const lacking = job.totalCpus > 0 && !this.#avail.shares(wholeNodes, state.nodes.idle);
    const result = lacking ? this.#starter.busy(job) : this.#start(job, partition);
    if (result === "started") {
      this.#started++;
      this.#rejection.clear();
    } else this.#afterFailure(job, partition, result);
    return true;
  }

  /** max_sched_time is over; slurmctld looks at whole seconds. */
  #isLate(): boolean {
    const { max_sched_time } = this.context.state.config.scheduler.parameters;
    return Math.floor((this.#began + this.took) / SECOND) >= max_sched_time;
  }

  #start(job: SlurmJob, partition: Partition): StartResult {
    const limit = job.timeLimit;
    this.took += this.testTime;
    if (job.deadline !== Number.POSITIVE_INFINITY)
      job.timeLimit = Math.min(
        limit ?? partition.config.defaultTime ?? partition.config.maxTime,
        minutesLeft(job, this.context.state.now),
      );
    const result = this.#starter.try(job, partition, this.#avail, undefined, { by: "main" });
    if (result !== "started") job.timeLimit = limit;
    return result;
  }

  /** Whether the rest of the partition, of the reservation or of some nodes has to wait behind a job that failed. */
  #afterFailure(job: SlurmJob, partition: Partition, result: StartResult): void {
    const { state, actions } = this.context;
    const { parameters } = state.config.scheduler;
    if (result === "reserved" && job.reservation !== undefined) this.#avail.andNot(job.reservation.nodes);
    if (result === "never" && job.partitions.length === 1) {
      this.#reasons.forget(job);
      actions.hold(job, "BadConstraints");
    }
    let fails = result === "busy" || (result === "policy" && parameters.assoc_limit_stop);
    const { required, requiredCount } = namedNodes(job.request, state.nodes);
    if (required !== undefined && requiredCount >= job.request.minNodes) {
      // Others wait for these nodes only.
      fails = false;
      this.#avail.andNot(required);
    }
    if (!fails) return;
    if (job.reservation !== undefined) {
      if (this.#failedReservations.length < mostFailedReservations)
        this.#failedReservations.push(job.reservation);
      return;
    }
    const age = job.eligibleTime < 0 ? 0 : state.now - job.eligibleTime;
    if (parameters.bf_min_age_reserve > 0 && age < parameters.bf_min_age_reserve) return;
    if (job.priority < priorityToReserve(job, partition, this.context)) return;
    this.#failPartition(partition);
  }

  #allFailed(partitions: Iterable<Partition>): boolean {
    for (const { index } of partitions) if (this.#failed[index] === 0) return false;
    return true;
  }

  #failPartition(partition: Partition): void {
    if (this.#failed[partition.index] === 1) return;
    this.#failed[partition.index] = 1;
    this.#avail.andNot(partition.nodes);
  }

  #isBehindFailure(job: SlurmJob, partition: Partition): boolean {
    if (job.reservation !== undefined) {
      if (!this.#failedReservations.includes(job.reservation)) return false;
      this.#reasons.set(job, "Priority");
      return true;
    }
    if (this.#failed[partition.index] === 0) return false;
    // Any other reason is kept.
    if (job.reason === "None" || isResources(job.reason)) this.#reasons.set(job, "Priority");
    return true;
  }

  #isTooDeep(job: SlurmJob, partition: Partition): boolean {
    const depth = this.context.state.config.scheduler.parameters.partition_job_depth;
    if (depth === 0 || this.#triedInPartition[partition.index]++ < depth) return false;
    if (job.reason === "None") this.#reasons.set(job, "Priority");
    return true;
  }
}

/** The strict order of sched/builtin with priority/basic and one tier; the shortcut is gone from 24.11 on. */
function isFifo({ state }: SchedulerContext): boolean {
  const { config, partitions } = state;
  return (
    config.scheduler.type === "builtin" &&
    config.priority.type === "basic" &&
    !versionAtLeast(config.version, "24.11") &&
    partitions.every((one) => one.config.priorityTier === partitions[0]!.config.priorityTier)
  );
}

function schedules(partition: Partition): boolean {
  return partition.state === "UP" || partition.state === "DRAIN";
}
