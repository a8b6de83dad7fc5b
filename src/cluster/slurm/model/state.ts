import type { PendingJobs } from "../state/pending-jobs.js";
import type { Association, Qos, TresTable } from "./accounting.js";
import type { SlurmConfig } from "./config.js";
import type { SlurmJob } from "./job.js";
import type { Nodes } from "./nodes.js";
import type { Partition } from "./partition.js";
import type { Reservation } from "./reservation.js";

/**
 * Everything that slurmctld knows at a moment. The schedulers read it; what changes it are the few functions that
 * start, end and hold jobs.
 */
export interface SlurmState {
  readonly config: SlurmConfig;
  /** Whole seconds from the run's start. */
  now: number;
  readonly nodes: Nodes;
  readonly partitions: readonly Partition[];
  readonly tres: TresTable;
  readonly qos: ReadonlyMap<string, Qos>;
  readonly associations: readonly Association[];
  readonly reservations: Reservation[];
  /** Free and total by name. */
  readonly licenses: Map<string, { total: number; used: number }>;
  /** Every record that has not left, in the order of Slurm's job list: by submission; an array's head goes to the end when a task leaves it. */
  readonly jobs: Set<SlurmJob>;
  readonly jobById: Map<number, SlurmJob>;
  readonly pending: PendingJobs;
  readonly running: Set<SlurmJob>;
}
