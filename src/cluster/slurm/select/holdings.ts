import type { JobAllocation, SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import type { Hardware } from "./hardware.js";
import { rowsOf } from "./job-test.js";
import type { Requests } from "./offer.js";
import { Resources } from "./resources.js";

/** Which jobs hold what: the books behind `allocate`, `release`, `suspend` and `resume`. */
export class Holdings {
  readonly resources: Resources;
  /** Jobs that hold nodes, in the order of their starts. */
  readonly jobs: SlurmJob[] = [];
  /** Those of them whose cores are free for others. */
  private readonly suspended = new Set<SlurmJob>();
  /** Users of jobs with --exclusive=user, by node. */
  readonly owners = new Map<number, { user: string; jobs: number }>();

  constructor(
    private readonly state: SlurmState,
    private readonly hardware: Hardware,
    private readonly requests: Requests,
  ) {
    this.resources = new Resources(hardware);
  }

  allocate(job: SlurmJob, allocation: JobAllocation): void {
    const need = this.requests.need(job, job.partition);
    this.resources.add(allocation, need.sharing, this.layer(job.partition));
    const { idle, share } = this.state.nodes;
    for (const node of allocation.node) {
      idle.delete(node);
      if (need.alone) share.delete(node);
      if (!need.ownUser) continue;
      const owner = this.owners.get(node);
      if (owner === undefined) this.owners.set(node, { user: job.user, jobs: 1 });
      else owner.jobs++;
    }
    this.jobs.push(job);
  }

  release(job: SlurmJob): void {
    const { allocation } = job;
    const place = this.jobs.indexOf(job);
    if (allocation === undefined || place < 0) return;
    const need = this.requests.need(job, job.partition);
    this.vacate(this.resources, job);
    this.suspended.delete(job);
    const { idle, share } = this.state.nodes;
    for (const node of allocation.node) {
      if (this.resources.jobs[node] === 0) idle.add(node);
      if (need.alone) share.add(node);
      const owner = need.ownUser ? this.owners.get(node) : undefined;
      if (owner !== undefined && --owner.jobs === 0) this.owners.delete(node);
    }
    this.jobs.splice(place, 1);
    if (rowsOf(job.partition) > 1) this.packRows(job.partition);
  }

  suspend(job: SlurmJob): void {
    if (job.allocation === undefined || this.suspended.has(job)) return;
    const { sharing } = this.requests.need(job, job.partition);
    this.resources.removeCores(job.allocation, sharing, this.layer(job.partition));
    this.suspended.add(job);
  }

  resume(job: SlurmJob): void {
    if (job.allocation === undefined || !this.suspended.delete(job)) return;
    const { sharing } = this.requests.need(job, job.partition);
    this.resources.addCores(job.allocation, sharing, this.layer(job.partition));
  }

  /** Takes from the resources all that a job holds there, or its cores only. */
  vacate(resources: Resources, job: SlurmJob, coresOnly = false): void {
    const allocation = job.allocation!;
    const { sharing } = this.requests.need(job, job.partition);
    if (!this.suspended.has(job)) resources.removeCores(allocation, sharing, this.layer(job.partition));
    if (!coresOnly) resources.removeRest(allocation);
  }

  /** Lays the jobs of a partition into as few rows as their cores allow, by the first core of each. */
  private packRows(partition: Partition): void {
    const { resources, hardware } = this;
    const first = ({ allocation }: SlurmJob) =>
      hardware.offset[allocation!.node[0]!]! * 32 + (allocation!.cores?.[0]?.next(0) ?? 0);
    const cpus = ({ allocation }: SlurmJob) => allocation!.cpus.reduce((sum, n) => sum + n, 0);
    const jobs = this.jobs
      .filter((job) => job.partition === partition && !this.suspended.has(job))
      .sort((a, b) => first(a) - first(b) || cpus(b) - cpus(a));
    const sharing = (job: SlurmJob) => this.requests.need(job, partition).sharing;
    for (const job of jobs) resources.removeCores(job.allocation!, sharing(job), partition.index);
    for (const job of jobs) {
      job.allocation!.row = resources.freeRow(partition.index, job.allocation!);
      resources.addCores(job.allocation!, sharing(job), partition.index);
    }
  }

  /** Jobs of partitions that share cores, or may be put over each other by gang scheduling, lie in rows of their own. */
  layer(partition: Partition): number {
    return rowsOf(partition) > 1 || this.state.config.preempt.gang ? partition.index : -1;
  }
}
