import type { SlurmJob } from "../../model/job.js";
import type { Partition } from "../../model/partition.js";
import type { SchedulerContext } from "../context.js";

/**
 * How many jobs of each user, partition and association a pass has looked at: bf_max_job_user, _part, _user_part and
 * _assoc. Who is over a limit is passed over, without a plan.
 */
export class Counters {
  readonly #counts = new Map<string, number>();
  /** Plans made in each partition, for bf_job_part_count_reserve. */
  readonly #plans = new Map<Partition, number>();

  constructor(readonly context: SchedulerContext) {}

  clear(): void {
    this.#counts.clear();
    this.#plans.clear();
  }

  /** Counts a job in, unless one of its limits is reached. */
  admit(job: SlurmJob, partition: Partition): boolean {
    const p = this.context.state.config.scheduler.parameters;
    const keys: string[] = [];
    const free = (limit: number, key: string) => {
      if (limit === 0) return true;
      keys.push(key);
      return (this.#counts.get(key) ?? 0) < limit;
    };
    const admitted =
      free(p.bf_max_job_user_part, `user-part ${partition.index} ${job.user}`) &&
      free(p.bf_max_job_part, `part ${partition.index}`) &&
      (job.association === undefined || free(p.bf_max_job_assoc, `assoc ${job.association.index}`)) &&
      free(p.bf_max_job_user, `user ${job.user}`);
    if (admitted) for (const key of keys) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return admitted;
  }

  /** May the partition have another plan? */
  mayPlan(partition: Partition): boolean {
    const limit = this.context.state.config.scheduler.parameters.bf_job_part_count_reserve;
    return limit === 0 || (this.#plans.get(partition) ?? 0) < limit;
  }

  planned(partition: Partition): void {
    if (this.context.state.config.scheduler.parameters.bf_job_part_count_reserve > 0)
      this.#plans.set(partition, (this.#plans.get(partition) ?? 0) + 1);
  }
}
