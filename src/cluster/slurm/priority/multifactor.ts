import type { SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { Priorities, PriorityFactors } from "../model/parts.js";
import type { SlurmState } from "../model/state.js";
import type { UsageLedger } from "../usage/ledger.js";
import { ClassicFairshare } from "./classic.js";
import { Factors } from "./factors.js";
import { FairTree } from "./fair-tree.js";
import { givenFactors } from "./given.js";
import { nextReset } from "./reset.js";
import { ShareTree } from "./shares.js";

const greatest = 0xffffffff;

/** The weighted terms of a priority that are the same in all partitions. */
interface Terms {
  age: number;
  assoc: number;
  fairshare: number;
  jobsize: number;
  qos: number;
  site: number;
  nice: number;
}

/**
 * `priority/multifactor` (`priority_multifactor.c`, slurm-22-05-8-1). A job gets its priority when it is submitted,
 * updated or requeued, and all pending jobs get a new one at each tick of the decay thread, whose first round is the
 * making of this object. Without accounting there is no decay thread, and age and fair-share count nothing.
 */
export class MultifactorPriorities implements Priorities {
  readonly shares: ShareTree | undefined;
  readonly classic: ClassicFairshare | undefined;
  private readonly fairTree: FairTree | undefined;
  private readonly factorsOf: Factors;
  private readonly weights: { age: number; fairshare: number };
  private resetAt: number;
  /** Of the job looked at last: what of them stays is cheaper to work out again than to keep in each job's record. */
  private readonly terms: Terms = { age: 0, assoc: 0, fairshare: 0, jobsize: 0, qos: 0, site: 0, nice: 0 };

  /** `epoch`: seconds since 1970 at the run's start, for PriorityUsageResetPeriod. */
  constructor(
    private readonly state: SlurmState,
    private readonly ledger: UsageLedger,
    private readonly epoch = 0,
  ) {
    const { priority, accounting } = state.config;
    this.factorsOf = new Factors(state);
    this.weights =
      accounting === undefined
        ? { age: 0, fairshare: 0 }
        : { age: priority.weightAge, fairshare: priority.weightFairshare };
    if (accounting !== undefined && state.associations.length > 0) {
      const { noFairTree, depthOblivious } = priority.flags;
      this.shares = new ShareTree(state.associations, !noFairTree);
      if (noFairTree)
        this.classic = new ClassicFairshare(this.shares, depthOblivious, priority.dampeningFactor);
      else this.fairTree = new FairTree(this.shares, state.associations);
    }
    // NOW forgets what was used before, once.
    this.resetAt =
      priority.usageResetPeriod === "NOW"
        ? state.now
        : nextReset(priority.usageResetPeriod, epoch + state.now) - epoch;
    this.classic?.refreshAccounts();
    this.fairTree?.calculate();
    ledger.lastTick = state.now;
  }

  assign(job: SlurmJob): void {
    this.prioritize(job, this.state.now);
  }

  tick(): void {
    const { state, ledger } = this;
    if (this.shares === undefined) return;
    const now = state.now;
    if (now >= this.resetAt) {
      ledger.reset();
      this.resetAt =
        nextReset(state.config.priority.usageResetPeriod, this.epoch + this.resetAt) - this.epoch;
    }
    this.classic?.refreshAccounts();
    ledger.decay(now - ledger.lastTick);
    if (this.fairTree) this.fairTreeTick(this.fairTree, now);
    else this.classicTick(now);
    ledger.lastTick = now;
  }

  factors(job: SlurmJob, partition: Partition): PriorityFactors {
    if (job.priorityGiven) return givenFactors(job);
    const terms = this.termsOf(job);
    const part = this.state.config.priority.weightPartition * this.factorsOf.partition(partition);
    const tres = Object.fromEntries(
      this.factorsOf.tresWeights.map(({ position, name, weight }) => [
        name,
        weight * this.factorsOf.tres(position, job, partition, this.held(job)),
      ]),
    );
    const sum = Object.values(tres).reduce((total, term) => total + term, 0);
    return { ...terms, priority: bounded(add(terms, part, sum)), partition: part, tres };
  }

  /** All new usage, then all ranks, then all priorities: nothing lags. */
  private fairTreeTick(fairTree: FairTree, now: number): void {
    const { state, ledger } = this;
    ledger.chargeAll(now);
    fairTree.calculate();
    for (const job of state.pending) this.reprioritize(job, now);
    if (state.config.priority.flags.calculateRunning)
      for (const job of state.running) this.reprioritize(job, now);
  }

  /** One walk over the job list: usage and priorities of each job in turn. */
  private classicTick(now: number): void {
    const { calculateRunning } = this.state.config.priority.flags;
    for (const job of this.state.jobs) {
      const running = isRunning(job);
      if (running) this.ledger.charge(job, now);
      if (job.state === SlurmJobState.Pending || (running && calculateRunning)) this.reprioritize(job, now);
    }
  }

  /** Held jobs keep their 0. */
  private reprioritize(job: SlurmJob, now: number): void {
    if (job.priority !== 0) this.prioritize(job, now);
  }

  /**
   * The fair-share term that a QOS's UsageThreshold is compared with: weighted, as it was last worked out; the plain
   * factor when that is 0.
   */
  fairshareTerm(job: SlurmJob): number {
    const weighted = this.termsOf(job).fairshare;
    if (weighted !== 0 || job.association === undefined || this.shares === undefined) return weighted;
    const { usageEffective, sharesNorm } = job.association;
    const { dampeningFactor } = this.state.config.priority;
    return sharesNorm <= 0 ? 0 : 2 ** -(usageEffective / sharesNorm / dampeningFactor);
  }

  private prioritize(job: SlurmJob, now: number): void {
    if (job.priorityGiven && job.priority > 0) {
      job.agedFor = undefined;
      return;
    }
    job.agedFor = job.accrueTime < 0 ? -1 : Math.max(now - job.accrueTime, 0);
    job.sizedFor = job.totalCpus;
    if (this.weights.fairshare !== 0 && job.association !== undefined) this.classic?.rate(job.association);
    const terms = this.termsOf(job);
    job.priority = this.raised(job.priority, this.inPartition(job, job.partition, terms));
    if (job.partitions.length < 2) {
      job.priorities = undefined;
      return;
    }
    job.priorities ??= job.partitions.map(() => 0);
    for (let i = 0; i < job.partitions.length; i++)
      job.priorities[i] = this.raised(job.priorities[i]!, this.inPartition(job, job.partitions[i]!, terms));
  }

  /** As of when its priority was last worked out, from what the record keeps of then. The next call overwrites them. */
  private termsOf(job: SlurmJob): Terms {
    const { terms, weights, factorsOf } = this;
    const { weightAssoc, weightJobSize, weightQos } = this.state.config.priority;
    const { agedFor, association } = job;
    if (agedFor === undefined) return noTerms;
    terms.age = weights.age === 0 ? 0 : factorsOf.age(agedFor) * weights.age;
    terms.assoc = weightAssoc === 0 ? 0 : factorsOf.association(job) * weightAssoc;
    terms.fairshare =
      weights.fairshare === 0 || association === undefined ? 0 : association.fairshare * weights.fairshare;
    terms.jobsize = weightJobSize === 0 ? 0 : factorsOf.size(job, job.sizedFor) * weightJobSize;
    terms.qos = weightQos === 0 ? 0 : factorsOf.qos(job) * weightQos;
    terms.site = job.siteFactor;
    terms.nice = job.nice;
    return terms;
  }

  private inPartition(job: SlurmJob, partition: Partition, terms: Terms): number {
    const { weightPartition } = this.state.config.priority;
    const part = weightPartition === 0 ? 0 : this.factorsOf.partition(partition) * weightPartition;
    let tres = 0;
    for (const { position, weight } of this.factorsOf.tresWeights)
      tres += this.factorsOf.tres(position, job, partition, this.held(job)) * weight;
    return bounded(add(terms, part, tres));
  }

  private raised(old: number, next: number): number {
    return this.state.config.priority.flags.incrOnly ? Math.max(old, next) : next;
  }

  private held(job: SlurmJob): Float64Array | undefined {
    return isRunning(job) ? this.ledger.tresOf(job) : undefined;
  }
}

const noTerms: Terms = { age: 0, assoc: 0, fairshare: 0, jobsize: 0, qos: 0, site: 0, nice: 0 };

function isRunning(job: SlurmJob): boolean {
  return job.state === SlurmJobState.Running || job.state === SlurmJobState.Suspended;
}

/** In Slurm's order of additions: the sum's last bit decides which whole number it becomes. */
function add(terms: Terms, partition: number, tres: number): number {
  return (
    terms.age +
    terms.assoc +
    terms.fairshare +
    terms.jobsize +
    partition +
    terms.qos +
    tres +
    terms.site -
    terms.nice
  );
}

/** A priority is a whole number from 1 (0 means held) to 2^32 - 1. */
function bounded(priority: number): number {
  return Math.min(Math.max(Math.trunc(priority), 1), greatest);
}
