import type { BitVector } from "../../../core/bit-vector.js";
import type { Recurrence } from "../schedule/recurrence.js";

/**
 * An advance reservation. Seconds from the run's start; with TIME_FLOAT `start` counts from whenever it is looked at, `length`
 * from there, and `end` is what slurmctld keeps, the end from when it was made.
 */
export interface Reservation {
  id: number;
  name: string;
  start: number;
  end: number;
  length: number;
  nodes: BitVector;
  /** How many nodes it was made with. */
  nodeCount: number;
  /** Cores by node when only some cores are reserved. */
  cores: Map<number, BitVector> | undefined;
  users: string[];
  accounts: string[];
  partition: string;
  flags: Set<ReservationFlag>;
  /** PURGE_COMP: seconds of idleness; undefined without. */
  purgeAfter: number | undefined;
  /** Since when no job has run in it. */
  idleSince: number;
  /** How often it comes again; undefined when it does not. */
  recurs: Recurrence | undefined;
  /** Unix time of the run's start. */
  epoch: number;
}

export type ReservationFlag =
  | "MAINT"
  | "FLEX"
  | "MAGNETIC"
  | "IGNORE_JOBS"
  | Recurrence
  | "PART_NODES"
  | "ALL_NODES"
  | "OVERLAP"
  | "SPEC_NODES"
  | "PURGE_COMP"
  | "STATIC_ALLOC"
  | "REPLACE"
  | "REPLACE_DOWN"
  | "ANY_NODES"
  | "FIRST_CORES"
  | "TIME_FLOAT"
  | "NO_HOLD_JOBS_AFTER";
