import type { BitVector } from "../../../core/bit-vector.js";

/** An advance reservation. Seconds from the run's start. */
export interface Reservation {
  id: number;
  name: string;
  start: number;
  end: number;
  nodes: BitVector;
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
  /** Length of a period in seconds; 0 when it does not recur. */
  period: number;
}

export type ReservationFlag =
  | "MAINT"
  | "FLEX"
  | "MAGNETIC"
  | "IGNORE_JOBS"
  | "HOURLY"
  | "DAILY"
  | "WEEKLY"
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
