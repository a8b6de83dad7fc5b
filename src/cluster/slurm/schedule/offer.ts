import { BitVector } from "../../../core/bit-vector.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SchedulerContext } from "./context.js";
import { namedNodes } from "./named-nodes.js";
import { nodeList } from "./node-list.js";
import type { Reasons } from "./reasons.js";
import { ReservationTest } from "./reservations.js";
import { partitionRefusal } from "./runnable.js";

/** Why a job is offered no nodes, or does not get those that it is offered. */
export type Refusal =
  /** Resources are in use, or victims were asked to go. */
  | "busy"
  /** Nodes that it needs are down, drained or kept for others. */
  | "unavailable"
  /** All that it could use lies in reservations; or its own is not usable now. */
  | "reserved"
  /** The partition is not for it. */
  | "refused"
  /** It could not run even if everything were idle. */
  | "never";

/**
 * Which nodes a job may be tried on now, and what is said when they are too few: what partitions, reservations and the
 * names in its request leave. The answer lies in the fields, which the next look overwrites.
 *
 * The first half of `select_nodes` and of `_pick_best_nodes`, src/slurmctld/node_scheduler.c, 22.05.
 */
export class Offer {
  readonly usable: BitVector;
  readonly #test: ReservationTest;

  constructor(
    readonly context: SchedulerContext,
    readonly reasons: Reasons,
  ) {
    this.usable = new BitVector(context.state.nodes.count);
    this.#test = new ReservationTest(context.state);
  }

  /** Cores that reservations keep from it. */
  get reservedCores(): ReadonlyMap<number, BitVector> | undefined {
    return this.#test.cores;
  }

  /** `avail`: nodes that may be given at all. Undefined when it may be tried, on `usable`. */
  look(job: SlurmJob, partition: Partition, avail: BitVector): Refusal | undefined {
    const { state } = this.context;
    const refusal = partitionRefusal(job, partition);
    if (refusal !== undefined) return this.say(job, refusal, "refused");
    const test = this.#test;
    const answer = test.test(job, partition, state.now, false);
    if (answer === "not-yet") return this.say(job, "Reservation", "reserved");
    if (answer === "invalid") return this.say(job, "Reservation", "never");
    if (answer === "maintenance")
      return this.say(job, "ReqNodeNotAvail, Reserved for maintenance", "reserved");
    const { usable } = this;
    const inside = job.reservation !== undefined;
    if (inside && test.overlap && test.nodes.empty) return this.say(job, "Resources", "busy");
    if (answer === "usable") {
      usable.copyFrom(test.nodes);
      usable.and(partition.nodes);
      if (inside && usable.count() < job.request.minNodes) return this.#tooSmall(job);
      usable.and(avail);
    } else usable.clear();
    const { required, excluded } = namedNodes(job.request, state.nodes);
    if (excluded !== undefined) usable.andNot(excluded);
    if (required === undefined || required.within(usable)) return undefined;
    return this.say(job, this.unavailableText(partition, avail, required), "unavailable");
  }

  say<R>(job: SlurmJob, reason: string, answer: R): R {
    this.reasons.set(job, reason);
    return answer;
  }

  /** It would not fit on the nodes that it was offered if they were idle: on others, or nowhere? */
  impossible(job: SlurmJob, partition: Partition, avail: BitVector): Refusal {
    if (this.context.selector.possible(job, partition) !== undefined) return this.never(job);
    return this.say(job, this.unavailableText(partition, avail, undefined), "unavailable");
  }

  never(job: SlurmJob): Refusal {
    if (this.#test.overlap) return this.say(job, "Reservation", "reserved");
    // It is held when it has no other partition.
    return job.partitions.length > 1 ? this.say(job, "BadConstraints", "never") : "never";
  }

  /** Its reservation has too few nodes: it can never run there, but a magnetic one is not its only way. */
  #tooSmall(job: SlurmJob): Refusal {
    return job.request.reservation === "" ? "unavailable" : this.never(job);
  }

  /** Takes out the nodes that are held so that the job is not even tried on them. True when there are some. */
  withoutHeld(job: SlurmJob, partition: Partition, usable: BitVector): boolean {
    const { nodes, config } = this.context.state;
    let held = usable.overlaps(nodes.completing);
    if (held) usable.andNot(nodes.completing);
    if (config.preempt.type === "none") {
      const alone = job.request.exclusive || partition.config.overSubscribe.mode === "EXCLUSIVE";
      const free = alone ? nodes.idle : nodes.share;
      held ||= !usable.within(free);
      usable.and(free);
    }
    return held;
  }

  /** Which of the nodes are not to be had, of those required when these are among them. */
  unavailableText(partition: Partition, avail: BitVector, required: BitVector | undefined): string {
    const missing = partition.nodes.clone();
    missing.andNot(avail);
    if (required !== undefined) missing.and(required);
    return missing.empty
      ? "ReqNodeNotAvail, May be reserved for other job"
      : `ReqNodeNotAvail, UnavailableNodes:${nodeList(missing, this.context.state.nodes.names)}`;
  }
}
