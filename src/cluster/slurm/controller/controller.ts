import { SECOND } from "../../../core/units.js";
import type { JobAllocation, JobEnd, SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SchedulerActions } from "../model/parts.js";
import type { SlurmState } from "../model/state.js";
import type { Operation } from "../operations/operation.js";
import { perform } from "../operations/perform.js";
import { NodeKeeper, type PowerSources } from "../power/node-keeper.js";
import { Agenda, Due } from "./agenda.js";
import { splitOff } from "./arrays.js";
import { atOnce, Completing, type Release } from "./completing.js";
import { DecayThread } from "./decay-thread.js";
import { DelayedDependencies } from "./delayed-dependencies.js";
import { Directory } from "./directory.js";
import { Eviction } from "./eviction.js";
import type { Host } from "./host.js";
import { Intake } from "./intake.js";
import { LimitCheck } from "./limit-check.js";
import { Lives } from "./lives.js";
import type { ControllerParts, MakeParts } from "./parts.js";
import { type PassClocks, Passes } from "./passes.js";
import type { Phases } from "./phases.js";
import type { Arrival } from "./record.js";
import { ReservationKeeper } from "./reservation-keeper.js";
import { Rest } from "./rest.js";
import { TimedPasses } from "./timed-passes.js";
import { Turns } from "./turns.js";

/** An operation and its time, seconds from the run's start; with `every`, again and again while there are jobs. */
export interface TimedOperation {
  at: number;
  every?: number;
  operation: Operation;
  /** The command, as it was written. */
  command?: string;
}

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
  readonly nodes: NodeKeeper;
  readonly #passes: Passes;
  readonly #decay: DecayThread;
  readonly #intake: Intake;
  readonly #check: LimitCheck;
  readonly #eviction: Eviction;
  readonly #turns: Turns;
  readonly #completing: Completing;
  readonly #lives: Lives;
  /** µs. */
  #now = 0;
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
    clocks?: PassClocks,
    power?: PowerSources,
  ) {
    this.directory = new Directory(state);
    this.delayed = new DelayedDependencies(state, this.agenda);
    this.parts = makeParts(state, this, epoch);
    const { timed } = this.parts;
    this.#passes = timed === undefined ? new Passes(this, clocks) : new TimedPasses(this, clocks, timed);
    this.#decay = new DecayThread(this);
    this.#eviction = new Eviction(this);
    this.#turns = new Turns(this, this.#eviction);
    this.#intake = new Intake(this);
    this.#completing = new Completing(this, release);
    this.reservations = new ReservationKeeper(this);
    this.nodes = new NodeKeeper(this, power);
    this.#check = new LimitCheck(this, this.#eviction);
    this.rest = new Rest(this);
    this.#lives = new Lives(this, this.#check, this.#turns, this.#completing);
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
    return Math.min(this.agenda.next, this.nextPass(), moment(this.nodes.next));
  }

  /** When it has something to do that need not be done when nothing else happens, µs. */
  nextInPassing(): number {
    return Math.min(moment(this.nodes.nextInPassing), this.#passes.nextInPassing());
  }

  /** When a scheduler runs again, µs; Infinity when nothing asks for it. */
  nextPass(): number {
    return this.#passes.next();
  }

  /** Does what is due. */
  advance(): void {
    this.nodes.begin();
    this.#turns.settle();
    if (this.#now === 0) this.#reserveFirst();
    this.#intake.takeIn();
    while (this.agenda.next <= this.#now) this.#act(this.agenda.take());
    this.nodes.run();
    this.#passes.run(this.#now);
    this.#turns.sendAway();
  }

  #act({ due, arg }: { due: Due; arg: number }): void {
    if (due === Due.Decay) this.state.pending.reranked = true;
    else if (due !== Due.Check && due !== Due.Slice) this.state.pending.stirred = true;
    if (due === Due.Check) {
      for (const job of this.nodes.check()) this.#lives.launch(job);
      this.#check.run();
      this.reservations.check();
    } else if (due === Due.Decay) {
      this.#decay.tick(() => this.#check.usageGrew());
      this.changed();
    } else if (due === Due.Slice) this.#turns.slice();
    else if (due === Due.Operation) this.#operate(arg);
    else if (due === Due.Released) {
      if (this.#completing.released(arg)) this.nodes.freed(arg);
      this.freed([arg]);
    } else if (due === Due.Booted) this.nodes.booted(arg);
    else if (due === Due.Reboot) this.nodes.rebootIfIdle(arg);
    else {
      if (due === Due.Registration) this.nodes.updates.registeredAgain(arg);
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
    else if (operation.kind === "partition-state") this.rebuilt();
    const { pending, running } = this.state;
    if (every !== undefined && pending.size + running.size > 0)
      this.agenda.at(this.state.now + every, Due.Operation, index);
  }

  /** Something has changed; a pass of the main scheduler may wait for its loop. */
  queue(): void {
    this.#passes.queue(this.#now);
  }

  /** Something has changed that only a pass over the full queue may notice. */
  changed(): void {
    this.#passes.changed(this.#now);
  }

  /** A job has left these nodes: the main scheduler looks at once. */
  freed(nodes: Iterable<number>): void {
    this.#passes.left(nodes);
    this.#passes.freed(this.#now);
  }

  /** A partition or a reservation has changed. */
  rebuilt(): void {
    this.#passes.rebuilt();
  }

  /** A job arrives; it is taken in, or refused, by the next `advance`. */
  submit(arrival: Arrival): void {
    this.rest.changed();
    this.#decay.stir();
    if (this.state.pending.size === 0) {
      this.#passes.catchUp(this.#now);
      this.#decay.ask();
    }
    this.#intake.add(arrival);
  }

  start(
    job: SlurmJob,
    partition: Partition,
    allocation: JobAllocation,
    _by: "main" | "backfill",
    limit?: number,
  ): void {
    this.#lives.start(job, partition, allocation, limit);
  }

  /** The cluster says that a running job has ended; `end` is set when the controller had it killed. */
  ended(host: number, end: JobEnd, exitCode: number): void {
    const job = this.directory.byHost(host);
    if (job !== undefined) this.#lives.ended(job, end, exitCode);
  }

  /** The cluster says that a pending job has left. */
  withdrawn(host: number): void {
    const job = this.directory.byHost(host);
    if (job !== undefined) this.#lives.withdrawn(job, host);
  }

  /** A running job goes back into the queue, its work lost; it may not start again before `begin`. */
  requeue(job: SlurmJob, begin: number): void {
    this.#lives.requeue(job, begin);
  }

  /** The end of a running job's time has moved. */
  endMoved(job: SlurmJob): void {
    this.parts.selector.endMoved(job);
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
    this.#lives.suspend(job, turn);
  }

  /** A suspended job goes on. */
  resume(job: SlurmJob, turn = false): void {
    this.#lives.resume(job, turn);
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
    this.state.pending.stirred = true;
    this.reason(job, reason);
  }
}

/** Seconds as µs: all that happens lies on whole ones. */
function moment(seconds: number): number {
  return Math.round(seconds * SECOND);
}
