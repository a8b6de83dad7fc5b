import { SECOND } from "../../../core/units.js";
import type { JobAllocation, JobEnd, SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SchedulerActions } from "../model/parts.js";
import type { SlurmState } from "../model/state.js";
import { setNodeState } from "../operations/node-state.js";
import type { Operation } from "../operations/operation.js";
import { perform } from "../operations/perform.js";
import { Agenda, Due } from "./agenda.js";
import { splitOff } from "./arrays.js";
import { BackfillClock, gridUp, MainClock, type PassClock } from "./clocks.js";
import { atOnce, Completing, type Release } from "./completing.js";
import { DelayedDependencies } from "./delayed-dependencies.js";
import { Directory } from "./directory.js";
import { Eviction } from "./eviction.js";
import type { Host } from "./host.js";
import { Intake } from "./intake.js";
import { LimitCheck } from "./limit-check.js";
import type { ControllerParts, MakeParts } from "./parts.js";
import type { Phases } from "./phases.js";
import type { Arrival } from "./record.js";
import { ReservationKeeper } from "./reservation-keeper.js";
import { Rest } from "./rest.js";
import { Turns } from "./turns.js";
import { usageMayFree } from "./usage-may-free.js";

/** An operation and its time, seconds from the run's start; with `every`, again and again while there are jobs. */
export interface TimedOperation {
  at: number;
  every?: number;
  operation: Operation;
  /** The command, as it was written. */
  command?: string;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * slurmctld: keeps the records of jobs, runs its schedulers when their time has come, and has the cluster carry out what
 * they decide. Its own clock is in whole seconds; at the cluster's border times are µs.
 */
export class Controller implements SchedulerActions {
  readonly directory: Directory;
  readonly agenda = new Agenda();
  readonly delayed: DelayedDependencies;
  readonly rest: Rest;
  readonly parts: ControllerParts;
  readonly reservations: ReservationKeeper;
  readonly #main: PassClock;
  readonly #backfill: PassClock;
  readonly #intake: Intake;
  readonly #check: LimitCheck;
  readonly #eviction: Eviction;
  readonly #turns: Turns;
  readonly #completing: Completing;
  /** µs. */
  #now = 0;
  /** Jobs are pending, nothing runs, and no moment to come can change that: the decay thread waits for an arrival. */
  #rests = false;
  /** Operations that are done for good. */
  readonly #done = new Set<number>();

  constructor(
    readonly state: SlurmState,
    readonly host: Host,
    makeParts: MakeParts,
    readonly phases: Phases,
    readonly operations: readonly TimedOperation[] = [],
    /** Seconds since 1970 at the run's start, for dates that are written out. */
    readonly epoch = 0,
    release: Release = atOnce,
    clocks?: { main: PassClock; backfill: PassClock },
  ) {
    const { parameters } = state.config.scheduler;
    this.directory = new Directory(state);
    this.delayed = new DelayedDependencies(state, this.agenda);
    this.parts = makeParts(state, this, epoch);
    this.#main = clocks?.main ?? new MainClock(parameters, phases.loop * SECOND);
    this.#backfill = clocks?.backfill ?? new BackfillClock(parameters, phases.backfill * SECOND);
    this.#eviction = new Eviction(this);
    this.#turns = new Turns(this, this.#eviction);
    this.#intake = new Intake(this);
    this.#completing = new Completing(this, release);
    this.reservations = new ReservationKeeper(this);
    this.#check = new LimitCheck(this, this.#eviction);
    this.rest = new Rest(this);
    operations.forEach(({ at }, index) => {
      this.agenda.at(at, Due.Operation, index);
    });
  }

  /** The cluster's clock, µs: everything that is told from now on happens at this time. */
  at(now: number): void {
    this.#now = now;
    this.state.now = Math.floor(now / SECOND);
  }

  /** Seconds from the run's start, fractions included. */
  get time(): number {
    return this.#now / SECOND;
  }

  /** What `now` means in a command. */
  get moment(): { now: number; epoch: number } {
    return { now: this.state.now, epoch: this.epoch };
  }

  /** When `advance` has something to do, µs; Infinity when it has nothing. */
  next(): number {
    return Math.min(this.agenda.next, this.nextPass());
  }

  /** When a scheduler runs again, µs; Infinity when nothing asks for it. */
  nextPass(): number {
    return this.state.pending.size === 0 ? NEVER : Math.min(this.#main.next(), this.#backfillNext());
  }

  #backfillNext(): number {
    return this.state.config.scheduler.type === "backfill" ? this.#backfill.next() : NEVER;
  }

  /** Does what is due. */
  advance(): void {
    this.#turns.settle();
    if (this.#now === 0) this.#reserveFirst();
    this.#intake.takeIn();
    while (this.agenda.next <= this.#now) this.#act(this.agenda.take());
    if (this.state.pending.size === 0) return;
    if (this.#main.next() <= this.#now) this.parts.main(this.#main.ran(this.#now) === "full");
    if (this.#backfillNext() <= this.#now) {
      this.#backfill.ran(this.#now);
      this.parts.backfill();
    }
  }

  #act({ due, arg }: { due: Due; arg: number }): void {
    if (due === Due.Check) {
      this.#check.run();
      this.reservations.check();
    } else if (due === Due.Decay) this.#decay();
    else if (due === Due.Slice) this.#turns.slice();
    else if (due === Due.Operation) this.#operate(arg);
    else if (due === Due.Released) {
      this.#completing.released(arg);
      this.#freed();
    } else {
      if (due === Due.Registration) setNodeState(this, [this.state.nodes.names[arg]!], "RESUME");
      if (due === Due.Reservation) this.reservations.border();
      this.queue();
    }
  }

  /** Reservations of a run's beginning are there for the jobs that come then. */
  #reserveFirst(): void {
    this.operations.forEach(({ at, operation }, index) => {
      if (at <= 0 && operation.kind === "create-reservation" && !this.#done.has(index)) this.#operate(index);
    });
  }

  #operate(index: number): void {
    if (this.#done.has(index)) return;
    const { operation, every, command = operation.kind } = this.operations[index]!;
    if (every === undefined) this.#done.add(index);
    if (every === undefined) this.rest.changed();
    const refused = perform(operation, this);
    if (refused !== undefined) this.host.refused(command, refused);
    const { pending, running } = this.state;
    if (every !== undefined && pending.size + running.size > 0)
      this.agenda.at(this.state.now + every, Due.Operation, index);
  }

  /** Something has changed; a pass of the main scheduler may wait for its loop. */
  queue(): void {
    this.#main.queue(this.#now);
    this.#backfill.queue(this.#now);
  }

  #changed(): void {
    this.#main.changed(this.#now);
    this.#backfill.changed(this.#now);
  }

  /** A job arrives; it is taken in, or refused, by the next `advance`. */
  submit(arrival: Arrival): void {
    this.rest.changed();
    this.#wakeUp();
    this.#intake.add(arrival);
  }

  /** Passes that would have found an empty queue have happened all the same. */
  #wakeUp(): void {
    if (this.#rests) this.#stir();
    if (this.state.pending.size > 0) return;
    if (this.#main.next() < this.#now) this.#main.ran(this.#main.next());
    if (this.#backfill.next() < this.#now) this.#backfill.ran(this.#backfill.next());
    this.#askForDecay();
  }

  #askForDecay(): void {
    const { priority, accounting } = this.state.config;
    // Without slurmdbd there is no decay thread.
    if (priority.type !== "multifactor" || accounting === undefined) return;
    const next = gridUp(this.state.now + 1, this.phases.decay, priority.calcPeriod);
    this.agenda.once(next, Due.Decay);
  }

  #decay(): void {
    this.parts.priorities.tick();
    this.#check.usageGrew();
    this.#changed();
    const { state, agenda } = this;
    if (state.running.size > 0 || (state.pending.size > 0 && agenda.next !== NEVER) || usageMayFree(state))
      this.#askForDecay();
    else this.#rests = state.pending.size > 0;
  }

  /** The decay thread had nothing left to change but ages: they are brought up to its last tick before now. */
  #stir(): void {
    this.#rests = false;
    const { state, phases } = this;
    const { now } = state;
    state.now =
      gridUp(now, phases.decay, state.config.priority.calcPeriod) - state.config.priority.calcPeriod;
    this.parts.priorities.tick();
    state.now = now;
    this.#askForDecay();
  }

  start(
    job: SlurmJob,
    partition: Partition,
    allocation: JobAllocation,
    _by: "main" | "backfill",
    limit?: number,
  ): void {
    const { state, parts } = this;
    const { defaultTime, maxTime } = partition.config;
    job.partition = partition;
    job.timeLimit = limit ?? job.timeLimit ?? defaultTime ?? maxTime;
    job.state = SlurmJobState.Running;
    job.reason = "None";
    job.startTime = state.now;
    job.endTime = state.now + 60 * job.timeLimit;
    job.allocation = allocation;
    state.pending.delete(job);
    state.running.add(job);
    if (job.array !== undefined) job.array.running++;
    for (const { name, count } of job.request.licenses) state.licenses.get(name)!.used += count;
    parts.selector.allocate(job, allocation);
    parts.limits.started(job);
    this.#check.watch(job);
    this.delayed.started(job);
    this.rest.changed();
    this.reservations.occupied(job);
    this.#changed();
    this.#turns.start(job);
  }

  /** The cluster says that a running job has ended; `end` is set when the controller had it killed. */
  ended(host: number, end: JobEnd, exitCode: number): void {
    const job = this.directory.byHost(host);
    if (job === undefined) return;
    job.endTime = this.state.now;
    this.#leaveNodes(job, end);
    job.state = SlurmJobState.Ended;
    job.finished = end;
    job.exitCode = exitCode;
    this.#leave(job, end);
    this.#check.usageGrew();
    this.#freed();
  }

  /** Nodes have come free: the main scheduler looks at once. */
  #freed(): void {
    this.#main.ended(this.#now);
    this.#backfill.ended(this.#now);
  }

  /** What a job holds comes free. */
  #leaveNodes(job: SlurmJob, end: JobEnd): void {
    const { state, parts } = this;
    parts.limits.ended(job);
    parts.selector.release(job);
    for (const { name, count } of job.request.licenses) state.licenses.get(name)!.used -= count;
    state.running.delete(job);
    if (job.array !== undefined) job.array.running--;
    this.#check.forget(job);
    this.#turns.ended(job);
    this.#completing.leave(job, end);
    this.reservations.freed();
  }

  #leave(job: SlurmJob, end: JobEnd): void {
    this.rest.changed();
    if (job.array !== undefined) {
      job.array.unfinished--;
      if (end !== "COMPLETED") job.array.failed++;
    }
    this.directory.ended(job);
  }

  /** The cluster says that a pending job has left. */
  withdrawn(host: number): void {
    const job = this.directory.byHost(host);
    if (job === undefined) return;
    const task = job.hostsLeft.indexOf(host);
    if (task >= 0 && job.tasksLeft.length > 1) {
      this.parts.limits.withdrawn(job, 1);
      job.tasksLeft.splice(task, 1);
      job.hostsLeft.splice(task, 1);
      job.array!.unfinished--;
      job.array!.failed++;
    } else {
      job.state = SlurmJobState.Ended;
      job.finished = "CANCELLED";
      job.endTime = this.state.now;
      this.state.pending.delete(job);
      this.parts.limits.withdrawn(job);
      this.#leave(job, "CANCELLED");
    }
    this.queue();
  }

  /** A running job goes back into the queue, its work lost; it may not start again before `begin`. */
  requeue(job: SlurmJob, begin: number): void {
    job.endTime = this.state.now;
    this.#leaveNodes(job, "PREEMPTED");
    job.state = SlurmJobState.Pending;
    job.allocation = undefined;
    job.submitTime = this.state.now;
    job.startTime = -1;
    job.endTime = -1;
    job.preemptTime = -1;
    job.preSuspended = 0;
    job.eligibleTime = -1;
    job.accrueTime = -1;
    job.restarts++;
    job.beginTime = begin;
    this.state.pending.add(job);
    this.parts.limits.submitted(job);
    this.host.requeue(job);
    this.reason(job, begin > this.state.now ? "BeginTime" : "None");
    this.parts.priorities.assign(job);
    this.agenda.at(begin, Due.Eligible);
    this.#freed();
  }

  /** The end of a running job's time has moved. */
  endMoved(job: SlurmJob): void {
    this.#check.watch(job);
  }

  /** A job is cancelled, wherever it is. */
  cancel(job: SlurmJob): void {
    if (job.state === SlurmJobState.Pending) this.withdraw(job, "CANCELLED");
    else this.host.kill(job, "CANCELLED");
  }

  /**
   * A running job is stopped and keeps its place. `turn`: by the gang scheduler, so that its cores stay its own until it
   * goes on; the administrator gives them to others.
   */
  suspend(job: SlurmJob, turn = false): void {
    const { now } = this.state;
    if (!turn) this.parts.selector.suspend(job);
    job.state = SlurmJobState.Suspended;
    job.preSuspended += now - (job.suspendTime < 0 ? job.startTime : job.suspendTime);
    job.suspendTime = now;
    this.#check.forget(job);
    this.host.suspend(job);
    this.#changed();
  }

  /** A suspended job goes on; the time it stood still does not count against its limit. */
  resume(job: SlurmJob, turn = false): void {
    const { now } = this.state;
    if (!turn) this.parts.selector.resume(job);
    job.state = SlurmJobState.Running;
    job.suspendTime = now;
    job.endTime = now + 60 * job.timeLimit! - job.preSuspended;
    this.#check.watch(job);
    this.host.resume(job);
    this.#changed();
  }

  preempt(victim: SlurmJob, preemptor: SlurmJob): void {
    this.#eviction.ask(victim, preemptor);
  }

  revoke(job: SlurmJob): void {
    this.requeue(job, this.afterCredential());
  }

  /** When a batch job that ran until now may run again: the credential of its last run has expired by then. */
  afterCredential(): number {
    return this.state.now + this.state.config.credentialLifetime + 1;
  }

  withdraw(job: SlurmJob, as: "DEADLINE" | "CANCELLED"): void {
    for (const host of job.host >= 0 ? [job.host] : [...job.hostsLeft])
      this.host.withdraw(host, as === "DEADLINE" ? "DeadLine" : job.reason);
  }

  splitTask(head: SlurmJob): SlurmJob {
    if (head.tasksLeft.length === 1) return splitOff(head, head.id);
    const job = splitOff(head, this.#intake.takeId());
    this.directory.enter(job);
    // Slurm makes a new record of what is left, which therefore stands last in its list.
    this.state.jobs.delete(head);
    this.state.jobs.add(head);
    return job;
  }

  reason(job: SlurmJob, reason: string): void {
    if (job.reason === reason) return;
    job.reason = reason;
    this.tellReason(job);
  }

  /** Has the cluster note why a record's jobs wait. */
  tellReason({ host, hostsLeft, reason }: SlurmJob): void {
    if (host >= 0) this.host.reason(host, reason);
    else for (const each of hostsLeft) this.host.reason(each, reason);
  }

  hold(job: SlurmJob, reason: string): void {
    job.priority = 0;
    this.reason(job, reason);
  }
}
