import type { SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SchedulerContext } from "./context.js";
import { licensesFree } from "./licenses.js";
import { Offer } from "./offer.js";
import { isFinal, isNodeUnavailable, isPartition, isPolicy, Reasons } from "./reasons.js";
import { isIndependent, partitionReason } from "./runnable.js";

/**
 * What slurmctld says of a batch job when it is submitted, before a scheduler has looked at it: sbatch starts nothing, but
 * the job is tried as if it would. Who is not the first of its partition waits for Priority at once.
 *
 * `job_allocate` and `_top_priority` of src/slurmctld/job_mgr.c, 22.05.
 */
export class FirstLook {
  readonly #reasons = new Reasons();
  readonly #offer: Offer;

  constructor(readonly context: SchedulerContext) {
    this.#offer = new Offer(context, this.#reasons);
  }

  look(job: SlurmJob): void {
    // Components of heterogeneous jobs are first looked at by backfill.
    if (job.priority === 0 || job.het !== undefined) return;
    const { context } = this;
    const independent = isIndependent(job, context, this.#reasons);
    if (job.state === SlurmJobState.Pending) {
      const mayGo = independent && licensesFree(job.request, context.state);
      if (mayGo && !this.#isFirst(job)) this.#reasons.set(job, "Priority");
      for (const partition of job.partitions) if (this.#fits(job, partition)) break;
    }
    this.#reasons.publish(context.actions);
  }

  #isFirst(job: SlurmJob): boolean {
    for (const other of this.context.state.pending)
      if (other !== job && comesBefore(other, job)) return false;
    return true;
  }

  /** Does it fit on the nodes that it would be tried on, as if they were idle? Otherwise says why not. */
  #fits(job: SlurmJob, partition: Partition): boolean {
    const { state, selector, limits } = this.context;
    job.partition = partition;
    if (partitionReason(job, partition, state, false) !== "None") {
      this.#reasons.set(job, "PartitionConfig");
      return false;
    }
    const limit = limits.preSelect(job, partition);
    if (limit !== undefined) {
      this.#reasons.set(job, limit);
      return false;
    }
    const offer = this.#offer;
    const { avail } = state.nodes;
    if (offer.look(job, partition, avail) !== undefined) return false;
    const held = offer.withoutHeld(job, partition, offer.usable);
    const anyReserved = (offer.reservedCores?.size ?? 0) > 0;
    const whole = anyReserved ? undefined : selector.findsWhole(job, partition, offer.usable);
    if (whole ?? this.#isFound(job, partition)) return true;
    const never = selector.possible(job, partition) !== undefined;
    if (never && job.partitions.length > 1) this.#reasons.set(job, "BadConstraints");
    else if (held) this.#reasons.set(job, "Resources");
    else offer.impossible(job, partition, avail);
    return false;
  }

  #isFound(job: SlurmJob, partition: Partition): boolean {
    const { usable, reservedCores } = this.#offer;
    const found = this.context.selector.select(job, partition, usable, "run", reservedCores);
    if (found.kind === "now" || found.kind === "preempt") return true;
    return found.kind === "busy" && found.possible !== undefined;
  }
}

/** Would it be tried before the other? Whether their partitions have nodes in common is not asked [run]. */
function comesBefore(one: SlurmJob, other: SlurmJob): boolean {
  if (one.partition !== other.partition) {
    const tier = one.partition.config.priorityTier - other.partition.config.priorityTier;
    if (tier < 0 || (tier === 0 && one.priority <= other.priority)) return false;
  } else if (one.priority <= other.priority) return false;
  return one.reservation === other.reservation && !waitsForOtherThings(one);
}

function waitsForOtherThings({ reason, priority }: SlurmJob): boolean {
  return (
    priority === 0 ||
    isPolicy(reason) ||
    isPartition(reason) ||
    isFinal(reason) ||
    isNodeUnavailable(reason) ||
    reason === "Dependency" ||
    reason === "BeginTime" ||
    reason === "Reservation" ||
    reason === "JobArrayTaskLimit"
  );
}
