import type { SlurmJob } from "../model/job.js";
import type { SlurmState } from "../model/state.js";
import { preemptModeOf } from "../select/preemption.js";
import { CoreMap } from "./active-row.js";
import { type GangJob, GangPartition } from "./gang-partition.js";

/** What the gang scheduler has the controller do. */
export interface GangActions {
  suspend(job: SlurmJob): void;
  resume(job: SlurmJob): void;
  /** The partition's or QOS's mode of preemption is another than SUSPEND: it goes for good, at once. */
  evict(job: SlurmJob): void;
}

/**
 * PreemptMode=GANG (`gang.c`, slurm-22-05-8-1): jobs that share cores take turns. In each partition the jobs are kept in
 * order; as many of them as fit side by side are the active row and run, the others are stopped. After each
 * SchedulerTimeSlice those that ran go behind the others. A running job of a higher tier casts a shadow on the lower
 * ones: what overlaps with it stops until it has ended. When a job ends or a shadow goes, the row keeps its jobs and is
 * filled up with others that fit (fillers). Heterogeneous jobs stay out of it.
 */
export class GangScheduler {
  /** By tier, the highest first. */
  private readonly partitions: readonly GangPartition[];
  private readonly leaving: SlurmJob[] = [];
  /** Jobs whose turn ends or begins in what is being done. */
  private readonly turning = new Set<GangJob>();

  constructor(
    private readonly state: SlurmState,
    private readonly actions: GangActions,
  ) {
    const map = new CoreMap(state.nodes, state.config.select.consumes);
    this.partitions = state.partitions
      .map((partition) => new GangPartition(partition, map))
      .sort((a, b) => b.tier - a.tier);
  }

  /** Would the next slice find somebody waiting for a turn? */
  get waiting(): boolean {
    return this.partitions.some(sharing);
  }

  /** A job has started. */
  started(job: SlurmJob): void {
    if (job.het !== undefined) return;
    const partition = this.partitionOf(job);
    const gangJob: GangJob = { job, place: "out", stopped: false, standsStill: false };
    partition.jobs.push(gangJob);
    if (partition.place(gangJob)) {
      gangJob.place = "filler";
      this.castShadow(gangJob, partition);
      this.updateAll();
    } else this.stop(gangJob, partition);
    this.carryOut();
  }

  /** Jobs have ended, or go back to the queue; none of them is there any more when others take their places. */
  ended(...jobs: readonly SlurmJob[]): void {
    let found = false;
    for (const job of jobs) {
      const partition = this.partitionOf(job);
      const place = partition.jobs.findIndex((each) => each.job === job);
      if (place < 0) continue;
      found = true;
      this.clearShadow(partition.jobs[place]!);
      partition.jobs.splice(place, 1);
    }
    if (!found) return;
    this.updateAll();
    this.carryOut();
  }

  /**
   * A job goes on that the administrator had stopped. It is taken to stand still until its next turn, though it runs:
   * beside those that share its cores, whom nobody stops. [run] in x-gang-suspend.
   */
  rejoined(job: SlurmJob): void {
    if (job.het !== undefined) return;
    this.ended(job);
    this.partitionOf(job).jobs.push({ job, place: "out", stopped: true, standsStill: false });
  }

  /** The end of a time slice. */
  slice(): void {
    for (const partition of this.partitions) if (sharing(partition)) this.nextTurn(partition);
    this.carryOut();
  }

  private nextTurn(partition: GangPartition): void {
    partition.rotate();
    partition.startRow();
    for (const gangJob of partition.jobs)
      if (gangJob.job.priority !== 0 && partition.place(gangJob)) gangJob.place = "active";
    for (const gangJob of partition.jobs)
      if (gangJob.place === "out" && !gangJob.stopped) this.stop(gangJob, partition);
    for (const gangJob of partition.jobs)
      if (gangJob.place === "active" && gangJob.stopped) this.go(gangJob, partition);
  }

  /** Rebuilds all rows without changing the order of turns. */
  private updateAll(): void {
    for (const partition of this.partitions) this.update(partition);
  }

  private update(partition: GangPartition): void {
    partition.startRow();
    for (const place of ["active", "filler"] as const)
      for (const gangJob of [...partition.jobs]) {
        if (gangJob.place !== place) continue;
        if (partition.place(gangJob)) this.castShadow(gangJob, partition);
        else {
          gangJob.place = "out";
          if (!gangJob.stopped) this.stop(gangJob, partition);
        }
      }
    for (const gangJob of [...partition.jobs]) {
      if (gangJob.place !== "out" || gangJob.job.priority === 0 || !partition.place(gangJob)) continue;
      gangJob.place = "filler";
      if (gangJob.stopped) this.go(gangJob, partition);
      else this.castShadow(gangJob, partition);
    }
  }

  private stop(gangJob: GangJob, partition: GangPartition): void {
    const mode = preemptModeOf(this.state, gangJob.job);
    if (partition.shadows.length > 0 && mode !== "OFF" && mode !== "SUSPEND") this.leaving.push(gangJob.job);
    else this.turning.add(gangJob);
    gangJob.stopped = true;
    this.clearShadow(gangJob);
  }

  private go(gangJob: GangJob, partition: GangPartition): void {
    this.turning.add(gangJob);
    gangJob.stopped = false;
    this.castShadow(gangJob, partition);
  }

  private castShadow(gangJob: GangJob, { tier }: GangPartition): void {
    for (const lower of this.partitions)
      if (lower.tier < tier && !lower.shadows.includes(gangJob)) lower.shadows.push(gangJob);
  }

  private clearShadow(gangJob: GangJob): void {
    for (const { shadows } of this.partitions) {
      const place = shadows.indexOf(gangJob);
      if (place >= 0) shadows.splice(place, 1);
    }
  }

  /**
   * Has the controller do what came of it, all in one moment: the partitions take their turns one after the other, so
   * that a job of a higher tier would go on before those of lower ones are told to stop.
   */
  private carryOut(): void {
    const turned = [...this.turning].filter(({ stopped, standsStill }) => stopped !== standsStill);
    this.turning.clear();
    const leaving = this.leaving.splice(0);
    for (const gangJob of turned) {
      gangJob.standsStill = gangJob.stopped;
      if (gangJob.stopped && !leaving.includes(gangJob.job)) this.actions.suspend(gangJob.job);
    }
    for (const job of leaving) this.actions.evict(job);
    for (const { job, stopped } of turned) if (!stopped && !leaving.includes(job)) this.actions.resume(job);
  }

  private partitionOf(job: SlurmJob): GangPartition {
    return this.partitions.find(({ partition }) => partition === job.partition)!;
  }
}

/** Do jobs of the partition, or shadows on it, stand out of its row? */
function sharing({ row, jobs, shadows }: GangPartition): boolean {
  return row.jobs < jobs.length + shadows.length;
}
