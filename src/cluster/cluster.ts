import { InvariantError } from "../core/errors.js";
import { LinkedList } from "../core/linked-list.js";
import { Names } from "../core/names.js";
import { Phase, type Simulation } from "../core/simulation.js";
import { FirstFit } from "../fleet/first-fit.js";
import type { Fleet } from "../fleet/fleet.js";
import type { LeaseHolder, Leases } from "../fleet/lease.js";
import { Placement } from "../fleet/placement.js";
import type { Shape } from "../fleet/shape.js";
import { JobOutcome, type Journal, type NodeState } from "../journal/journal.js";
import type { JobBatch } from "../workload/batch.js";
import { audit } from "./audit.js";
import { JobState, type Jobs } from "./jobs.js";
import { PassRequests } from "./pass-requests.js";
import type { ClusterActions, ClusterPolicy, ClusterView } from "./policy.js";
import { RunClock } from "./run-clock.js";
import { WaitReasons } from "./wait-reasons.js";

/** What one processor is, when all jobs are numbers of equal processors in one pool. */
export type Processor = "core" | "gpu" | "node";

export interface ClusterSetup {
  simulation: Simulation;
  journal: Journal;
  fleet: Fleet;
  jobs: Jobs;
  policy: ClusterPolicy;
  /** Words for why work waits; shared by all who give reasons in a run. */
  reasons?: Names;
  /** Set only when every job that can come is loose, of this kind, and the fleet is one pool. */
  counting?: Processor;
  /** Audit all books after every pass. */
  checkInvariants?: boolean;
}

/** The life of jobs: submitted, pending, running, ended; and the only place where GPUs change hands. */
export class Cluster implements ClusterView, ClusterActions, Leases {
  readonly jobs: Jobs;
  readonly fleet: Fleet;
  readonly queue = new LinkedList();
  readonly running = new LinkedList();
  readonly counting: boolean;
  readonly capacity: number;
  /** Jobs, without replicas, that ended or were cancelled. */
  finished = 0;

  readonly #simulation: Simulation;
  readonly #journal: Journal;
  readonly #policy: ClusterPolicy;
  readonly #processor: Processor | undefined;
  readonly #firstFit: FirstFit;
  readonly #placement = new Placement();
  readonly #holders = new Map<number, LeaseHolder>();
  readonly #checkInvariants: boolean;
  readonly #runs: RunClock;
  readonly #passes: PassRequests;
  readonly #reasons: WaitReasons;
  readonly #cancelEvent: number;

  constructor(setup: ClusterSetup) {
    this.#simulation = setup.simulation;
    this.#journal = setup.journal;
    this.#policy = setup.policy;
    this.fleet = setup.fleet;
    this.jobs = setup.jobs;
    this.#processor = setup.counting;
    this.counting = setup.counting !== undefined;
    this.capacity = this.counting ? this.free() : 0;
    this.#checkInvariants = setup.checkInvariants ?? false;
    this.#firstFit = new FirstFit(setup.fleet);
    const { simulation, policy } = setup;
    this.#reasons = new WaitReasons(setup.reasons ?? new Names(), setup.jobs, setup.journal);
    this.#runs = new RunClock(simulation, setup.jobs, policy, (job) =>
      this.#end(job, this.#runs.outcome(job)),
    );
    this.#cancelEvent = simulation.handler((job) => this.#cancel(job));
    this.#passes = new PassRequests(simulation, policy, () => this.#pass());
  }

  get wantsReasons(): boolean {
    return this.#reasons.wanted;
  }

  /** Words for why work waits. */
  get reasons(): Names {
    return this.#reasons.names;
  }

  get now(): number {
    return this.#simulation.now;
  }

  free(): number {
    const { fleet } = this;
    if (this.#processor === "gpu") return fleet.poolFreeGpus[0]!;
    return this.#processor === "node" ? fleet.poolIdleNodes[0]! : fleet.poolFreeCpus[0]!;
  }

  place(shape: Shape): Placement | undefined {
    return this.#firstFit.place(shape, this.#placement) ? this.#placement : undefined;
  }

  /** Row `row` of a batch arrives now. `kill` says that it is killed at its estimate. */
  submit(batch: JobBatch, row: number, kill: boolean): void {
    const { jobs } = this;
    const job = jobs.add(batch, row, kill);
    // A time in the trace may lie before the run's start when the trace was cut; it arrives now all the same.
    const cancel = jobs.cancel[job]!;
    if (cancel !== Number.POSITIVE_INFINITY)
      jobs.event[job] = this.#simulation.at(Math.max(cancel, this.now), Phase.End, this.#cancelEvent, job);
    this.#enqueue(job);
  }

  #enqueue(job: number): void {
    this.queue.append(job);
    this.#journal.submit(this.now, job);
    this.#reasons.joined(job);
    this.#policy.onEvent?.("submit", job, this);
    this.#passes.request();
  }

  request(shape: Shape, name: string, tenant: string, holder: LeaseHolder): number {
    const job = this.jobs.addReplica(name, tenant, shape, this.now);
    this.#holders.set(job, holder);
    this.#enqueue(job);
    return job;
  }

  release(lease: number): void {
    this.#holders.delete(lease);
    if (this.jobs.state[lease] === JobState.Running) this.#end(lease, JobOutcome.Completed);
    else this.#cancel(lease);
  }

  start(job: number, placement?: Placement): boolean {
    const { jobs, fleet, now } = this;
    if (jobs.state[job] !== JobState.Pending)
      throw new InvariantError(`job ${jobs.id(job)} is started but not pending`);
    const at = placement ?? this.place(jobs.shape(job));
    if (at === undefined) return false;
    jobs.allocation[job] = fleet.allocate(at);
    jobs.state[job] = JobState.Running;
    jobs.start[job] = now;
    jobs.exact[job] = at.exact ? 1 : 0;
    this.#runs.cancel(job);
    this.#runs.start(job);
    this.queue.remove(job);
    this.running.append(job);
    this.#journal.start(now, job);
    if (jobs.replica[job] === 1)
      this.#holders.get(job)!.granted(job, fleet.allocations.node[jobs.allocation[job]!]!);
    return true;
  }

  kill(job: number, outcome: JobOutcome): void {
    const { jobs } = this;
    if (jobs.state[job] !== JobState.Running && jobs.state[job] !== JobState.Suspended)
      throw new InvariantError(`job ${jobs.id(job)} is killed but does not run`);
    this.#runs.cancel(job);
    this.#end(job, outcome);
  }

  withdraw(job: number, reason: string): void {
    const { jobs } = this;
    if (jobs.state[job] !== JobState.Pending)
      throw new InvariantError(`job ${jobs.id(job)} is withdrawn but not pending`);
    this.#runs.cancel(job);
    this.hold(job, reason);
    this.#cancel(job);
  }

  suspend(job: number, reason: string): void {
    const { jobs, now } = this;
    if (jobs.state[job] !== JobState.Running)
      throw new InvariantError(`job ${jobs.id(job)} is suspended but not running`);
    this.#runs.stop(job);
    jobs.state[job] = JobState.Suspended;
    jobs.reason[job] = -1;
    this.#journal.suspend(now, job);
    this.hold(job, reason);
    this.fleet.park(jobs.allocation[job]!);
    this.#passes.request();
  }

  resume(job: number, cpus?: readonly number[]): void {
    const { jobs, fleet, now } = this;
    if (jobs.state[job] !== JobState.Suspended)
      throw new InvariantError(`job ${jobs.id(job)} is resumed but not suspended`);
    fleet.unpark(jobs.allocation[job]!, cpus);
    jobs.state[job] = JobState.Running;
    this.#runs.goOn(job);
    this.#journal.resume(now, job);
  }

  preempt(job: number): void {
    const { jobs, now } = this;
    if (jobs.state[job] !== JobState.Running && jobs.state[job] !== JobState.Suspended)
      throw new InvariantError(`job ${jobs.id(job)} is preempted but not running`);
    this.#runs.cancel(job);
    const lost = this.#runs.done(job);
    this.#vacate(job);
    jobs.state[job] = JobState.Pending;
    jobs.reason[job] = -1;
    this.#journal.preempt(now, job, lost);
    const cancel = jobs.cancel[job]!;
    jobs.event[job] =
      cancel > now && cancel !== Number.POSITIVE_INFINITY
        ? this.#simulation.at(cancel, Phase.End, this.#cancelEvent, job)
        : -1;
    this.queue.insertAfter(this.#before(jobs.sequence[job]!), job);
    this.#journal.requeue(now, job);
    this.#holders.get(job)?.revoked(job);
    this.#reasons.joined(job);
    this.#policy.onEvent?.("preempt", job, this);
    this.#passes.request();
  }

  /** The last pending job that was submitted before `sequence`, or -1. */
  #before(sequence: number): number {
    let before = -1;
    for (
      let job = this.queue.first;
      job >= 0 && this.jobs.sequence[job]! < sequence;
      job = this.queue.next(job)
    )
      before = job;
    return before;
  }

  hold(job: number, reason: string): void {
    this.#reasons.set(this.now, job, reason);
  }

  note(command: string, print: () => readonly string[]): void {
    if (this.#journal.wantsNotes) this.#journal.note(this.now, command, print());
  }

  nodeState(node: number, state: NodeState): void {
    this.#journal.nodeState(this.now, node, state);
  }

  wake(time: number, idle = false): void {
    this.#passes.wake(time, idle);
  }

  handOver(job: number): boolean {
    if (this.jobs.end[job] !== this.now || this.jobs.allocation[job]! < 0) return false;
    this.fleet.release(this.jobs.allocation[job]!);
    this.jobs.allocation[job] = -1;
    return true;
  }

  #end(job: number, outcome: JobOutcome): void {
    const { jobs } = this;
    this.#journal.end(this.now, job, outcome);
    this.#policy.onEvent?.("end", job, this);
    this.#vacate(job);
    if (jobs.replica[job] === 0) this.finished++;
    jobs.remove(job);
    this.#passes.request();
  }

  #cancel(job: number): void {
    this.queue.remove(job);
    this.#journal.cancel(this.now, job);
    this.#policy.onEvent?.("cancel", job, this);
    if (this.jobs.replica[job] === 0) this.finished++;
    this.jobs.remove(job);
    this.#passes.request();
  }

  #vacate(job: number): void {
    if (this.jobs.allocation[job]! >= 0) this.fleet.release(this.jobs.allocation[job]!);
    this.jobs.allocation[job] = -1;
    this.running.remove(job);
  }

  #pass(): void {
    this.#policy.pass(this, this);
    this.#reasons.passed(this.now);
    if (this.#checkInvariants) audit(this.fleet, this.jobs, this.running, this.queue);
  }
}
