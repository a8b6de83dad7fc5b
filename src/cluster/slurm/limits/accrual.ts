import type { Association, Qos, Usage } from "../model/accounting.js";
import { type SlurmJob, SlurmJobState } from "../model/job.js";
import type { SlurmState } from "../model/state.js";
import { accountCounters, userCounters } from "./applicable.js";

const none = Number.POSITIVE_INFINITY;

/**
 * Whose age counts (`acct_policy_handle_accrue_time`): every eligible job's, from the moment it became eligible, unless
 * MaxJobsAccrue or GrpJobsAccrue let only so many jobs grow old at a time. Then the next one begins when it gets its
 * turn.
 */
export class Accrual {
  /** Jobs that have left the queue: they are taken off once. */
  private readonly over = new WeakSet<SlurmJob>();

  constructor(private readonly state: SlurmState) {}

  /** ACCRUE_ALWAYS knows no limits, and a job's age counts even while it waits for something else. */
  submitted(job: SlurmJob): void {
    if (this.state.config.priority.flags.accrueAlways) job.accrueTime = job.submitTime;
  }

  /** Its turn to begin has come, if nothing else holds it back. */
  begin(job: SlurmJob, split: (head: SlurmJob) => SlurmJob): void {
    const { config, now } = this.state;
    if (config.priority.flags.accrueAlways) return;
    if (!config.enforce.limits) {
      if (job.accrueTime < 0) job.accrueTime = job.eligibleTime;
      return;
    }
    const waits = job.priority === 0 || job.eligibleTime < 0 || job.eligibleTime > now;
    if (waits || job.accrueTime >= 0 || job.association === undefined) return;
    const room = this.room(job);
    if (room === none) {
      job.accrueTime = job.eligibleTime;
      this.count(job, tasksOf(job));
    } else if (job.tasksLeft.length === 0) {
      if (room === 0) return;
      job.accrueTime = now;
      this.count(job, 1);
    } else this.splitOff(job, room, split);
  }

  /** It starts or leaves, of an array's head so many tasks. */
  leave(job: SlurmJob, tasks: number): void {
    if (!this.counts(job) || this.over.has(job)) return;
    if (tasks === tasksOf(job)) this.over.add(job);
    this.count(job, -tasks);
  }

  /** It waits for something else again. */
  reset(job: SlurmJob): void {
    if (this.state.config.priority.flags.accrueAlways) return;
    if (this.counts(job) && !this.over.has(job) && job.state === SlurmJobState.Pending)
      this.count(job, -tasksOf(job));
    job.accrueTime = -1;
    this.over.delete(job);
  }

  private counts(job: SlurmJob): boolean {
    const { priority, enforce } = this.state.config;
    return enforce.limits && !priority.flags.accrueAlways && job.accrueTime >= 0;
  }

  /** Under a limit an array's tasks grow old as jobs of their own. */
  private splitOff(head: SlurmJob, room: number, split: (head: SlurmJob) => SlurmJob): void {
    const { now } = this.state;
    for (let left = Math.min(room, head.tasksLeft.length); left > 0; left--) {
      const task = split(head);
      task.accrueTime = now;
      this.count(task, 1);
    }
  }

  /** How many more jobs may grow old: by the tightest limit of the QOS, else by the first above the user. */
  private room(job: SlurmJob): number {
    const { qos } = job;
    let limit = none;
    let room = none;
    const tighter = (next: number | undefined, counters: Usage) => {
      if (next === undefined || next === none || limit <= next) return;
      limit = next;
      room = Math.max(next - counters.accruing, 0);
    };
    if (qos !== undefined) {
      tighter(qos.config.grpJobsAccrue, qos.usage);
      tighter(qos.config.maxJobsAccruePerAccount, accountCounters(this.state, qos, job));
      tighter(qos.config.maxJobsAccrue, userCounters(this.state, qos, job));
    }
    for (let one = job.association; one !== undefined && limit === none; one = one.parent) {
      tighter(one.config.grpJobsAccrue, one.usage);
      if (one === job.association) tighter(inherited(one), one.usage);
    }
    return room;
  }

  private count(job: SlurmJob, change: number): void {
    const { qos } = job;
    if (qos !== undefined)
      for (const counters of this.countersOf(qos, job))
        counters.accruing = Math.max(counters.accruing + change, 0);
    for (let one = job.association; one !== undefined; one = one.parent)
      one.usage.accruing = Math.max(one.usage.accruing + change, 0);
  }

  private countersOf(qos: Qos, job: SlurmJob): Usage[] {
    return [qos.usage, userCounters(this.state, qos, job), accountCounters(this.state, qos, job)];
  }
}

/** MaxJobsAccrue comes from the nearest ancestor that has it. */
function inherited(association: Association): number | undefined {
  for (let one: Association | undefined = association; one !== undefined; one = one.parent)
    if (one.config.maxJobsAccrue !== undefined) return one.config.maxJobsAccrue;
  return undefined;
}

/** Jobs that a record stands for. */
export function tasksOf(job: SlurmJob): number {
  return Math.max(job.tasksLeft.length, 1);
}
