import { lowerBound } from "../../../core/lower-bound.js";
import { resort } from "../../../core/resort.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { type SchedulerContext, year } from "./context.js";
import type { QueueEntry } from "./order.js";
import { isAdmitted } from "./queue.js";
import type { Reasons } from "./reasons.js";
import { admitsAll, isRunnable } from "./runnable.js";

/** A job that asks for a number of whole nodes, all alike, and for nothing else. */
export interface PlainEntry extends QueueEntry {
  readonly nodes: number;
  /** Minutes that it is taken to run. */
  readonly minutes: number;
  /** When it was submitted: it may have been requeued since, and its entry not left yet. */
  readonly submitted: number;
}

/** Who keeps the queue in another form. */
export interface QueueWatcher {
  /** An entry has come to this place. */
  came(entry: PlainEntry, place: number): void;
  /** The one at this place has left. */
  left(place: number): void;
  /** Anything may be anywhere. */
  reordered(): void;
}

/**
 * The queue of a cluster whose pending jobs all ask for whole nodes and nothing else. It is kept in order from pass to
 * pass, which such jobs allow: what a pass finds of one of them stays as it is until something is said to have changed.
 *
 * What `buildQueue` and `sortQueue` make anew each time.
 */
export class PlainQueue {
  /** In the order of a pass. Jobs that leave during a pass stay until the next. */
  readonly entries: PlainEntry[] = [];
  readonly #entryOf = new Map<SlurmJob, PlainEntry>();
  /** Learns of each change of `entries`. */
  watcher: QueueWatcher | undefined;
  /** Pending jobs that are no matter of counting. */
  readonly #others = new Set<SlurmJob>();
  /** Jobs that the last look has changed in a way that the next one goes by: it may find more. */
  #unsettled: SlurmJob[] = [];
  /** Where they ask to run. */
  readonly partitions = new Set<Partition>();
  /** The nodes that may be given are the same for all of them, now and later in the plan. */
  #shareNodes = false;
  /** Jobs of it that wait for something else than Priority: passes keep it up to date. */
  readonly unlike = new Set<SlurmJob>();

  constructor(readonly context: SchedulerContext) {
    context.state.pending.watched = true;
  }

  /** Could a cluster with this configuration have such a queue? */
  static fits({ config, partitions }: SlurmState): boolean {
    return (
      !config.enforce.limits &&
      !config.power.enabled &&
      config.preempt.type === "none" &&
      !config.preempt.gang &&
      config.scheduler.type === "backfill" &&
      config.scheduler.parameters.partition_job_depth === 0 &&
      !config.scheduler.parameters.reduce_completing_frag &&
      partitions.every(admitsAll)
    );
  }

  /** Brings it up to date. False, and nobody is looked at, when it cannot hold all that a pass has to look at. */
  refresh(reasons: Reasons): boolean {
    const { pending } = this.context.state;
    const again = this.#unsettled;
    if (again.length > 0) this.#unsettled = [];
    const holdsAll = this.#holdsAll();
    if (!holdsAll) this.#clear();
    else if (pending.stirred) {
      this.#clear();
      this.unlike.clear();
      for (const job of pending) this.#take(job, reasons, false);
      this.entries.sort(comparePlain);
    } else {
      for (const job of pending.left) this.#drop(job);
      if (pending.reranked) this.#rerank();
      for (const job of again) {
        if (!pending.has(job) || pending.entered.includes(job)) continue;
        this.#drop(job);
        this.#take(job, reasons, true);
      }
      for (const job of pending.entered) if (pending.has(job)) this.#take(job, reasons, true);
    }
    pending.settle();
    if (!holdsAll) this.forget();
    return holdsAll;
  }

  /** Are all jobs, those that wait for something else too, such jobs, and the nodes the same for all of them? */
  #holdsAll(): boolean {
    const { pending, reservations, nodes } = this.context.state;
    if (pending.stirred) {
      this.#others.clear();
      this.partitions.clear();
      this.#shareNodes = nodes.avail.within(nodes.up) && nodes.coming.equals(nodes.avail);
      for (const job of pending) this.#assign(job);
    } else {
      for (const job of pending.left) this.#others.delete(job);
      for (const job of pending.entered) if (pending.has(job)) this.#assign(job);
    }
    return this.#others.size === 0 && reservations.length === 0 && this.#shareNodes;
  }

  #assign(job: SlurmJob): void {
    const partition = job.partitions[0]!;
    if (isSingle(job) && this.context.selector.wholeNodes(job, partition) > 0) this.#assignTo(partition);
    else this.#others.add(job);
  }

  #assignTo(partition: Partition): void {
    if (this.partitions.has(partition)) return;
    this.partitions.add(partition);
    if (!this.context.state.nodes.avail.within(partition.nodes)) this.#shareNodes = false;
  }

  /** A pass has looked at jobs in another way, which may have changed them. */
  forget(): void {
    this.context.state.pending.stirred = true;
  }

  #rerank(): void {
    for (const entry of this.entries) entry.priority = entry.job.priority;
    if (resort(this.entries, comparePlain)) this.watcher?.reordered();
  }

  #clear(): void {
    this.entries.length = 0;
    this.#entryOf.clear();
    this.watcher?.reordered();
  }

  /** Does for a job what is done for it when a queue is built, and puts it where it belongs. */
  #take(job: SlurmJob, reasons: Reasons, inPlace: boolean): void {
    const { context } = this;
    const { limits, actions, selector } = context;
    const { reason, eligibleTime } = job;
    limits.accrue(job, (head) => actions.splitTask(head));
    const runnable = isRunnable(job, context, reasons);
    // A job that was held gets its turn in the pass after the one that clears its reason; and its age counts from there.
    if (job.reason !== reason || job.eligibleTime !== eligibleTime) this.#unsettled.push(job);
    if (!runnable) return;
    const partition = job.partitions[0]!;
    job.partition = partition;
    if (!isAdmitted(job, partition, context, reasons, false)) return;
    const nodes = selector.wholeNodes(job, partition);
    const { priority, task, submitTime: submitted } = job;
    const minutes = limitOf(job, partition);
    const magnetic = undefined;
    const entry: PlainEntry = { job, partition, priority, magnetic, task, nodes, minutes, submitted };
    if (job.reason !== "Priority") this.unlike.add(job);
    this.#entryOf.set(job, entry);
    if (inPlace) {
      const place = this.#placeOf(entry);
      this.entries.splice(place, 0, entry);
      this.watcher?.came(entry, place);
    } else this.entries.push(entry);
  }

  #drop(job: SlurmJob): void {
    this.unlike.delete(job);
    const entry = this.#entryOf.get(job);
    if (entry === undefined) return;
    this.#entryOf.delete(job);
    const place = this.#placeOf(entry);
    this.entries.splice(place, 1);
    this.watcher?.left(place);
  }

  #placeOf(entry: PlainEntry): number {
    return lowerBound(this.entries.length, (at) => comparePlain(this.entries[at]!, entry) < 0);
  }
}

/** What is left of `compareEntries` for jobs that are single and bound to no reservation. */
function comparePlain(a: PlainEntry, b: PlainEntry): number {
  const tier = b.partition.config.priorityTier - a.partition.config.priorityTier;
  return tier || b.priority - a.priority || a.submitted - b.submitted || a.job.id - b.job.id;
}

/** Neither one of several (array, components, partitions) nor bound to a reservation, a deadline or another job. */
function isSingle(job: SlurmJob): boolean {
  return (
    job.array === undefined &&
    job.het === undefined &&
    job.partitions.length === 1 &&
    job.dependencies.length === 0 &&
    job.reservation === undefined &&
    job.timeMin === 0 &&
    job.deadline === Number.POSITIVE_INFINITY &&
    job.request.licenses.length === 0 &&
    job.request.reservation === "" &&
    job.qos?.config.flags.includes("NoReserve") !== true
  );
}

function limitOf(job: SlurmJob, { config }: Partition): number {
  const longest = config.maxTime === Number.POSITIVE_INFINITY ? year / 60 : config.maxTime;
  return Math.min(job.timeLimit ?? longest, longest);
}
