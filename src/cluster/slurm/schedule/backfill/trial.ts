import type { SlurmJob } from "../../model/job.js";
import type { Partition } from "../../model/partition.js";
import type { SlotNeeds } from "./slot-search.js";

/** What follows one look at a job. */
export type Outcome = "next-job" | "next-task" | "stop";

/** What holds for all tasks of a queue entry. */
export interface Attempt {
  job: SlurmJob;
  partition: Partition;
  /** When the other components of its heterogeneous job could start; 0 without any. */
  notBefore: number;
  /** It may start now, but must not hold anything back. */
  nowOnly: boolean;
  /** When it could start in a partition looked at before; -1 when not known. */
  known: number;
  /** It is drawn into a magnetic reservation. */
  magnetic: boolean;
}

/** A job, or the next task of an array, that is being given its place. */
export interface Trial extends SlotNeeds {
  readonly attempt: Attempt;
  /** The limit that it was submitted with, minutes: a test may change that of the job. */
  readonly limit: number | undefined;
  /** From when the next look is. */
  later: number;
  /** The present as slurmctld took it at the last look: it does not notice that it has slept in between. */
  now: number;
  /** It counts against bf_max_job_test already. */
  counted: boolean;
}
