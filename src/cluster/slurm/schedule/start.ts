import { BitVector } from "../../../core/bit-vector.js";
import type { JobAllocation, SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { Selection } from "../model/parts.js";
import type { SchedulerContext } from "./context.js";
import { namedNodes } from "./named-nodes.js";
import { isPolicy, type Reasons } from "./reasons.js";
import { ReservationTest } from "./reservations.js";
import { partitionRefusal } from "./runnable.js";

/** What came of trying to start a job. */
export type StartResult =
  | "started"
  /** Resources are in use, or victims were asked to go. */
  | "busy"
  /** A limit of its QOS or account. */
  | "policy"
  /** Nodes that it needs are down, drained or kept for others. */
  | "unavailable"
  /** All that it could use lies in reservations; or its own is not usable now. */
  | "reserved"
  /** The partition is not for it. */
  | "refused"
  /** It could not run even if everything were idle. */
  | "never";

/**
 * Tries to start one job now.
 *
 * `select_nodes` and `_pick_best_nodes` of src/slurmctld/node_scheduler.c, 22.05.
 */
export class Starter {
  readonly #test: ReservationTest;
  readonly #usable: BitVector;

  constructor(
    readonly context: SchedulerContext,
    readonly reasons: Reasons,
  ) {
    this.#test = new ReservationTest(context.state);
    this.#usable = new BitVector(context.state.nodes.count);
  }

  /**
   * `avail`: nodes that may be given at all in this pass. `within`: nodes that backfill holds the job to beyond that.
   * Of an array's head the next task starts. `limit`: minutes that it gets on its nodes, when not its own limit.
   */
  try(
    job: SlurmJob,
    partition: Partition,
    avail: BitVector,
    within: BitVector | undefined,
    by: "main" | "backfill",
    limit?: (nodes: BitVector) => number,
  ): StartResult {
    const { state, selector } = this.context;
    if (!this.passesBefore(job, partition)) return "policy";
    const refusal = partitionRefusal(job, partition);
    if (refusal !== undefined) {
      this.reasons.set(job, refusal);
      return "refused";
    }
    const test = this.#test;
    const answer = test.test(job, partition, state.now, false);
    const inside = job.reservation !== undefined;
    if (answer === "not-yet" || answer === "invalid") {
      this.reasons.set(job, "Reservation");
      return answer === "not-yet" ? "reserved" : "never";
    }
    if (inside && test.overlap && test.nodes.empty) {
      this.reasons.set(job, "Resources");
      return "busy";
    }
    const usable = this.#usable;
    if (answer === "usable") {
      usable.copyFrom(test.nodes);
      usable.and(partition.nodes);
      if (inside && usable.count() < job.request.minNodes) return this.#tooSmall(job);
      usable.and(avail);
    } else usable.clear();
    const named = namedNodes(job.request, state.nodes);
    if (named.excluded !== undefined) usable.andNot(named.excluded);
    if (answer === "maintenance") {
      this.reasons.set(job, "ReqNodeNotAvail, Reserved for maintenance");
      return "reserved";
    }
    if (named.required !== undefined && !named.required.within(usable)) {
      this.reasons.set(job, this.unavailableText(partition, avail, named.required));
      return "unavailable";
    }
    if (within !== undefined) usable.and(within);
    const selection = selector.select(job, partition, usable, "run", test.cores);
    return this.#conclude(job, partition, selection, by, avail, limit);
  }

  /** Tests the limits that need no nodes; a reason that they gave before is cleared. */
  passesBefore(job: SlurmJob, partition: Partition): boolean {
    return this.#passes(job, this.context.limits.preSelect(job, partition));
  }

  /** Tests the limits on what it would hold on these nodes, or on so many. */
  passesAfter(job: SlurmJob, partition: Partition, nodes: BitVector | number): boolean {
    return this.#passes(job, this.context.limits.postSelect(job, partition, nodes));
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
    by: "main" | "backfill",
    avail: BitVector,
    limit: ((nodes: BitVector) => number) | undefined,
  ): StartResult {
    switch (selection.kind) {
      case "now":
        if (!this.passesAfter(job, partition, selection.allocation.nodes)) return "policy";
        return this.#start(job, partition, selection.allocation, by, limit);
      case "preempt":
        if (!this.passesAfter(job, partition, selection.nodes)) return "policy";
        return this.#preempt(job, partition, selection, by, limit);
      case "busy":
      case "later": {
        // A limit that is reached as well says that the job need not be waited for.
        const possible = selection.kind === "later" ? selection.nodes : selection.possible;
        if (!this.passesAfter(job, partition, possible?.count() ?? wantedNodes(job))) return "policy";
        if (possible === undefined && !this.#someBusy(job, partition))
          return this.#impossible(job, partition, avail);
        this.reasons.set(job, "Resources");
        return "busy";
      }
      case "unavailable":
        return this.#unavailable(job, partition, avail);
      case "never":
        return this.#never(job);
    }
  }

  /** It would not fit on the nodes that it was offered if they were idle: on others, or nowhere? */
  #impossible(job: SlurmJob, partition: Partition, avail: BitVector): StartResult {
    if (this.context.selector.possible(job, partition) !== undefined) return this.#never(job);
    return this.#unavailable(job, partition, avail);
  }

  #unavailable(job: SlurmJob, partition: Partition, avail: BitVector): StartResult {
    this.reasons.set(job, this.unavailableText(partition, avail, undefined));
    return "unavailable";
  }

  #never(job: SlurmJob): StartResult {
    return this.#test.overlap ? this.#reserved(job) : "never";
  }

  /** Are nodes that it could use held so that it is not even tried on them? */
  #someBusy(job: SlurmJob, partition: Partition): boolean {
    const { nodes, config } = this.context.state;
    const usable = this.#usable;
    if (usable.overlaps(nodes.completing)) return true;
    if (config.preempt.type !== "none") return false;
    const alone = job.request.exclusive || partition.config.overSubscribe.mode === "EXCLUSIVE";
    return !usable.within(alone ? nodes.idle : nodes.share);
  }

  /** Of an array's head it is the next task that starts. */
  #start(
    job: SlurmJob,
    partition: Partition,
    allocation: JobAllocation,
    by: "main" | "backfill",
    limit: ((nodes: BitVector) => number) | undefined,
  ): StartResult {
    const { actions } = this.context;
    const record = job.array !== undefined && job.task < 0 ? actions.splitTask(job) : job;
    // What is left of the array has not asked anybody to go.
    if (record !== job) job.preemptInProgressUntil = -1;
    this.reasons.forget(record);
    actions.start(record, partition, allocation, by, limit?.(allocation.nodes));
    this.record = record;
    return "started";
  }

  /** The record that started last. */
  record: SlurmJob | undefined;

  /** Its reservation has too few nodes: it can never run there, but a magnetic one is not its only way. */
  #tooSmall(job: SlurmJob): StartResult {
    if (job.request.reservation === "") return "unavailable";
    return this.#never(job);
  }

  #reserved(job: SlurmJob): StartResult {
    this.reasons.set(job, "Reservation");
    return "reserved";
  }

  /** Asks victims to go, unless that was done a short while ago. The job waits for a later pass. */
  #preempt(
    job: SlurmJob,
    partition: Partition,
    selection: Selection & { kind: "preempt" },
    by: "main" | "backfill",
    limit: ((nodes: BitVector) => number) | undefined,
  ): StartResult {
    const { state, actions } = this.context;
    const { now, config } = state;
    if (now >= job.preemptInProgressUntil) {
      for (const victim of selection.victims) actions.preempt(victim, job);
      if (selection.allocation === undefined) {
        job.preemptInProgressUntil = now + config.killWait + config.messageTimeout;
        this.preempting.add(job);
      }
    }
    if (selection.allocation !== undefined)
      return this.#start(job, partition, selection.allocation, by, limit);
    this.reasons.set(job, "Resources");
    return "busy";
  }

  /** Jobs that evicted others in this pass: they are not tried in another partition. */
  readonly preempting = new Set<SlurmJob>();

  /** Which of the nodes are not to be had, of those required when these are among them. */
  unavailableText(partition: Partition, avail: BitVector, required: BitVector | undefined): string {
    const missing = partition.nodes.clone();
    missing.andNot(avail);
    if (required !== undefined && missing.overlaps(required)) missing.and(required);
    return missing.empty
      ? "ReqNodeNotAvail, May be reserved for other job"
      : `ReqNodeNotAvail, UnavailableNodes:${nodeList(missing, this.context)}`;
  }
}

/** Names of a set of nodes as Slurm prints them: consecutive numbers of one prefix are joined, `n[1-3,7]`. */
export function nodeList(set: BitVector, { state }: SchedulerContext): string {
  const groups: { prefix: string; numbers: string[] }[] = [];
  for (const index of set.list()) {
    const name = state.nodes.names[index]!;
    const [, prefix, number] = /^(.*?)(\d*)$/.exec(name)!;
    const last = groups.at(-1);
    if (last !== undefined && last.prefix === prefix && number !== "") last.numbers.push(number!);
    else groups.push({ prefix: prefix!, numbers: number === "" ? [] : [number!] });
  }
  return groups
    .map(({ prefix, numbers }) => {
      if (numbers.length < 2) return prefix + (numbers[0] ?? "");
      return `${prefix}[${ranges(numbers)}]`;
    })
    .join(",");
}

function ranges(numbers: readonly string[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; ) {
    let end = i;
    while (
      end + 1 < numbers.length &&
      Number(numbers[end + 1]) === Number(numbers[end]) + 1 &&
      numbers[end + 1]!.length === numbers[end]!.length
    )
      end++;
    parts.push(end === i ? numbers[i]! : `${numbers[i]}-${numbers[end]}`);
    i = end + 1;
  }
  return parts.join();
}

/** As many nodes as it would take if they were there. */
function wantedNodes({ request }: SlurmJob): number {
  const most = request.nodesGiven ? request.maxNodes : request.minNodes;
  return Math.max(most === Number.POSITIVE_INFINITY ? request.minNodes : most, 1);
}
