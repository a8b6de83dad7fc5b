import { BitVector } from "../../../core/bit-vector.js";
import { lowerBound } from "../../../core/lower-bound.js";
import type { JobAllocation, SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { RunningWatcher } from "../model/parts.js";
import type { SlurmState } from "../model/state.js";
import type { Hardware } from "./hardware.js";
import { rowsOf, sharesCores } from "./job-test.js";
import type { Requests } from "./offer.js";
import { Resources } from "./resources.js";
import { shareCores } from "./share-cores.js";

/** Which jobs hold what: the books behind `allocate`, `release`, `suspend` and `resume`. */
export class Holdings {
  readonly resources: Resources;
  /** Jobs that hold nodes, in the order of their starts. */
  readonly jobs = new Set<SlurmJob>();
  /** Those of them whose cores are free for others. */
  private readonly suspended = new Set<SlurmJob>();
  /** Those that went on where others have their cores: they run, but no row has them. */
  private readonly rowless = new Set<SlurmJob>();
  readonly #byEnd: SlurmJob[] = [];
  /** Learns of each change of `byEnd`. */
  watcher: RunningWatcher | undefined;
  /** Nodes that hold no job. */
  readonly vacant: BitVector;
  /** Number of nodes that hold several. */
  crowded = 0;
  /** Users of jobs with --exclusive=user, by node. */
  readonly owners = new Map<number, { user: string; jobs: number }>();

  constructor(
    private readonly state: SlurmState,
    private readonly hardware: Hardware,
    private readonly requests: Requests,
  ) {
    this.resources = new Resources(hardware);
    this.vacant = new BitVector(state.nodes.count);
    this.vacant.fill();
  }

  /** Does somebody hold nodes and not all of the cores that were given? */
  get anySuspended(): boolean {
    return this.suspended.size > 0 || this.rowless.size > 0;
  }

  /** Jobs that hold nodes, the first to reach its limit first. */
  get byEnd(): readonly SlurmJob[] {
    return this.#byEnd;
  }

  /** A job that may hold nodes has another end. */
  endMoved(job: SlurmJob): void {
    if (!this.jobs.has(job)) return;
    this.#leave(job);
    this.#come(job);
  }

  allocate(job: SlurmJob, allocation: JobAllocation): void {
    const need = this.requests.need(job, job.partition);
    this.resources.add(allocation, need.sharing, this.layer(job.partition));
    const { idle, share } = this.state.nodes;
    for (const node of allocation.node) {
      idle.delete(node);
      this.vacant.delete(node);
      if (this.resources.jobs[node] === 2) this.crowded++;
      if (need.alone) share.delete(node);
      if (!need.ownUser) continue;
      const owner = this.owners.get(node);
      if (owner === undefined) this.owners.set(node, { user: job.user, jobs: 1 });
      else owner.jobs++;
    }
    this.jobs.add(job);
    this.#come(job);
  }

  #come(job: SlurmJob): void {
    const place = lowerBound(this.#byEnd.length, (at) => compareEnds(this.#byEnd[at]!, job) < 0);
    this.#byEnd.splice(place, 0, job);
    this.watcher?.came(job, place);
  }

  #leave(job: SlurmJob): void {
    const place = this.#byEnd.indexOf(job);
    this.#byEnd.splice(place, 1);
    this.watcher?.left(place);
  }

  release(job: SlurmJob): void {
    const { allocation } = job;
    if (allocation === undefined || !this.jobs.delete(job)) return;
    const need = this.requests.need(job, job.partition);
    this.vacate(this.resources, job);
    this.suspended.delete(job);
    this.rowless.delete(job);
    const { idle, share } = this.state.nodes;
    for (const node of allocation.node) {
      const left = this.resources.jobs[node]!;
      if (left === 0) {
        idle.add(node);
        this.vacant.add(node);
      } else if (left === 1) this.crowded--;
      if (need.alone) share.add(node);
      const owner = need.ownUser ? this.owners.get(node) : undefined;
      if (owner !== undefined && --owner.jobs === 0) this.owners.delete(node);
    }
    this.#leave(job);
    if (this.rows(job.partition) > 1) this.packRows(job.partition);
  }

  suspend(job: SlurmJob): void {
    if (job.allocation === undefined || this.suspended.has(job)) return;
    const { sharing } = this.requests.need(job, job.partition);
    if (!this.rowless.delete(job))
      this.resources.removeCores(job.allocation, sharing, this.layer(job.partition));
    this.suspended.add(job);
  }

  resume(job: SlurmJob): void {
    if (job.allocation === undefined || !this.suspended.delete(job)) return;
    const row = this.rowFor(job, job.allocation);
    if (row === undefined) {
      this.rowless.add(job);
      return;
    }
    job.allocation.row = row;
    const { sharing } = this.requests.need(job, job.partition);
    this.resources.addCores(job.allocation, sharing, this.layer(job.partition));
  }

  /**
   * The row in which a job goes on that the administrator had stopped; undefined where all rows of its partition have other
   * jobs on its cores, whom it does not keep from them. [run] in x-suspend.
   */
  private rowFor(job: SlurmJob, allocation: JobAllocation): number | undefined {
    const layer = this.layer(job.partition);
    if (layer >= 0)
      return range(this.rows(job.partition)).find((level) => this.resources.fits(layer, level, allocation));
    const taken = [...this.jobs].some(
      (other) =>
        other !== job &&
        other.partition === job.partition &&
        this.counts(other) &&
        shareCores(other.allocation!, allocation),
    );
    return taken ? undefined : this.resources.freeRow(layer, allocation);
  }

  /** Are its cores taken from others? */
  private counts(job: SlurmJob): boolean {
    return !this.suspended.has(job) && !this.rowless.has(job);
  }

  /** Takes from the resources all that a job holds there, or its cores only. */
  vacate(resources: Resources, job: SlurmJob, coresOnly = false): void {
    const allocation = job.allocation!;
    const { sharing } = this.requests.need(job, job.partition);
    if (this.counts(job)) resources.removeCores(allocation, sharing, this.layer(job.partition));
    if (!coresOnly) resources.removeRest(allocation);
  }

  /**
   * Lays the jobs of a partition into as few rows as their cores allow, by the first core of each; the fullest row
   * becomes the first after each of them. When one finds no place all stay where they were.
   * `part_data_build_row_bitmaps` of select/cons_tres.
   */
  private packRows(partition: Partition): void {
    const { resources, hardware } = this;
    const first = ({ allocation }: SlurmJob) =>
      hardware.offset[allocation!.node[0]!]! * 32 + (allocation!.cores?.[0]?.next(0) ?? 0);
    const cpus = ({ allocation }: SlurmJob) => allocation!.cpus.reduce((sum, n) => sum + n, 0);
    const jobs = [...this.jobs]
      .filter((job) => job.partition === partition && this.counts(job))
      .sort((a, b) => a.allocation!.row - b.allocation!.row)
      .sort((a, b) => first(a) - first(b) || cpus(a) - cpus(b));
    const sharing = (job: SlurmJob) => this.requests.need(job, partition).sharing;
    const take = (job: SlurmJob) => resources.removeCores(job.allocation!, sharing(job), partition.index);
    const put = (job: SlurmJob, level: number) => {
      job.allocation!.row = level;
      resources.addCores(job.allocation!, sharing(job), partition.index);
    };
    const before = jobs.map(({ allocation }) => allocation!.row);
    jobs.forEach(take);
    const order = range(this.rows(partition));
    const placed: SlurmJob[] = [];
    for (const job of jobs) {
      const level = order.find((level) => resources.fits(partition.index, level, job.allocation!));
      if (level === undefined) break;
      put(job, level);
      placed.push(job);
      fullestFirst(order, (level) => resources.coresInRow(partition.index, level));
    }
    placed.forEach(take);
    const stay = placed.length < jobs.length;
    for (const [i, job] of jobs.entries()) put(job, stay ? before[i]! : order.indexOf(job.allocation!.row));
  }

  /** Layers of jobs in a partition: one more where a QOS may have another's jobs suspended. `part_data_create_array`. */
  private rows(partition: Partition): number {
    const { gang, type } = this.state.config.preempt;
    return rowsOf(partition) + (gang && type === "qos" ? 1 : 0);
  }

  /** Jobs of partitions that share cores, or may be put over each other by gang scheduling, lie in rows of their own. */
  layer(partition: Partition): number {
    return sharesCores(partition) || this.state.config.preempt.gang ? partition.index : -1;
  }
}

/** The first to reach its limit comes first. */
export function compareEnds(a: SlurmJob, b: SlurmJob): number {
  return a.endTime - b.endTime || a.id - b.id;
}

/** 0, 1, and so on. */
function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** Sorts rows as Slurm does, by swaps. */
function fullestFirst(order: number[], cores: (level: number) => number): void {
  for (let i = 0; i < order.length; i++)
    for (let j = i + 1; j < order.length; j++)
      if (cores(order[j]!) > cores(order[i]!)) [order[i], order[j]] = [order[j]!, order[i]!];
}
