import type { BitVector } from "../../../core/bit-vector.js";
import type { JobAllocation, SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { Place, Selection } from "../model/parts.js";
import type { SchedulerContext } from "./context.js";
import { Offer, type Refusal } from "./offer.js";
import { isPolicy, type Reasons } from "./reasons.js";

/** What came of trying to start a job; `policy`: a limit of its QOS or account holds it back. */
export type StartResult = "started" | "policy" | Refusal;

/** How it is to start. */
export interface StartOrder {
  by: "main" | "backfill";
  /** Minutes that it gets on its nodes, when not its own limit. */
  limit?: ((allocation: JobAllocation) => number) | undefined;
}

/**
 * Tries to start one job now.
 *
 * `select_nodes` of src/slurmctld/node_scheduler.c, 22.05.
 */
export class Starter {
  /** The record that started last. */
  record: SlurmJob | undefined;
  /** Jobs that evicted others in this pass: they are not tried in another partition. */
  readonly preempting = new Set<SlurmJob>();
  readonly #offer: Offer;

  constructor(
    readonly context: SchedulerContext,
    readonly reasons: Reasons,
  ) {
    this.#offer = new Offer(context, reasons);
  }

  /**
   * `avail`: nodes that may be given at all in this pass. `within`: nodes that backfill holds the job to beyond that.
   * Of an array's head the next task starts.
   */
  try(
    job: SlurmJob,
    partition: Partition,
    avail: BitVector,
    within: BitVector | undefined,
    order: StartOrder,
  ): StartResult {
    if (!this.passesBefore(job, partition)) return "policy";
    const offer = this.#offer;
    const refusal = offer.look(job, partition, avail);
    if (refusal !== undefined) return refusal;
    if (within !== undefined) offer.usable.and(within);
    const selection = this.context.selector.select(job, partition, offer.usable, "run", offer.reservedCores);
    return this.#conclude(job, partition, selection, avail, order);
  }

  /** What a try says of a job that does not get its nodes. */
  busy(job: SlurmJob): Refusal {
    return this.#offer.say(job, "Resources", "busy");
  }

  /** Tests the limits that need no nodes; a reason that they gave before is cleared. */
  passesBefore(job: SlurmJob, partition: Partition): boolean {
    return this.#passes(job, this.context.limits.preSelect(job, partition));
  }

  /** Tests the limits on what it would hold on these nodes, or on so many. */
  passesAfter(job: SlurmJob, partition: Partition, place: Place | number): boolean {
    return this.#passes(job, this.context.limits.postSelect(job, partition, place));
  }

  #passes(job: SlurmJob, reason: string | undefined): boolean {
    if (reason !== undefined) this.reasons.set(job, reason);
    else if (isPolicy(job.reason)) this.reasons.set(job, "None");
    return reason === undefined;
  }

  #conclude(
    job: SlurmJob,
    partition: Partition,
    selection: Selection,
    avail: BitVector,
    order: StartOrder,
  ): StartResult {
    const offer = this.#offer;
    switch (selection.kind) {
      case "now":
        if (!this.passesAfter(job, partition, selection.allocation)) return "policy";
        return this.#start(job, partition, selection.allocation, order);
      case "preempt":
        if (!this.passesAfter(job, partition, selection)) return "policy";
        return this.#preempt(job, partition, selection, order);
      case "busy":
      case "later": {
        // A limit that is reached as well says that the job need not be waited for.
        const possible = selection.kind === "later" ? selection.nodes : selection.possible;
        if (!this.passesAfter(job, partition, possible?.count() ?? wantedNodes(job))) return "policy";
        if (possible === undefined) {
          const nowhere = this.context.selector.possible(job, partition) !== undefined;
          if (nowhere || !offer.withoutHeld(job, partition, offer.usable))
            return offer.impossible(job, partition, avail);
        }
        return this.busy(job);
      }
      case "unavailable":
        return offer.say(job, offer.unavailableText(partition, avail, undefined), "unavailable");
      case "never":
        return offer.never(job);
    }
  }

  /** Of an array's head it is the next task that starts. */
  #start(
    job: SlurmJob,
    partition: Partition,
    allocation: JobAllocation,
    { by, limit }: StartOrder,
  ): StartResult {
    const { actions } = this.context;
    const record = job.array !== undefined && job.task < 0 ? actions.splitTask(job) : job;
    // What is left of the array has not asked anybody to go.
    if (record !== job) job.preemptInProgressUntil = -1;
    this.reasons.forget(record);
    actions.start(record, partition, allocation, by, limit?.(allocation));
    this.record = record;
    return "started";
  }

  /** Asks victims to go, unless that was done a short while ago. The job waits for a later pass. */
  #preempt(
    job: SlurmJob,
    partition: Partition,
    { victims, allocation }: Selection & { kind: "preempt" },
    order: StartOrder,
  ): StartResult {
    const { state, actions } = this.context;
    const { now, config } = state;
    if (now >= job.preemptInProgressUntil) {
      for (const victim of victims) actions.preempt(victim, job);
      if (allocation === undefined) {
        job.preemptInProgressUntil = now + config.killWait + config.messageTimeout;
        this.preempting.add(job);
      }
    }
    if (allocation !== undefined) return this.#start(job, partition, allocation, order);
    return this.busy(job);
  }
}

/** As many nodes as it would take if they were there. */
function wantedNodes({ request }: SlurmJob): number {
  const most = request.nodesGiven ? request.maxNodes : request.minNodes;
  return Math.max(most === Number.POSITIVE_INFINITY ? request.minNodes : most, 1);
}
