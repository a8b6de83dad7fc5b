import type { BitVector } from "../../../../core/bit-vector.js";
import { versionAtLeast } from "../../model/config.js";
import type { JobAllocation, SlurmJob } from "../../model/job.js";
import { SlurmJobState } from "../../model/job.js";
import type { Partition } from "../../model/partition.js";
import type { SchedulerContext } from "../context.js";
import { meetsDeadline } from "../deadline.js";
import { licensesFree } from "../licenses.js";
import type { QueueEntry } from "../order.js";
import type { Reasons } from "../reasons.js";
import { Rejection } from "../rejection.js";
import { isIndependent, mayStartTask, partitionReason } from "../runnable.js";
import { Starter, type StartResult } from "../start.js";
import { BlockedQos } from "./blocked.js";
import { CountProfile } from "./count-profile.js";
import { Counters } from "./counters.js";
import { HetPlans } from "./het-plan.js";
import { LicenseCounts } from "./license-counts.js";
import { PlanList } from "./plan-list.js";
import { PlanMap } from "./plan-map.js";
import { reserveRunning } from "./running.js";
import { type SlotNeeds, SlotSearch } from "./slot-search.js";
import { stretched } from "./stretched.js";
import { neverReserves, Terms } from "./terms.js";
import type { Attempt, Outcome, Trial } from "./trial.js";
import { awaitsTest, isAlone, type Vacancies } from "./vacancies.js";

/** Finds one job after the other its place in the map of a pass, and starts those whose place is now. */
export class Planner {
  readonly map: PlanMap;
  readonly het = new HetPlans();
  readonly rejection: Rejection;
  readonly starter: Starter;
  started = 0;
  tested = 0;
  /** A job has been planned for later. */
  plans = false;
  vacancies: Vacancies | undefined;
  readonly slots: SlotSearch;
  readonly #licenses: LicenseCounts;
  readonly #counters: Counters;
  /** The array whose tasks are being planned, and how many have been. */
  #array = -1;
  #tasks = 0;
  #windowEnd = 0;
  #running: readonly SlurmJob[] = [];
  readonly #profile = new CountProfile();
  #counting = false;
  readonly #blocked: BlockedQos;
  readonly #terms: Terms;

  constructor(
    readonly context: SchedulerContext,
    readonly reasons: Reasons,
    shortcuts: boolean,
  ) {
    const { state } = context;
    this.starter = new Starter(context, reasons);
    this.rejection = new Rejection(reasons);
    this.#licenses = new LicenseCounts(state);
    const { bf_resolution, bf_running_job_reserve } = state.config.scheduler.parameters;
    const { count } = state.nodes;
    this.map =
      shortcuts && this.#licenses.names.length === 0 && bf_resolution <= 60 && !bf_running_job_reserve
        ? new PlanList(count, bf_resolution)
        : new PlanMap(count, this.#licenses.names.length, bf_resolution);
    this.slots = new SlotSearch(context, this.map);
    this.#counters = new Counters(context);
    this.#blocked = new BlockedQos(state);
    this.#terms = new Terms(context, reasons);
  }

  /** A new pass: nothing is planned. */
  begin(): void {
    const { state } = this.context;
    const { parameters } = state.config.scheduler;
    const end = state.now + 60 * parameters.bf_window;
    this.#running = this.context.selector.running();
    this.map.reset(state.now, end, state.nodes.coming, this.#licenses.initial());
    this.#windowEnd = this.map.floor(end);
    if (parameters.bf_running_job_reserve || parameters.bf_licenses)
      for (const job of state.jobs) reserveRunning(job, this.map, this.#licenses, state);
    this.#counters.clear();
    this.#blocked.clear();
    this.het.clear();
    this.rejection.clear();
    this.starter.preempting.clear();
    this.started = 0;
    this.tested = 0;
    this.plans = false;
    this.#array = -1;
  }

  /** The jobs that the pass will look at are known. */
  prepare(queue: readonly QueueEntry[], vacancies: Vacancies | undefined): void {
    const { state } = this.context;
    this.vacancies = vacancies;
    vacancies?.begin(queue);
    // Looks that are left out do not count against bf_max_job_test; what suspended jobs hold counts as free in tests.
    const { bf_max_job_test } = state.config.scheduler.parameters;
    this.#counting =
      this.map instanceof PlanList &&
      this.context.selector.exclusive &&
      this.#mostTests(queue) <= bf_max_job_test &&
      this.#profile.reset(state, this.#running);
  }

  /** How many jobs and tasks of arrays a pass over this queue looks at, at the most. */
  #mostTests(queue: readonly QueueEntry[]): number {
    const { state } = this.context;
    const { nodes, config } = state;
    const { bf_max_job_array_resv } = config.scheduler.parameters;
    let most = 0;
    for (const { job, partition } of queue) {
      const startable = isAlone(job, partition, state) ? nodes.idle.count() : Number.POSITIVE_INFINITY;
      const tasks = job.array === undefined || job.task >= 0 ? 1 : job.tasksLeft.length;
      most += Math.min(tasks, startable + bf_max_job_array_resv + 1);
    }
    return most;
  }

  /** May another job of the partition get a place? */
  mayPlan(partition: Partition): boolean {
    return this.#counters.mayPlan(partition);
  }

  /** One job, or the next task of an array: looks until it has a place or there is none. */
  plan(attempt: Attempt): Outcome {
    const trial = this.open(attempt);
    if (trial === undefined) return "next-job";
    for (;;) {
      const outcome = this.look(trial);
      if (outcome !== undefined) return outcome;
    }
  }

  /** The tests before the first look; undefined when it has failed one. */
  open(attempt: Attempt): Trial | undefined {
    const { job, partition } = attempt;
    if (!this.#mayTry(job, partition)) return undefined;
    const { state } = this.context;
    const minNodes = this.#terms.minNodes(job, partition);
    if (minNodes < 0) return undefined;
    if (job.deadline !== Number.POSITIVE_INFINITY && !meetsDeadline(job, state.now)) {
      this.reasons.forget(job);
      this.context.actions.withdraw(job, "DEADLINE");
      return undefined;
    }
    const limit = job.timeLimit;
    const trial: Trial = {
      job,
      partition,
      minutes: this.#terms.minutes(job, partition),
      minNodes,
      licenses: this.#licenses.of(job.request),
      nowOnly: attempt.nowOnly,
      attempt,
      limit,
      later: this.#blocked.until(job, partition),
      now: state.now,
      counted: false,
    };
    if (
      this.#counting &&
      !trial.nowOnly &&
      job.het === undefined &&
      isAlone(job, partition, state) &&
      !awaitsTest(job, state)
    )
      trial.later = this.slots.skip(trial, trial.later, this.#earliest(trial));
    return trial;
  }

  /** The tests that a job has passed when the queue was built, which a start in this pass may have changed. */
  #mayTry(job: SlurmJob, partition: Partition): boolean {
    const { state } = this.context;
    const { bf_licenses } = state.config.scheduler.parameters;
    if (job.array !== undefined) {
      if (this.rejection.covers(job, partition)) return false;
      this.rejection.set(job, partition);
      if (!mayStartTask(job, this.reasons)) return false;
    }
    job.partition = partition;
    if (partitionReason(job, partition, state, true) !== "None") return false;
    if (!this.#counters.admit(job, partition)) return false;
    if (partition.state !== "UP" && partition.state !== "DRAIN") return false;
    if (!bf_licenses && !licensesFree(job.request, state)) return false;
    return isIndependent(job, this.context, this.reasons);
  }

  /** Looks once for a time at which it fits, from the trial's on; undefined when another look may find one. */
  look(trial: Trial): Outcome | undefined {
    const { job, partition, nowOnly, limit, attempt } = trial;
    const { known } = attempt;
    const { state } = this.context;
    const { now } = state;
    const slots = this.slots;
    slots.look(trial, Math.max(trial.later, attempt.notBefore), this.#windowEnd, trial.now);
    if (slots.deferred) return "next-job";
    trial.later = slots.later;
    if (slots.tested) this.#countTest(trial);
    if (slots.start < 0) {
      if (slots.tested) job.timeLimit = limit;
      job.expectedStart = known;
      return trial.later === 0 || nowOnly ? "next-job" : undefined;
    }
    let { start } = slots;
    const { nodes } = slots;
    if (start <= now && nodes.overlaps(state.nodes.completing)) {
      start = now + 1;
      trial.later = 0;
    }
    if (job.het !== undefined) this.het.set(job, partition, start);
    else if (start <= now) {
      const result = this.#start(attempt, limit);
      if (result === "started") return this.#afterStart(job);
      job.timeLimit = limit;
      if (result === "reserved" || (result === "policy" && !this.#stopsAtLimits)) {
        job.expectedStart = known;
        return "next-job";
      }
      if (result === "policy") start = this.#blocked.block(job, trial.later);
      else trial.later = 0;
    }
    if (job.het !== undefined) job.timeLimit = limit;
    if (start > now && nowOnly) {
      job.expectedStart = earlier(known, start);
      return "next-job";
    }
    if (trial.later !== 0 && start > trial.later) return undefined;
    if (start > now + 60 * state.config.scheduler.parameters.bf_window) {
      job.expectedStart = earlier(known, start);
      return "next-job";
    }
    const from = this.map.floor(start);
    const to = this.map.floor(start + 60 * trial.minutes);
    if (start > now && this.map.conflicts(from, to, nodes, trial.licenses)) {
      trial.later = start;
      return undefined;
    }
    return this.#reserve(attempt, trial, start, nodes, limit);
  }

  /** No start before this can be. A plan may end up to one resolution before its job's limit. */
  #earliest({ minNodes, minutes }: SlotNeeds): number {
    return this.#profile.earliest(minNodes, 60 * minutes - this.map.resolution);
  }

  /** bf_max_job_test counts each job (or task) once, however often it is tried. */
  #countTest(trial: Trial): void {
    trial.now = this.context.state.now;
    if (trial.counted) return;
    trial.counted = true;
    this.tested++;
  }

  #start({ job, partition }: Attempt, limit: number | undefined): StartResult {
    const { state } = this.context;
    const granted = (allocation: JobAllocation) => {
      if (neverReserves(job)) return limit ?? this.#terms.granted;
      if (job.timeMin > 0 && versionAtLeast(state.config.version, "26.05"))
        return stretched(job, limit ?? this.#terms.granted, allocation.nodes, this.map, state.now);
      return this.#terms.granted;
    };
    return this.starter.try(job, partition, state.nodes.avail, this.slots.usable, {
      by: "backfill",
      limit: granted,
    });
  }

  #afterStart(job: SlurmJob): Outcome {
    const { state } = this.context;
    const { bf_max_job_start } = state.config.scheduler.parameters;
    const record = this.starter.record!;
    reserveRunning(record, this.map, this.#licenses, state);
    const { nodes, node } = record.allocation!;
    this.vacancies?.plan(nodes, state.now);
    this.#count(record, state.now, record.endTime, node.length);
    this.rejection.clear();
    this.started++;
    if (bf_max_job_start > 0 && this.started >= bf_max_job_start) return "stop";
    return job.array !== undefined && job.state === SlurmJobState.Pending ? "next-task" : "next-job";
  }

  /** Nodes that jobs share would count more than once: what these take is left out, so that the bound holds. */
  #count(job: SlurmJob, start: number, end: number, nodes: number): void {
    if (this.#counting && isAlone(job, job.partition, this.context.state))
      this.#profile.take(start, end, nodes);
  }

  /** It will start later: keeps its nodes free for it. */
  #reserve(
    { job, partition, known, magnetic }: Attempt,
    needs: SlotNeeds,
    start: number,
    nodes: BitVector,
    limit: number | undefined,
  ): Outcome {
    const { bf_one_resv_per_job, bf_node_space_size } = this.context.state.config.scheduler.parameters;
    // Slurm shows this start even when limits then forbid the plan.
    job.expectedStart = start;
    job.timeLimit = limit;
    if (job.het !== undefined && this.het.deadlocks(job, partition, start)) return "next-job";
    if (!this.#stopsAtLimits && !this.starter.passesAfter(job, partition, nodes.count())) return "next-job";
    if (neverReserves(job)) return "next-job";
    if (!this.#counters.mayPlan(partition)) return "next-job";
    this.#counters.planned(partition);
    this.plans = true;
    this.rejection.clear();
    if (known < 0 || start < known) job.plannedNodes = nodes;
    if ((!bf_one_resv_per_job || known < 0) && !magnetic) {
      if (this.map.records >= bf_node_space_size) return "stop";
      const to = this.map.floor(start + 60 * needs.minutes);
      this.map.take(this.map.floor(start), to, nodes, needs.licenses);
      // What lies behind the map's end holds nothing back.
      if (this.map.floor(start) < this.#windowEnd) {
        this.vacancies?.plan(nodes, this.map.floor(start));
        this.#count(job, start, Math.min(to, this.#windowEnd), nodes.count());
      }
    }
    job.expectedStart = earlier(known, start);
    return this.#nextTask(job);
  }

  /** The next task of an array is planned too, up to bf_max_job_array_resv of them. */
  #nextTask(job: SlurmJob): Outcome {
    if (job.array === undefined || job.task >= 0) return "next-job";
    if (this.#array !== job.array.id) {
      this.#array = job.array.id;
      this.#tasks = 0;
    }
    this.#tasks++;
    const { bf_max_job_array_resv } = this.context.state.config.scheduler.parameters;
    return this.#tasks < bf_max_job_array_resv && this.#tasks < job.tasksLeft.length
      ? "next-task"
      : "next-job";
  }

  get #stopsAtLimits(): boolean {
    return this.context.state.config.scheduler.parameters.assoc_limit_stop;
  }
}

function earlier(known: number, start: number): number {
  return known >= 0 && known < start ? known : start;
}
