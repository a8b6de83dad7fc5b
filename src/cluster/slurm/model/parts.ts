import type { BitVector } from "../../../core/bit-vector.js";
import type { JobAllocation, SlurmJob } from "./job.js";
import type { Partition } from "./partition.js";

/** Where a job is put. */
export interface Place {
  readonly nodes: BitVector;
}

/** What node selection answers. */
export type Selection =
  /** It fits now. */
  | { kind: "now"; allocation: JobAllocation }
  /**
   * It fits once these are gone; they are not asked yet. With `allocation` it may start beside them at once, because
   * they are all suspended by the gang scheduler.
   */
  | { kind: "preempt"; victims: SlurmJob[]; nodes: BitVector; allocation?: JobAllocation }
  /**
   * Of a will-run test, which never says `now`: when it is expected to start (seconds) and where. The start is the
   * present when it fits now, or would after evicting others.
   */
  | { kind: "later"; start: number; nodes: BitVector }
  /** Resources are in use. `possible`: where it would run if nothing ran on the nodes it was offered (worked out when read). */
  | { kind: "busy"; readonly possible?: BitVector | undefined }
  /** Required nodes are down, drained or reserved; the text as squeue prints it. */
  | { kind: "unavailable"; reason: string }
  /** It could not run there even if everything were idle. */
  | { kind: "never"; reason: string };

/** Node selection: `node_scheduler.c` and `select/cons_tres`. */
export interface Selector {
  /**
   * Tries a pending job in a partition on the nodes of `usable`.
   *
   * `run`: where it would start now, or whom it would evict. `will-run`: also when it could start if running jobs end
   * at their limits (section 5 of the behaviour that is followed). Either sets the job's `totalCpus`, whatever comes out.
   * `reserved`: cores by node that an advance reservation keeps from it. `until`: a will-run test may end with a start at
   * Infinity when it is later than this. `from`: the job is not to start before.
   */
  select(
    job: SlurmJob,
    partition: Partition,
    usable: BitVector,
    mode: "run" | "will-run",
    reserved?: ReadonlyMap<number, BitVector>,
    until?: number,
    from?: number,
  ): Selection;
  /** Could it run on the partition's nodes if all were idle and up? Undefined when it could, else why not. */
  possible(job: SlurmJob, partition: Partition): string | undefined;
  /** Jobs that hold nodes, by the end of their time. */
  running(): readonly SlurmJob[];
  /** Tells of each change of `running` from now on. */
  watch(watcher: RunningWatcher): void;
  /** So many whole nodes, all alike, are all that it asks for there; 0 when it asks for anything else. */
  wholeNodes(job: SlurmJob, partition: Partition): number;
  /**
   * Whether a job that asks for whole nodes alone finds as many among these, vacant ones: what `select` would say without a
   * choice. Undefined for any other job, and while nodes are shared.
   */
  findsWhole(job: SlurmJob, partition: Partition, usable: BitVector): boolean | undefined;
  /** No node holds several jobs, one user only, or a suspended job. */
  readonly exclusive: boolean;
  /** Somebody holds nodes and not all of the cores that were given. */
  readonly anySuspended: boolean;
  /** Books and returns what a job holds. */
  allocate(job: SlurmJob, allocation: JobAllocation): void;
  release(job: SlurmJob): void;
  suspend(job: SlurmJob): void;
  resume(job: SlurmJob): void;
  /** To be called whenever the end of a job that holds nodes has been changed. */
  endMoved(job: SlurmJob): void;
}

/** Who keeps the running jobs in another form. */
export interface RunningWatcher {
  /** A job has come to this place of them. */
  came(job: SlurmJob, place: number): void;
  /** The one at this place has left. */
  left(place: number): void;
}

/** QOS and association limits: `acct_policy.c`. Reasons are as squeue prints them; undefined means it passes. */
export interface Limits {
  /** At submission, before `submitted`: refuses it with a reason; gives a job without a time limit one (minutes). */
  submit(job: SlurmJob): { reject?: string; timeLimit?: number };
  /** Numbers of jobs and wall-clock time. */
  preSelect(job: SlurmJob, partition: Partition): string | undefined;
  /**
   * With the nodes that it would get now and its `totalCpus` (or the least it asks for, while no test has set them). A
   * node on which a user or account runs already counts once. Slurm asks also when it gets none now, with how many it
   * would take: then each counts, and a limit that is reached as well gives the reason instead.
   */
  postSelect(job: SlurmJob, partition: Partition, place: Place | number): string | undefined;
  /** The most nodes that limits let a job have, and what to say when it needs more. */
  maxNodes(job: SlurmJob, partition: Partition): { nodes: number; reason: string };
  /** The priority below which backfill makes no reservation for it; 0 for none. */
  priorityThreshold(job: SlurmJob, partition: Partition): number;
  /**
   * Each time the queue is built, for a pending job that waits for nothing but its turn: lets its age count, as far as
   * MaxJobsAccrue and its like allow. `split` splits the next task off an array.
   */
  accrue(job: SlurmJob, split: (head: SlurmJob) => SlurmJob): void;
  /** A pending job was held or made to wait: its age counts no longer. */
  unaccrue(job: SlurmJob): void;
  /** It is in the queue, for the first time or again after a requeue. */
  submitted(job: SlurmJob): void;
  /** It left without having started; of an array's head so many tasks, all that are left when not given. */
  withdrawn(job: SlurmJob, tasks?: number): void;
  /** It runs, with its partition, start time, time limit and allocation set. */
  started(job: SlurmJob): void;
  /** It was started while its nodes booted; its start time has moved to now. */
  launched(job: SlurmJob): void;
  /** It ended (or goes back to the queue), its end time set. Call it once, while its allocation is still there. */
  ended(job: SlurmJob): void;
  /** A running job is about to get another time limit (minutes). */
  altered(job: SlurmJob, timeLimit: number): void;
  /**
   * Running jobs that the 30-s check must kill because a limit of minutes is used up, in the order of the job list. Each
   * is looked at when its turn comes: end one before asking for the next, since its last use counts for those after it.
   */
  exhausted(): Iterable<SlurmJob>;
}

/** Priorities and fair-share. */
export interface Priorities {
  /** A job was submitted, updated or requeued. */
  assign(job: SlurmJob): void;
  /** The decay thread's tick, each calcPeriod from the controller's start. */
  tick(): void;
  /** The weighted terms of its priority, as `sprio -l` prints them. */
  factors(job: SlurmJob, partition: Partition): PriorityFactors;
}

export interface PriorityFactors {
  priority: number;
  site: number;
  age: number;
  assoc: number;
  fairshare: number;
  jobsize: number;
  partition: number;
  qos: number;
  nice: number;
  /** By TRES name. */
  tres: Record<string, number>;
}

/** What the schedulers ask the controller to do. */
export interface SchedulerActions {
  /** Starts it; with `limit` (minutes) its time limit becomes that. */
  start(
    job: SlurmJob,
    partition: Partition,
    allocation: JobAllocation,
    by: "main" | "backfill",
    limit?: number,
  ): void;
  /** Evicts by the mode of the victim's QOS or partition, with its grace time. */
  preempt(victim: SlurmJob, preemptor: SlurmJob): void;
  /** Splits the next task off an array's head (the last one is the head itself) and returns its record. */
  splitTask(head: SlurmJob): SlurmJob;
  /** Sets the reason that squeue prints. */
  reason(job: SlurmJob, reason: string): void;
  /** Holds it for good: priority 0 and the reason. */
  hold(job: SlurmJob, reason: string): void;
  /** Ends a pending job that can never run: its deadline is out of reach, or what it depends on cannot come. */
  withdraw(job: SlurmJob, as: "DEADLINE" | "CANCELLED"): void;
  /** Takes back the start of a heterogeneous job's component whose siblings could not start; it waits as if requeued. */
  revoke(job: SlurmJob): void;
}
