import type { Association, Qos } from "../model/accounting.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { Limits, Place } from "../model/parts.js";
import type { SlurmState } from "../model/state.js";
import type { UsageLedger } from "../usage/ledger.js";
import { requestedTres } from "../usage/tres.js";
import { Accrual, tasksOf } from "./accrual.js";
import { ApplicableLimits, accountCounters, qosOrder, userCounters } from "./applicable.js";
import { timedOut } from "./exhausted.js";
import { maxNodes } from "./max-nodes.js";
import { postSelect } from "./post-select.js";
import { preSelect } from "./pre-select.js";
import { submission } from "./submit.js";

/**
 * QOS and association limits (`acct_policy.c`, slurm-22-05-8-1). Without AccountingStorageEnforce=limits nothing holds a
 * job back; the books of running jobs are kept all the same.
 */
export class AccountingLimits implements Limits {
  private readonly applicable: ApplicableLimits;
  private readonly accrual: Accrual;
  private readonly enforced: boolean;
  /** Whether running jobs may be ended because minutes are used up. */
  private readonly minutesEnd: boolean;

  constructor(
    private readonly state: SlurmState,
    private readonly ledger: UsageLedger,
    /** What UsageThreshold is compared with; priority/basic has none. */
    private readonly fairshare: (job: SlurmJob) => number = () => 0,
  ) {
    this.applicable = new ApplicableLimits(state);
    this.accrual = new Accrual(state);
    const { enforce, accounting } = state.config;
    this.enforced = enforce.limits;
    const all = [...(accounting?.qos ?? []), ...(accounting?.accounts ?? []), ...(accounting?.users ?? [])];
    this.minutesEnd =
      enforce.limits &&
      !enforce.safe &&
      all.some((one) => one.grpTresMins ?? one.maxTresMinsPerJob ?? one.grpWall !== undefined);
  }

  submit(job: SlurmJob): { reject?: string; timeLimit?: number } {
    if (!this.enforced) return {};
    let timeLimit: number | undefined;
    for (const partition of job.partitions) {
      const limits = this.applicable.of(job, partition);
      const tres = requestedTres(this.state, job, partition);
      const verdict = submission(this.state, limits, job, partition, tres, tasksOf(job));
      if (verdict.reason !== undefined) return { reject: verdict.reason };
      timeLimit ??= verdict.timeLimit;
    }
    return timeLimit === undefined ? {} : { timeLimit };
  }

  preSelect(job: SlurmJob, partition: Partition): string | undefined {
    const { associations } = this.state.config.enforce;
    if (associations && job.association === undefined) return "InvalidAccount";
    if (this.underThreshold(job)) return "QOSUsageThreshold";
    if (!this.enforced) return undefined;
    const limits = this.applicable.of(job, partition);
    return limits.byNumber ? preSelect(this.state, limits, job, partition) : undefined;
  }

  postSelect(job: SlurmJob, partition: Partition, place: Place | number): string | undefined {
    if (!this.enforced) return undefined;
    const limits = this.applicable.of(job, partition);
    if (!limits.byTres) return undefined;
    const nodes = typeof place === "number" ? place : place.nodes;
    const count = typeof nodes === "number" ? nodes : nodes.count();
    const tres = requestedTres(this.state, job, partition, count, job.totalCpus);
    return postSelect(this.state, limits, job, partition, tres, nodes);
  }

  maxNodes(job: SlurmJob, partition: Partition): { nodes: number; reason: string } {
    return this.enforced
      ? maxNodes(this.applicable.of(job, partition))
      : { nodes: Number.POSITIVE_INFINITY, reason: "" };
  }

  priorityThreshold(job: SlurmJob, partition: Partition): number {
    if (!this.enforced || job.association === undefined) return 0;
    for (const { config } of qosOrder(job.qos, partition.qos))
      if (config.minPrioThreshold) return config.minPrioThreshold;
    // Users have that of their account when none of their own.
    for (let one: Association | undefined = job.association; one !== undefined; one = one.parent)
      if (one.config.minPrioThreshold !== undefined) return one.config.minPrioThreshold;
    return 0;
  }

  accrue(job: SlurmJob, split: (head: SlurmJob) => SlurmJob): void {
    this.accrual.begin(job, split);
  }

  unaccrue(job: SlurmJob): void {
    this.accrual.reset(job);
  }

  submitted(job: SlurmJob): void {
    this.accrual.submitted(job);
    this.countSubmitted(job, allQos, tasksOf(job));
  }

  withdrawn(job: SlurmJob, tasks = tasksOf(job)): void {
    this.accrual.leave(job, tasks);
    this.countSubmitted(job, allQos, -tasks);
  }

  started(job: SlurmJob): void {
    this.accrual.leave(job, 1);
    if (this.enforced) {
      const kept = keptQos(job);
      this.countInQos(
        job,
        allQos(job).filter((qos) => !kept.includes(qos)),
        -1,
      );
    }
    this.ledger.open(job);
  }

  launched(job: SlurmJob): void {
    this.ledger.launch(job);
  }

  ended(job: SlurmJob): void {
    this.ledger.close(job, this.state.now);
    this.countSubmitted(job, keptQos, -1);
    this.accrual.reset(job);
  }

  altered(job: SlurmJob, timeLimit: number): void {
    this.ledger.alter(job, timeLimit);
  }

  exhausted(): Iterable<SlurmJob> {
    return this.minutesEnd ? this.usedUp() : [];
  }

  private *usedUp(): Generator<SlurmJob> {
    const { state } = this;
    const subject = [...state.running].filter((job) => this.applicable.of(job, job.partition).byMinutes);
    if (subject.length === 0) return;
    const suspects = new Set(subject);
    for (const job of [...state.jobs]) {
      if (!suspects.has(job) || !state.running.has(job)) continue;
      const limits = this.applicable.of(job, job.partition);
      if (timedOut(state, limits, job, this.ledger.tresOf(job))) yield job;
    }
  }

  private underThreshold(job: SlurmJob): boolean {
    const config = job.qos?.config;
    return (
      config?.usageThreshold !== undefined &&
      config.flags.includes("EnforceUsageThreshold") &&
      job.association !== undefined &&
      this.fairshare(job) < config.usageThreshold
    );
  }

  private countSubmitted(job: SlurmJob, qosOf: (job: SlurmJob) => readonly Qos[], change: number): void {
    if (!this.enforced) return;
    this.countInQos(job, qosOf(job), change);
    for (let one = job.association; one !== undefined; one = one.parent) one.usage.submitted += change;
  }

  private countInQos(job: SlurmJob, all: readonly Qos[], change: number): void {
    for (const qos of all) {
      qos.usage.submitted += change;
      userCounters(this.state, qos, job).submitted += change;
      accountCounters(this.state, qos, job).submitted += change;
    }
  }
}

/** A pending job counts in its QOS and in those of all partitions that it may run in. */
function allQos(job: SlurmJob): Qos[] {
  const all = [job.qos, ...job.partitions.map((partition) => partition.qos)];
  return all.filter((qos, i): qos is Qos => qos !== undefined && all.indexOf(qos) === i);
}

/** When it has started, in its QOS and in that of its partition. */
function keptQos(job: SlurmJob): readonly Qos[] {
  return qosOrder(job.qos, job.partition.qos);
}
