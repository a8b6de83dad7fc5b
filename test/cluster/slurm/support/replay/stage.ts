import { createAccounting } from "../../../../../src/cluster/slurm/accounting.js";
import { splitOff } from "../../../../../src/cluster/slurm/controller/arrays.js";
import { Accounts } from "../../../../../src/cluster/slurm/controller/identify.js";
import { newRecord } from "../../../../../src/cluster/slurm/controller/record.js";
import type { SlurmConfig } from "../../../../../src/cluster/slurm/model/config.js";
import {
  type HetJob,
  type JobAllocation,
  type JobEnd,
  type SlurmJob,
  SlurmJobState,
} from "../../../../../src/cluster/slurm/model/job.js";
import type { Partition } from "../../../../../src/cluster/slurm/model/partition.js";
import type {
  Limits,
  Priorities,
  SchedulerActions,
  Selector,
} from "../../../../../src/cluster/slurm/model/parts.js";
import type { SlurmState } from "../../../../../src/cluster/slurm/model/state.js";
import { takeTime } from "../../../../../src/cluster/slurm/model/test-times.js";
import { NodeStates, Power } from "../../../../../src/cluster/slurm/power/node-states.js";
import { BackfillScheduler } from "../../../../../src/cluster/slurm/schedule/backfill/pass.js";
import { TimedBackfill } from "../../../../../src/cluster/slurm/schedule/backfill/timed-backfill.js";
import { FirstLook } from "../../../../../src/cluster/slurm/schedule/first-look.js";
import { MainScheduler } from "../../../../../src/cluster/slurm/schedule/main-pass.js";
import { preemptModeOf } from "../../../../../src/cluster/slurm/select/preemption.js";
import { createSelector } from "../../../../../src/cluster/slurm/select/selector.js";
import { buildState } from "../../../../../src/cluster/slurm/state/build.js";
import { admittingPartitions } from "../../../../../src/cluster/slurm/submit/partitions.js";
import type { GoldenJob } from "../jobs.js";

/** What a pass did. */
export interface Deed {
  kind: "start" | "preempt";
  job: SlurmJob;
  by: "main" | "backfill";
  /** Of a start. */
  nodes?: readonly number[];
  /** A start that the same pass took back. */
  revoked?: boolean;
}

/**
 * A controller without a clock of its own: jobs are submitted, started, ended and held as a recording says, and the
 * schedulers under test run when told to. What a pass did can be taken back.
 */
export class Stage implements SchedulerActions {
  readonly state: SlurmState;
  readonly nodes: NodeStates;
  /** Nodes that are to be DOWN after their reboot. */
  readonly downAfter = new Set<number>();
  readonly drainedUntilIdle = new Set<number>();
  readonly selector: Selector;
  readonly limits: Limits;
  readonly priorities: Priorities;
  readonly main: MainScheduler;
  readonly backfill: BackfillScheduler;
  /** Instead of it, where passes take time. */
  readonly timed: TimedBackfill | undefined;
  readonly first: FirstLook;
  /** What the pass that runs has done so far. */
  deeds: Deed[] = [];
  /** Records by label: whole arrays by the array's, tasks by `array[task]`. */
  readonly #labels = new Map<string, SlurmJob>();
  readonly #accounts: Accounts;
  readonly #hets = new Map<number, HetJob>();
  #nextId = 1;

  /** `epoch`: Unix time of t = 0, where that matters. */
  constructor(config: SlurmConfig, epoch?: number) {
    this.state = buildState(config);
    this.nodes = new NodeStates(this.state, () => {});
    for (const [node, { state }] of this.state.nodes.lines.entries())
      if (state === "CLOUD") this.nodes.power[node] = Power.Down;
    for (let node = 0; node < this.state.nodes.count; node++) this.nodes.settle(node);
    this.selector = createSelector(this.state, !config.power.enabled);
    const { limits, priorities } = createAccounting(this.state, epoch);
    this.limits = limits;
    this.priorities = priorities;
    this.#accounts = new Accounts(this.state);
    const { state, selector } = this;
    this.main = new MainScheduler({ state, selector, limits, actions: this });
    this.backfill = new BackfillScheduler({ state, selector, limits, actions: this });
    if (takeTime(config.testTime))
      this.timed = new TimedBackfill({ state, selector, limits, actions: this }, config.testTime.backfill);
    this.first = new FirstLook({ state, selector, limits, actions: this });
  }

  submit(asked: GoldenJob): SlurmJob {
    const { state } = this;
    const partitions = asked.partitions.map((name) => state.partitions.find((one) => one.name === name)!);
    if (partitions.length === 0) partitions.push(state.partitions.find((one) => one.config.default)!);
    const { account, qos, timeLimit, timeMin, nice, request, requeue } = asked;
    const submission = {
      request,
      name: asked.source.id,
      account,
      qos,
      partitions: [],
      timeLimit,
      timeMin,
      nice,
    };
    const job = newRecord(
      asked.id,
      {
        host: -1,
        name: asked.label,
        submission: {
          ...submission,
          begin: asked.begin > 0 ? { at: asked.begin } : undefined,
          deadline: undefined,
          priority: undefined,
          hold: false,
          requeue,
          dependencies: [],
          killOnInvalidDependency: undefined,
          array: asked.array,
          het: [],
        },
        user: asked.user,
        account,
        qos,
        partition: "",
        timeLimit,
        group: "",
        member: -1,
      },
      partitions,
      state,
    );
    job.timeLimit ??= partitions[0]!.config.defaultTime;
    job.dependencies = structuredClone(asked.dependencies);
    job.association = this.#accounts.association(asked.user, account, partitions[0]!.name);
    job.account = job.association?.account ?? account;
    job.qos = this.#accounts.qos(qos, job.association);
    const admitting = admittingPartitions(job, state);
    if (typeof admitting !== "string") job.partitions = admitting;
    job.partition = job.partitions[0]!;
    job.reservation = state.reservations.find(({ name }) => name === request.reservation);
    if (asked.array !== undefined) {
      const { tasks, maxRunning } = asked.array;
      job.tasksLeft = [...tasks];
      job.hostsLeft = tasks.map(() => -1);
      job.array = { id: job.id, maxRunning, running: 0, unfinished: tasks.length, failed: 0, records: [job] };
    }
    if (asked.het !== undefined) {
      const { id, offset } = asked.het;
      const het = this.#hets.get(id) ?? { id, components: [] };
      this.#hets.set(id, het);
      het.components.push(job);
      job.het = het;
      job.hetOffset = offset;
    }
    state.jobs.add(job);
    state.pending.add(job);
    state.jobById.set(job.id, job);
    this.#labels.set(asked.label, job);
    this.#nextId = Math.max(this.#nextId, job.id + 1);
    job.priority = -1;
    this.priorities.assign(job);
    this.limits.submitted(job);
    this.first.look(job);
    return job;
  }

  /** The record that is called so; of a task the array's head as long as the task is part of it. */
  find(label: string): SlurmJob | undefined {
    const [, base, task] = /^(.*)\[(\d+)\]$/.exec(label) ?? [];
    if (base === undefined) return this.#labels.get(label);
    const head = this.#labels.get(base)!;
    return (
      head?.array?.records.find((one) => one.task === Number(task)) ??
      (head?.tasksLeft.includes(Number(task)) ? head : undefined)
    );
  }

  labelOf(job: SlurmJob): string {
    return job.task >= 0 ? `${job.label}[${job.task}]` : job.label;
  }

  start(
    job: SlurmJob,
    partition: Partition,
    allocation: JobAllocation,
    by: "main" | "backfill",
    limit?: number,
  ): void {
    const { state } = this;
    const { maxTime, defaultTime } = partition.config;
    this.deeds.push({ kind: "start", job, by, nodes: allocation.nodes.list() });
    job.partition = partition;
    job.timeLimit = limit ?? job.timeLimit ?? defaultTime ?? maxTime;
    job.state = SlurmJobState.Running;
    job.reason = "None";
    job.startTime = state.now;
    job.endTime = state.now + 60 * Math.min(job.timeLimit, 525_600);
    job.allocation = allocation;
    job.configuring =
      allocation.nodes.overlaps(state.nodes.powerDown) || allocation.nodes.overlaps(state.nodes.booting);
    state.pending.delete(job);
    state.running.add(job);
    if (job.array !== undefined) job.array.running++;
    for (const { name, count } of job.request.licenses) state.licenses.get(name)!.used += count;
    this.selector.allocate(job, allocation);
    this.limits.started(job);
  }

  /** The nodes of a job that was configuring are up. */
  launch(job: SlurmJob): void {
    job.configuring = false;
    job.startTime = this.state.now;
    job.endTime = this.state.now + 60 * job.timeLimit!;
    this.selector.endMoved(job);
  }

  /** The running job ends; its nodes are completing until `released`. */
  end(job: SlurmJob, how: JobEnd): void {
    this.#leave(job);
    job.state = SlurmJobState.Completing;
    job.finished = how;
    if (job.array !== undefined) {
      job.array.unfinished--;
      if (how !== "COMPLETED") job.array.failed++;
    }
  }

  /** As `end`, but it comes back into the queue when its nodes are released. */
  #leave(job: SlurmJob): void {
    const { state } = this;
    job.endTime = state.now;
    this.limits.ended(job);
    this.selector.release(job);
    for (const { name, count } of job.request.licenses) state.licenses.get(name)!.used -= count;
    state.running.delete(job);
    if (job.array !== undefined) job.array.running--;
    for (const node of job.allocation!.node)
      if (this.drainedUntilIdle.delete(node)) {
        state.nodes.drained.delete(node);
        this.nodes.settle(node);
      }
    if (!job.configuring) state.nodes.completing.or(job.allocation!.nodes);
    job.configuring = false;
  }

  requeue(job: SlurmJob): void {
    this.#leave(job);
    job.state = SlurmJobState.Completing;
  }

  /** A requeued job waits again. */
  back(job: SlurmJob, begin: number): void {
    const { state } = this;
    Object.assign(job, {
      state: SlurmJobState.Pending,
      allocation: undefined,
      submitTime: state.now + (job.submitTime === state.now ? 1 : 0),
      startTime: -1,
      endTime: -1,
      eligibleTime: -1,
      accrueTime: -1,
      preemptTime: -1,
      restarts: job.restarts + 1,
      beginTime: begin,
      reason: "BeginTime",
    });
    state.pending.add(job);
    this.limits.submitted(job);
    this.priorities.assign(job);
  }

  cancel(job: SlurmJob): void {
    const { state } = this;
    if (job.state !== SlurmJobState.Pending) return;
    this.limits.withdrawn(job);
    state.pending.delete(job);
    job.state = SlurmJobState.Ended;
    job.finished = "CANCELLED";
    job.endTime = state.now;
  }

  /** Without a grace time the recording says when it goes; with one it is warned now. */
  preempt(victim: SlurmJob): void {
    const { now, config } = this.state;
    const grace =
      config.preempt.type === "qos" ? (victim.qos?.config.graceTime ?? 0) : victim.partition.config.graceTime;
    if (preemptModeOf(this.state, victim) === "SUSPEND") this.suspend(victim);
    else if (grace === 0 || victim.preemptTime < 0)
      this.deeds.push({ kind: "preempt", job: victim, by: "main" });
    if (grace > 0 && victim.preemptTime < 0) {
      victim.preemptTime = now;
      victim.endTime = Math.min(victim.endTime, now + grace);
      this.selector.endMoved(victim);
    }
  }

  /** The gang scheduler stops it: it keeps its place. */
  suspend(job: SlurmJob): void {
    if (job.state !== SlurmJobState.Running) return;
    job.preSuspended += this.state.now - Math.max(job.startTime, job.suspendTime);
    job.suspendTime = this.state.now;
    job.state = SlurmJobState.Suspended;
  }

  resume(job: SlurmJob): void {
    if (job.state !== SlurmJobState.Suspended) return;
    job.suspendTime = this.state.now;
    job.endTime = this.state.now + 60 * job.timeLimit! - job.preSuspended;
    this.selector.endMoved(job);
    job.state = SlurmJobState.Running;
  }

  splitTask(head: SlurmJob): SlurmJob {
    const { state } = this;
    if (head.tasksLeft.length === 1) return splitOff(head, head.id);
    const job = splitOff(head, this.#nextId++);
    state.jobs.add(job);
    state.pending.add(job);
    state.jobById.set(job.id, job);
    state.jobs.delete(head);
    state.jobs.add(head);
    return job;
  }

  reason(job: SlurmJob, reason: string): void {
    job.reason = reason;
  }

  hold(job: SlurmJob, reason: string): void {
    job.priority = 0;
    job.reason = reason;
  }

  withdraw(job: SlurmJob): void {
    this.cancel(job);
  }

  /** A component that had begun is taken back, as another of its job cannot. */
  revoke(job: SlurmJob): void {
    const { state } = this;
    this.limits.ended(job);
    this.selector.release(job);
    state.running.delete(job);
    const begin = state.now + state.config.credentialLifetime + 1;
    Object.assign(job, {
      state: SlurmJobState.Pending,
      allocation: undefined,
      submitTime: state.now + (job.submitTime === state.now ? 1 : 0),
      startTime: -1,
      endTime: -1,
      eligibleTime: -1,
      accrueTime: -1,
      beginTime: begin,
      reason: "BeginTime",
    });
    state.pending.add(job);
    this.limits.submitted(job);
    this.deeds.find((deed) => deed.job === job && deed.kind === "start")!.revoked = true;
  }

  /** Remembers everything that a pass may change; the function returned brings it back. */
  save(): () => void {
    const { state } = this;
    const jobs = [...state.jobs];
    const live = [...state.pending, ...state.running];
    const pending = [...state.pending];
    const running = new Set(state.running);
    const ids = new Map(state.jobById);
    const licenses = [...state.licenses].map(([name, { used }]) => ({ name, used }));
    const records = live.map((job) => ({
      job,
      fields: { ...job },
      tasks: [...job.tasksLeft],
      hosts: [...job.hostsLeft],
      dependencies: job.dependencies.map((term) => ({ ...term })),
      array: job.array && { ...job.array, records: [...job.array.records] },
    }));
    const reservations = state.reservations.map((one) => ({ one, start: one.start, end: one.end }));
    const nextId = this.#nextId;
    return () => {
      for (const { job, kind, revoked } of this.deeds) {
        if (kind !== "start" || running.has(job) || revoked) continue;
        this.limits.ended(job);
        this.selector.release(job);
        this.limits.submitted(job);
      }
      for (const { job, fields, tasks, hosts, dependencies, array } of records) {
        Object.assign(job, fields, { tasksLeft: tasks, hostsLeft: hosts, dependencies });
        if (array !== undefined) Object.assign(job.array!, array, { records: [...array.records] });
      }
      refill(state.jobs, jobs);
      refill(state.pending, pending);
      refill(state.running, running);
      state.jobById.clear();
      for (const [id, job] of ids) state.jobById.set(id, job);
      for (const { name, used } of licenses) state.licenses.get(name)!.used = used;
      for (const { one, start, end } of reservations) Object.assign(one, { start, end });
      this.#nextId = nextId;
      this.deeds = [];
    };
  }
}

function refill<T>(set: Set<T>, members: Iterable<T>): void {
  set.clear();
  for (const member of members) set.add(member);
}
