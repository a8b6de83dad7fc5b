import { grown } from "../core/column.js";
import type { Names } from "../core/names.js";
import type { Fleet } from "../fleet/fleet.js";
import type { Shape, Shapes } from "../fleet/shape.js";
import type { JobFacts } from "../journal/facts.js";
import type { JobBatch } from "../workload/batch.js";
import type { JobNames } from "../workload/stream.js";

export const JobState = { Gone: 0, Pending: 1, Running: 2, Suspended: 3 } as const;

/**
 * The jobs that are in the system now, as a struct of arrays. A job's number is reused after it has left, so memory
 * follows the number of jobs present, not the length of the trace.
 */
export class Jobs implements JobFacts {
  state: Uint8Array = new Uint8Array(0);
  /** Order of submission, from 0. */
  sequence: Float64Array = new Float64Array(0);
  submit: Float64Array = new Float64Array(0);
  run: Float64Array = new Float64Array(0);
  requested: Float64Array = new Float64Array(0);
  cancel: Float64Array = new Float64Array(0);
  #recorded: Float64Array = new Float64Array(0);
  start: Float64Array = new Float64Array(0);
  /** When the running job will end; of a suspended one, how much longer it has to run. Only the cluster may look. */
  end: Float64Array = new Float64Array(0);
  /** The pending event of the job: its cancellation while it waits, its end while it runs; -1 none. */
  event: Float64Array = new Float64Array(0);
  shapeId: Int32Array = new Int32Array(0);
  userIds: Int32Array = new Int32Array(0);
  accountIds: Int32Array = new Int32Array(0);
  queueIds: Int32Array = new Int32Array(0);
  submissionIds: Int32Array = new Int32Array(0);
  groupIds: Int32Array = new Int32Array(0);
  members: Int32Array = new Int32Array(0);
  exitCodes: Uint8Array = new Uint8Array(0);
  allocation: Int32Array = new Int32Array(0);
  reason: Int32Array = new Int32Array(0);
  /** 1 when the job is killed at its estimate. */
  killed: Uint8Array = new Uint8Array(0);
  /** 1 when the trace says that it was killed at its estimate and would have run for longer. */
  timedOut: Uint8Array = new Uint8Array(0);
  replica: Uint8Array = new Uint8Array(0);
  /** 1 when the running job holds exactly what its allocation says, whatever its shape asks for. */
  exact: Uint8Array = new Uint8Array(0);
  #ids: Float64Array = new Float64Array(0);
  /** Names of replicas, which come from no trace. */
  readonly #replicaNames = new Map<number, string>();

  /** By submission. */
  readonly #qos: string[] = [];
  #used = 0;
  readonly #recycled: number[] = [];
  #submitted = 0;

  constructor(
    readonly shapes: Shapes,
    readonly names: JobNames,
    readonly fleet: Fleet,
  ) {
    this.#grow(1024);
  }

  /** Enters row `row` of a batch as a pending job and returns its number. */
  add(batch: JobBatch, row: number, kill: boolean): number {
    const job = this.#take();
    this.#ids[job] = batch.id[row]!;
    this.submit[job] = batch.submit[row]!;
    this.run[job] = batch.run[row]!;
    this.requested[job] = batch.estimate[row]!;
    this.cancel[job] = batch.cancel[row]!;
    this.#recorded[job] = batch.recordedStart[row]!;
    this.shapeId[job] = batch.shape[row]!;
    this.userIds[job] = batch.user[row]!;
    this.accountIds[job] = batch.account[row]!;
    this.queueIds[job] = batch.queue[row]!;
    this.submissionIds[job] = batch.submission[row]!;
    this.groupIds[job] = batch.group[row]!;
    this.members[job] = batch.member[row]!;
    this.exitCodes[job] = batch.exit[row]!;
    this.timedOut[job] = batch.timedOut[row]!;
    this.killed[job] = kill ? 1 : 0;
    return job;
  }

  /** Enters a service's replica: it runs until it is told to stop, and nobody can say when that will be. */
  addReplica(name: string, tenant: string, shape: Shape, now: number): number {
    const job = this.#take();
    this.#ids[job] = -1;
    this.#replicaNames.set(job, name);
    this.submit[job] = now;
    this.run[job] = Number.POSITIVE_INFINITY;
    this.requested[job] = Number.POSITIVE_INFINITY;
    this.cancel[job] = Number.POSITIVE_INFINITY;
    this.#recorded[job] = -1;
    this.shapeId[job] = shape.id;
    this.userIds[job] = this.names.users.intern(tenant);
    this.accountIds[job] = -1;
    this.queueIds[job] = -1;
    this.submissionIds[job] = -1;
    this.groupIds[job] = -1;
    this.exitCodes[job] = 0;
    this.timedOut[job] = 0;
    this.killed[job] = 0;
    this.replica[job] = 1;
    return job;
  }

  #take(): number {
    const job = this.#recycled.pop() ?? this.#used++;
    if (job === this.state.length) this.#grow(job * 2);
    this.state[job] = JobState.Pending;
    this.sequence[job] = this.#submitted++;
    this.start[job] = -1;
    this.event[job] = -1;
    this.allocation[job] = -1;
    this.reason[job] = -1;
    this.replica[job] = 0;
    this.exact[job] = 0;
    return job;
  }

  /** The job has left; its number may come back for another. */
  remove(job: number): void {
    this.state[job] = JobState.Gone;
    if (this.replica[job] === 1) this.#replicaNames.delete(job);
    this.#recycled.push(job);
  }

  /** Jobs present. */
  get size(): number {
    return this.#used - this.#recycled.length;
  }

  shape(job: number): Shape {
    return this.shapes.get(this.shapeId[job]!);
  }
  id(job: number): string {
    const id = this.#ids[job]!;
    if (this.replica[job] === 1) return this.#replicaNames.get(job)!;
    return id < 0 ? this.names.ids.name(-1 - id) : String(id);
  }
  user(job: number): string {
    return this.names.users.name(this.userIds[job]!);
  }
  account(job: number): string {
    return this.names.accounts.name(this.accountIds[job]!);
  }
  queue(job: number): string {
    return this.names.queues.name(this.queueIds[job]!);
  }
  userId(job: number): number {
    return this.userIds[job]!;
  }
  accountId(job: number): number {
    return this.accountIds[job]!;
  }
  queueId(job: number): number {
    return this.queueIds[job]!;
  }
  recordedStart(job: number): number {
    return this.#recorded[job]!;
  }
  /** By its submission; empty when that does not name one. */
  qos(job: number): string {
    const submission = this.submissionIds[job]!;
    if (submission < 0) return "";
    this.#qos[submission] ??= /(?:^| )--qos=(\S+)/.exec(this.submission(job))?.[1] ?? "";
    return this.#qos[submission];
  }
  submitTime(job: number): number {
    return this.submit[job]!;
  }
  startTime(job: number): number {
    return this.start[job]!;
  }
  estimate(job: number): number {
    return this.requested[job]!;
  }
  /** When the running job ends by its estimate, µs; Infinity without one. */
  expectedEnd(job: number): number {
    return this.start[job]! + this.requested[job]!;
  }
  runTime(job: number): number {
    return this.run[job]!;
  }
  gpus(job: number): number {
    if (this.exact[job] === 1) return this.fleet.gpusOf(this.allocation[job]!);
    const shape = this.shape(job);
    return shape.exclusive ? this.#held(job, "gpus") : shape.gpus;
  }
  cpus(job: number): number {
    if (this.exact[job] === 1) return this.fleet.cpusOf(this.allocation[job]!);
    const shape = this.shape(job);
    return shape.exclusive ? this.#held(job, "cpus") : shape.cpus;
  }
  tasks(job: number): number {
    return this.shape(job).tasks;
  }
  isReplica(job: number): boolean {
    return this.replica[job] === 1;
  }
  /** How it was submitted, in its scheduler's own words; empty when the trace does not say. */
  submission(job: number): string {
    return this.names.submissions.name(this.submissionIds[job]!);
  }
  /** Name of the array or heterogeneous job that it is part of; empty when it stands alone. */
  group(job: number): string {
    const group = this.groupIds[job]!;
    return group < 0 ? "" : this.names.ids.name(group);
  }
  member(job: number): number {
    return this.members[job]!;
  }
  exitCode(job: number): number {
    return this.exitCodes[job]!;
  }
  placement(job: number): string {
    return this.allocation[job]! < 0 ? "" : this.fleet.describe(this.allocation[job]!);
  }

  /** Whole nodes hold what the nodes have, which is known once the job sits on them. */
  #held(job: number, what: "gpus" | "cpus"): number {
    const { allocations, pools, poolOf } = this.fleet;
    let sum = 0;
    for (let entry = this.allocation[job]!; entry >= 0; entry = allocations.next(entry)) {
      const pool = pools[poolOf[allocations.node[entry]!]!]!;
      sum += what === "gpus" ? pool.gpusPerNode : pool.cpus;
    }
    return sum;
  }

  #grow(size: number): void {
    this.state = grown(this.state, size);
    this.killed = grown(this.killed, size);
    this.timedOut = grown(this.timedOut, size);
    this.replica = grown(this.replica, size);
    this.#ids = grown(this.#ids, size);
    this.sequence = grown(this.sequence, size);
    this.submit = grown(this.submit, size);
    this.run = grown(this.run, size);
    this.requested = grown(this.requested, size);
    this.cancel = grown(this.cancel, size);
    this.#recorded = grown(this.#recorded, size);
    this.start = grown(this.start, size);
    this.end = grown(this.end, size);
    this.event = grown(this.event, size);
    this.shapeId = grown(this.shapeId, size);
    this.userIds = grown(this.userIds, size);
    this.accountIds = grown(this.accountIds, size);
    this.queueIds = grown(this.queueIds, size);
    this.submissionIds = grown(this.submissionIds, size);
    this.groupIds = grown(this.groupIds, size);
    this.members = grown(this.members, size);
    this.exitCodes = grown(this.exitCodes, size);
    this.exact = grown(this.exact, size);
    this.allocation = grown(this.allocation, size);
    this.reason = grown(this.reason, size);
  }
}

export function newJobNames(make: () => Names): JobNames {
  return { ids: make(), users: make(), accounts: make(), queues: make(), submissions: make() };
}
