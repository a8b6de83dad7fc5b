import type { SlurmJob } from "../model/job.js";
import type { LookClock } from "./clock.js";
import { Exclusions } from "./exclusions.js";
import { type NodeStates, Power } from "./node-states.js";
import { Rate } from "./rate.js";
import type { PowerTimes } from "./times.js";

const NEVER = Number.POSITIVE_INFINITY;

/** What comes of the thread's work elsewhere. */
export interface PowerActions {
  /** ResumeProgram is called for a node. */
  boot(node: number): void;
  /** A node has not come up within ResumeTimeout. */
  failed(node: number): void;
  /** A node may be had again. */
  usable(): void;
}

/**
 * The power thread: suspends nodes that have been idle for long, wakes those that jobs got, and gives up those that do
 * not come up. Only looks at which there is something to do cost anything.
 *
 * `_do_power_work` of src/slurmctld/power_save.c, 22.05.
 */
export class PowerSaving {
  readonly #clock: LookClock;
  readonly #exclusions: Exclusions;
  readonly #suspensions: Rate;
  readonly #resumptions: Rate;
  /** Jobs some of whose nodes are to be woken, in the order of their starts. */
  readonly #waiting: SlurmJob[] = [];
  /** The first second at which a node that is idle may be suspended, at the earliest. */
  #suspendFrom = NEVER;
  /** The first second at which there is anything else to do. */
  #dueFrom = NEVER;

  constructor(
    readonly states: NodeStates,
    readonly times: PowerTimes,
    readonly actions: PowerActions,
    clock: LookClock,
  ) {
    const { power } = states.state.config;
    this.#clock = clock;
    this.#exclusions = new Exclusions(states.state);
    this.#suspensions = new Rate(power.suspendRate);
    this.#resumptions = new Rate(power.resumeRate);
    this.#plan();
  }

  /** The next look at which nodes are woken, come to be had or are given up; seconds, Infinity when there is none. */
  get nextChange(): number {
    return this.#clock.first(this.#dueFrom);
  }

  /** The next look at which a node may be suspended. */
  get nextSuspension(): number {
    return this.#clock.first(this.#suspendFrom);
  }

  /** A job has got nodes without power. */
  wake(job: SlurmJob): void {
    this.#waiting.push(job);
    this.#dueFrom = 0;
  }

  /** A node has changed now. Idle since now, when `idle`. */
  changed(time: number, node = -1, idle = false): void {
    // A look of this very moment is still to come.
    if (this.#due > time) this.#catchUp(time);
    this.#clock.changed(time);
    if (node < 0) return;
    const { states, times } = this;
    if (states.askedDown.has(node) || states.askedUp.has(node)) this.#dueFrom = 0;
    // Another one may be kept up instead.
    if (this.#exclusions.vary) this.#suspendFrom = 0;
    else if (idle)
      this.#suspendFrom = Math.min(this.#suspendFrom, Math.floor(time) + times.suspendTime[node]! + 1);
  }

  /** Something has changed that the plan does not know: it is made anew. */
  replan(): void {
    this.#plan();
  }

  get #due(): number {
    return Math.min(this.nextChange, this.nextSuspension);
  }

  /** Looks if it is time. */
  run(time: number): void {
    for (let due = this.#due; due <= time; due = this.#due) {
      this.#catchUp(due);
      this.#work(Math.floor(due));
    }
  }

  /** Looks that found nothing to do. */
  #catchUp(time: number): void {
    this.#clock.advance(time, (seconds, looks) => {
      this.#suspensions.look(seconds, looks);
      this.#resumptions.look(seconds, looks);
    });
  }

  #work(now: number): void {
    const { states } = this;
    const { count, powerDown } = states.state.nodes;
    const kept = this.#exclusions.now(
      (node) => this.#isSuspendable(node) && states.state.nodes.avail.has(node),
    );
    const woken = new Set<number>();
    this.#wakeForJobs(powerDown.has.bind(powerDown), woken);
    for (let node = 0; node < count; node++) {
      if (woken.has(node)) this.#wakeUp(node, now);
      else if (states.askedUp.has(node) && states.power[node] === Power.Down && !this.#resumptions.reached) {
        this.#resumptions.take();
        this.#wakeUp(node, now);
      }
      if (this.#isToSuspend(node, now, kept.has(node))) this.#suspend(node, now);
      if (
        states.power[node] === Power.GoingDown &&
        states.since[node]! + this.times.suspendTimeout[node]! < now
      )
        this.#isDown(node);
      if (
        states.power[node] === Power.ComingUp &&
        now > states.since[node]! + this.times.resumeTimeout[node]!
      )
        this.#giveUp(node);
    }
    this.#plan();
  }

  /** Which nodes of jobs are woken now: as many as the rate lets through, job after job. */
  #wakeForJobs(isDown: (node: number) => boolean, woken: Set<number>): void {
    const rate = this.#resumptions;
    let kept = 0;
    for (const [i, job] of this.#waiting.entries()) {
      if (rate.reached) {
        for (const later of this.#waiting.slice(i)) this.#waiting[kept++] = later;
        break;
      }
      if (!job.configuring) continue;
      let left = false;
      for (const node of job.allocation!.node) {
        if (!isDown(node) || woken.has(node)) continue;
        left ||= rate.reached;
        if (rate.reached) continue;
        rate.take();
        woken.add(node);
      }
      if (left) this.#waiting[kept++] = job;
    }
    this.#waiting.length = kept;
  }

  #wakeUp(node: number, now: number): void {
    const { states } = this;
    states.askedUp.delete(node);
    states.power[node] = Power.ComingUp;
    states.since[node] = now;
    states.settle(node);
    this.actions.boot(node);
  }

  #isSuspendable(node: number): boolean {
    const { states } = this;
    return (
      states.power[node] === Power.On &&
      states.isIdle(node) &&
      !states.askedReboot.has(node) &&
      !states.rebooting.has(node)
    );
  }

  #isToSuspend(node: number, now: number, kept: boolean): boolean {
    const { states } = this;
    const asked = states.askedDown.has(node);
    // A node that has no power may be told so again.
    const may =
      this.#isSuspendable(node) || (asked && states.power[node] === Power.Down && states.isIdle(node));
    if (!may || this.#suspensions.reached) return false;
    return asked || (!kept && states.lastBusy[node]! < now - this.times.suspendTime[node]!);
  }

  #suspend(node: number, now: number): void {
    const { states } = this;
    const { nodes, config } = states.state;
    this.#suspensions.take();
    if (states.askedDown.has(node)) nodes.drained.delete(node);
    states.askedDown.delete(node);
    states.power[node] = Power.GoingDown;
    states.since[node] = now;
    if (config.power.idleOnSuspend) {
      nodes.up.add(node);
      nodes.drained.delete(node);
    }
    states.settle(node);
  }

  #isDown(node: number): void {
    const { states } = this;
    states.power[node] = Power.Down;
    states.lastBusy[node] = Number.NaN;
    states.settle(node);
    this.actions.usable();
  }

  #giveUp(node: number): void {
    const { states } = this;
    states.power[node] = Power.Down;
    states.lastBusy[node] = Number.NaN;
    states.state.nodes.drained.delete(node);
    states.askedDown.delete(node);
    this.actions.failed(node);
  }

  /** When there is something to do next, if nothing else happens. */
  #plan(): void {
    const { states, times } = this;
    const { count } = states.state.nodes;
    const kept = this.#exclusions.now(
      (node) => this.#isSuspendable(node) && states.state.nodes.avail.has(node),
    );
    this.#suspendFrom = NEVER;
    this.#dueFrom = this.#waiting.length > 0 ? 0 : NEVER;
    for (let node = 0; node < count; node++) {
      const power = states.power[node];
      if (power === Power.GoingDown) this.#dueAt(states.since[node]! + times.suspendTimeout[node]! + 1);
      else if (power === Power.ComingUp) this.#dueAt(states.since[node]! + times.resumeTimeout[node]! + 1);
      if (power === Power.Down && (states.askedUp.has(node) || states.askedDown.has(node))) this.#dueAt(0);
      if (!this.#isSuspendable(node)) continue;
      if (states.askedDown.has(node)) this.#dueAt(0);
      else if (!kept.has(node) && !Number.isNaN(states.lastBusy[node]!))
        this.#suspendFrom = Math.min(
          this.#suspendFrom,
          states.lastBusy[node]! + times.suspendTime[node]! + 1,
        );
    }
  }

  #dueAt(second: number): void {
    this.#dueFrom = Math.min(this.#dueFrom, second);
  }
}
