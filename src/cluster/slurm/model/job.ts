import type { BitVector } from "../../../core/bit-vector.js";
import type { Association, Qos } from "./accounting.js";
import type { Partition } from "./partition.js";
import type { JobRequest } from "./request.js";
import type { Reservation } from "./reservation.js";

export const SlurmJobState = {
  Pending: 0,
  Running: 1,
  Suspended: 2,
  /** Ended, and its nodes are still being released. */
  Completing: 3,
  Ended: 4,
} as const;
export type SlurmJobState = (typeof SlurmJobState)[keyof typeof SlurmJobState];

/** How a job's last run ended, as sacct prints its state. */
export type JobEnd =
  | "COMPLETED"
  | "FAILED"
  | "TIMEOUT"
  | "CANCELLED"
  | "NODE_FAIL"
  | "PREEMPTED"
  | "DEADLINE";

/**
 * A job record of slurmctld. Times are whole seconds from the run's start (as Slurm's `time_t`), -1 when not set. The
 * tasks of a job array that nobody has looked at yet are one record, its head (`array`).
 */
export interface SlurmJob {
  /** Slurm's job id: higher ids came later. */
  id: number;
  /** The number by which the cluster knows it; -1 for records that exist only here, as an array's head. */
  host: number;
  /** Its name in the trace, by which dependencies call it; an array's or heterogeneous job's for their records. */
  label: string;
  /** --job-name. */
  name: string;
  request: JobRequest;
  state: SlurmJobState;
  /** As squeue prints it in %r; `None` when nobody has looked yet. */
  reason: string;

  user: string;
  account: string;
  /** Undefined without accounting. */
  association: Association | undefined;
  qos: Qos | undefined;
  /** Those that it may run in, as given. */
  partitions: readonly Partition[];
  /** Where it runs, or the one looked at last. */
  partition: Partition;

  /** Minutes; Infinity is UNLIMITED. Undefined: the partition's default. */
  timeLimit: number | undefined;
  /** --time-min, minutes; 0 not given. */
  timeMin: number;
  submitTime: number;
  /** --begin, or the delay of a requeue; 0 for none. */
  beginTime: number;
  /** When nothing but resources and priority held it back for the first time; -1 not yet. */
  eligibleTime: number;
  /** Since when its age counts; -1 not yet. */
  accrueTime: number;
  /** --deadline; Infinity for none. */
  deadline: number;
  startTime: number;
  /** It has its nodes and waits for some of them to boot; its time begins to count when they are up. */
  configuring: boolean;
  /** Start + limit while it runs; the moment of its end afterwards. */
  endTime: number;
  /** Seconds that it had run when it was last suspended. */
  preSuspended: number;
  /** When it was last suspended or resumed; -1 never. */
  suspendTime: number;
  /** When its preemption was asked for: it goes at `endTime`, which then ends its grace; -1 none. */
  preemptTime: number;
  /** As a preemptor: until when it evicts nobody else; -1 none. */
  preemptInProgressUntil: number;
  restarts: number;
  /** Set when it has ended. */
  finished: JobEnd | undefined;
  exitCode: number;
  requeue: boolean;

  /** 0: held. */
  priority: number;
  /** One for each of `partitions` when there are several. */
  priorities: number[] | undefined;
  /** By `--priority` or an administrator: it stays as it is until the job is held and released. */
  priorityGiven: boolean;
  /** Whether the hold is the user's or the administrator's, when priority is 0. */
  heldBy: "user" | "admin" | undefined;
  nice: number;
  /**
   * Seconds for which its age counted when its priority was last worked out, -1 when it did not count; undefined when
   * nobody has worked it out, or it was given.
   */
  agedFor: number | undefined;
  /** `totalCpus` as of then. */
  sizedFor: number;
  /** What the site plugin adds. */
  siteFactor: number;
  /** CPUs that a scheduling test found it would get; 0 before the first test. The size factor uses it. */
  totalCpus: number;

  dependencies: Dependency[];
  killOnInvalidDependency: boolean;
  /** Of an array: what all its records share. Undefined for other jobs. */
  array: JobArray | undefined;
  /** Task number; -1 for the head and for other jobs. */
  task: number;
  /** The head's tasks that are not split off, ascending; empty otherwise. */
  tasksLeft: number[];
  /** The cluster's numbers of `tasksLeft`. */
  hostsLeft: number[];
  /** The set of components that start together. */
  het: HetJob | undefined;
  /** Its place in the set. */
  hetOffset: number;

  reservation: Reservation | undefined;
  allocation: JobAllocation | undefined;
  /** Backfill's estimate of the last pass; -1 none. */
  expectedStart: number;
  /** Nodes of that plan. */
  plannedNodes: BitVector | undefined;
}

export interface JobArray {
  /** Job id of the array. */
  id: number;
  /** `%n`; Infinity for none. */
  maxRunning: number;
  running: number;
  /** Tasks that have not ended, and those that ended with failure. */
  unfinished: number;
  failed: number;
  /** All records of it that have not left. */
  records: SlurmJob[];
}

export interface HetJob {
  id: number;
  components: SlurmJob[];
}

/** One term of --dependency. Terms are joined by AND (`,`) or OR (`?`). */
export interface Dependency {
  kind: "after" | "afterany" | "afterok" | "afternotok" | "aftercorr" | "singleton" | "expand";
  /** Job id, an array's for the whole array; -1 for singleton. */
  job: number;
  /** Task of an array; -1 for the whole. */
  task: number;
  /** Minutes after the start, of `after`. */
  delay: number;
  or: boolean;
  state: "unfulfilled" | "fulfilled" | "failed";
}

/** What a job holds: parallel arrays by node, nodes ascending. */
export interface JobAllocation {
  readonly nodes: BitVector;
  node: Int32Array;
  /** CPUs given on each node. */
  cpus: Int32Array;
  /** Core indexes on each node; undefined when it holds all of them. */
  cores: readonly BitVector[] | undefined;
  /** Bit mask of GPU indexes on each node. */
  gpus: Int32Array;
  /** MiB on each node. */
  memory: Float64Array;
  /** GRES other than GPUs, by node. */
  otherGres?: readonly { readonly name: string; readonly counts: Int32Array }[] | undefined;
  /** Row of the partition in which its cores lie, from 0: rows above share cores with those below. */
  row: number;
  /** Whole nodes are its own. */
  wholeNode: boolean;
}
