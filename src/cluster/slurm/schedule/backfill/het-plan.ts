import type { HetJob, SlurmJob } from "../../model/job.js";
import { SlurmJobState } from "../../model/job.js";
import type { Partition } from "../../model/partition.js";

/** When a component of a heterogeneous job could start at the earliest, in whichever partition. */
export interface ComponentPlan {
  job: SlurmJob;
  partition: Partition;
  start: number;
}

/**
 * What a pass has found of heterogeneous jobs: their components are planned one by one and start together. 22.05
 * forgets it after each pass.
 *
 * `het_job_map_t`, `_het_job_start_set`, `_het_job_deadlock_test` of src/plugins/sched/backfill/backfill.c.
 */
export class HetPlans {
  readonly #plans = new Map<HetJob, Map<SlurmJob, ComponentPlan>>();
  /** By partition, when each heterogeneous job comes there, latest first. */
  readonly #order = new Map<Partition, Map<HetJob, number>>();

  clear(): void {
    this.#plans.clear();
    this.#order.clear();
  }

  /** Notes a start, unless an earlier one is known. */
  set(job: SlurmJob, partition: Partition, start: number): void {
    let plan = this.#plans.get(job.het!);
    if (plan === undefined) {
      plan = new Map();
      this.#plans.set(job.het!, plan);
    }
    const known = plan.get(job);
    if (known === undefined) plan.set(job, { job, partition, start });
    else if (start < known.start) {
      known.start = start;
      known.partition = partition;
    }
  }

  /** When the other components that were looked at could all start; 0 without any. */
  othersStart(job: SlurmJob): number {
    let latest = 0;
    for (const plan of this.#plans.get(job.het!)?.values() ?? [])
      if (plan.job !== job) latest = Math.max(latest, plan.start);
    return latest;
  }

  /** Sets of components that can all start by `now`, in the order in which they were looked at. */
  *ready(now: number): Iterable<ComponentPlan[]> {
    for (const [het, plan] of this.#plans) {
      const whole = het.components.every(
        (job) =>
          job.state === SlurmJobState.Running ||
          (plan.has(job) && job.state === SlurmJobState.Pending && job.priority > 0),
      );
      const plans = [...plan.values()];
      if (whole && plans.every(({ start }) => start <= now)) yield plans;
    }
  }

  /**
   * Would this start wait in a circle: another heterogeneous job starts before it here, but after it in a partition
   * that both need?
   */
  deadlocks(job: SlurmJob, partition: Partition, start: number): boolean {
    const het = job.het!;
    let here = this.#order.get(partition);
    if (here === undefined) {
      here = new Map();
      this.#order.set(partition, here);
    }
    here.set(het, Math.max(start, here.get(het) ?? 0));
    const own = here.get(het)!;
    const latestFirst = [...here].sort((a, b) => b[1] - a[1]);
    for (const [other, there] of this.#order) {
      if (other === partition || !there.has(het)) continue;
      for (const [before] of latestFirst) {
        if (before === het) break;
        const elsewhere = there.get(before);
        if (elsewhere !== undefined && elsewhere < own) return true;
      }
    }
    return false;
  }
}
