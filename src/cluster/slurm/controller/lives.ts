import type { JobAllocation, JobEnd, SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import { Due } from "./agenda.js";
import type { Completing } from "./completing.js";
import type { Controller } from "./controller.js";
import type { LimitCheck } from "./limit-check.js";
import type { Turns } from "./turns.js";

/** What happens to job records: they start, stop, go on, end, leave, and come back into the queue. */
export class Lives {
  constructor(
    readonly controller: Controller,
    readonly check: LimitCheck,
    readonly turns: Turns,
    readonly completing: Completing,
  ) {}

  start(job: SlurmJob, partition: Partition, allocation: JobAllocation, limit: number | undefined): void {
    const { state, parts } = this.controller;
    const { defaultTime, maxTime } = partition.config;
    job.partition = partition;
    job.timeLimit = limit ?? job.timeLimit ?? defaultTime ?? maxTime;
    job.state = SlurmJobState.Running;
    job.reason = "None";
    job.startTime = state.now;
    job.endTime = state.now + 60 * job.timeLimit;
    job.allocation = allocation;
    state.pending.delete(job);
    state.running.add(job);
    if (job.array !== undefined) job.array.running++;
    for (const { name, count } of job.request.licenses) state.licenses.get(name)!.used += count;
    parts.selector.allocate(job, allocation);
    parts.limits.started(job);
    this.controller.delayed.started(job);
    this.controller.rest.changed();
    this.controller.reservations.occupied(job);
    this.controller.changed();
    if (this.controller.nodes.allocated(job)) this.controller.reason(job, "CONFIGURING");
    else this.#run(job);
  }

  /** The nodes of a job that was configuring are up: its time begins to count. */
  launch(job: SlurmJob): void {
    const { state, parts } = this.controller;
    const { now } = state;
    this.controller.nodes.configuring.delete(job);
    job.reason = "None";
    job.startTime = now;
    job.endTime = now + 60 * job.timeLimit!;
    parts.selector.endMoved(job);
    parts.limits.launched(job);
    this.controller.delayed.started(job);
    this.controller.changed();
    this.#run(job);
  }

  #run(job: SlurmJob): void {
    this.check.watch(job);
    this.turns.start(job);
  }

  /** A running job is over; `end` says how. */
  ended(job: SlurmJob, end: JobEnd, exitCode: number): void {
    job.endTime = this.controller.state.now;
    this.#leaveNodes(job, end);
    job.state = SlurmJobState.Ended;
    job.finished = end;
    job.exitCode = exitCode;
    this.#leave(job, end);
    this.check.usageGrew();
    this.controller.freed(job.allocation!.node);
  }

  /** What a job holds comes free. */
  #leaveNodes(job: SlurmJob, end: JobEnd): void {
    const { state, parts } = this.controller;
    parts.limits.ended(job);
    parts.selector.release(job);
    for (const { name, count } of job.request.licenses) state.licenses.get(name)!.used -= count;
    state.running.delete(job);
    if (job.array !== undefined) job.array.running--;
    this.check.forget(job);
    // One that is configuring has not begun anywhere.
    if (!job.configuring) {
      this.turns.ended(job);
      this.completing.leave(job, end);
    }
    this.controller.nodes.left(job);
    this.controller.reservations.freed();
  }

  #leave(job: SlurmJob, end: JobEnd): void {
    this.controller.rest.changed();
    if (job.array !== undefined) {
      job.array.unfinished--;
      if (end !== "COMPLETED") job.array.failed++;
    }
    this.controller.directory.ended(job);
  }

  /** A pending or configuring job, or the task of an array's head that the cluster calls `host`, has left. */
  withdrawn(job: SlurmJob, host: number): void {
    const { state, parts } = this.controller;
    if (job.configuring) {
      this.ended(job, "CANCELLED", 0);
      return;
    }
    const task = job.hostsLeft.indexOf(host);
    if (task >= 0 && job.tasksLeft.length > 1) {
      parts.limits.withdrawn(job, 1);
      job.tasksLeft.splice(task, 1);
      job.hostsLeft.splice(task, 1);
      job.array!.unfinished--;
      job.array!.failed++;
    } else {
      job.state = SlurmJobState.Ended;
      job.finished = "CANCELLED";
      job.endTime = state.now;
      state.pending.delete(job);
      parts.limits.withdrawn(job);
      this.#leave(job, "CANCELLED");
    }
    this.controller.queue();
  }

  /** A running job goes back into the queue, its work lost; it may not start again before `begin`. */
  requeue(job: SlurmJob, begin: number): void {
    const { controller } = this;
    const { state, parts } = controller;
    const ran = !job.configuring;
    const { node } = job.allocation!;
    job.endTime = state.now;
    this.#leaveNodes(job, "PREEMPTED");
    job.state = SlurmJobState.Pending;
    job.allocation = undefined;
    // Requeued in the second of its submission it counts as submitted in the next: records must differ in the database.
    job.submitTime = state.now + (job.submitTime === state.now ? 1 : 0);
    job.startTime = -1;
    job.endTime = -1;
    job.preemptTime = -1;
    job.preSuspended = 0;
    job.suspendTime = -1;
    job.eligibleTime = -1;
    job.accrueTime = -1;
    job.restarts++;
    job.beginTime = begin;
    state.pending.add(job);
    parts.limits.submitted(job);
    if (ran) controller.host.requeue(job);
    controller.reason(job, begin > state.now ? "BeginTime" : "None");
    parts.priorities.assign(job);
    controller.agenda.at(begin, Due.Eligible);
    controller.freed(node);
  }

  /** As for `Controller.suspend`. One that the administrator stops has no more turns, even if it stood still already. */
  suspend(job: SlurmJob, turn: boolean): void {
    const { controller } = this;
    const { now } = controller.state;
    if (!turn) {
      job.priority = 0;
      if (job.state === SlurmJobState.Suspended) return;
      controller.parts.selector.suspend(job);
    }
    job.state = SlurmJobState.Suspended;
    job.preSuspended += now - (job.suspendTime < 0 ? job.startTime : job.suspendTime);
    job.suspendTime = now;
    this.check.forget(job);
    controller.host.suspend(job);
    controller.changed();
    if (!turn) this.turns.leave(job);
  }

  /** The time that a suspended job stood still does not count against its limit. */
  resume(job: SlurmJob, turn: boolean): void {
    const { controller } = this;
    const { now } = controller.state;
    if (!turn) {
      controller.parts.selector.resume(job);
      controller.parts.priorities.assign(job);
    }
    job.state = SlurmJobState.Running;
    job.suspendTime = now;
    job.endTime = now + 60 * job.timeLimit! - job.preSuspended;
    controller.endMoved(job);
    controller.host.resume(job);
    controller.changed();
    if (!turn) this.turns.rejoin(job);
  }
}
