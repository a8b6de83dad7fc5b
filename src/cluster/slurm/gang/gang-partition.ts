import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import { ActiveRow, type CoreMap } from "./active-row.js";

/** A job of a gang-scheduled partition: in the active row for its slice, beside it while there is room, or not. */
export interface GangJob {
  readonly job: SlurmJob;
  place: "active" | "filler" | "out";
  /** Stopped by the gang scheduler. */
  stopped: boolean;
  /** What the controller has been told of it. */
  standsStill: boolean;
}

/** A partition's jobs in their order of turns, and the jobs of higher tiers that take cores from them. */
export class GangPartition {
  readonly row: ActiveRow;
  readonly jobs: GangJob[] = [];
  /** Jobs of higher tiers, in the order in which they began to run. */
  readonly shadows: GangJob[] = [];

  constructor(
    readonly partition: Partition,
    map: CoreMap,
  ) {
    this.row = new ActiveRow(map);
  }

  get tier(): number {
    return this.partition.config.priorityTier;
  }

  /** The row with nothing in it but the shadows. */
  startRow(): void {
    this.row.clear();
    for (const { job } of this.shadows) this.row.add(job.allocation!);
  }

  /** Puts a job into the row if it fits beside what is there. */
  place({ job }: GangJob): boolean {
    if (!this.row.fits(job.allocation!)) return false;
    this.row.add(job.allocation!);
    return true;
  }

  /** Jobs that have had their turn go behind the others, their order kept; nobody is in the row any more. */
  rotate(): void {
    const had = this.jobs.filter(({ place }) => place === "active");
    const others = this.jobs.filter(({ place }) => place !== "active");
    this.jobs.splice(0, this.jobs.length, ...others, ...had);
    for (const each of this.jobs) each.place = "out";
  }
}
