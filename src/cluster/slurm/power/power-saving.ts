import type { SlurmJob } from "../model/job.js";
import type { LookClock } from "./clock.js";
import { Exclusions } from "./exclusions.js";
import { type NodeStates, Power } from "./node-states.js";
import { PowerAgenda } from "./power-agenda.js";
import { Rate } from "./rate.js";
import type { PowerTimes } from "./times.js";
import { Waking } from "./waking.js";

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
  readonly #waking = new Waking();
  readonly #agenda: PowerAgenda;

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
    this.#agenda = new PowerAgenda(states, times, this.#exclusions);
    this.replan();
  }

  /** The next look at which nodes are woken, come to be had or are given up; seconds, Infinity when there is none. */
  get nextChange(): number {
    return this.#clock.first(this.#agenda.dueFrom);
  }

  /** The next look at which a node may be suspended. */
  get nextSuspension(): number {
    return this.#clock.first(this.#agenda.suspendFrom);
  }

  /** A job has got nodes without power. */
  wake(job: SlurmJob): void {
    this.#waking.add(job);
    this.#agenda.asked();
  }

  /** A node has changed now. Idle since now, when `idle`. */
  changed(time: number, node = -1, idle = false): void {
    // A look of this very moment is still to come.
    if (this.#due > time) this.#catchUp(time);
    this.#clock.changed(time);
    if (node < 0) return;
    const { states } = this;
    const agenda = this.#agenda;
    if (states.askedDown.has(node) || states.askedUp.has(node)) agenda.asked();
    // Another one may be kept up instead.
    if (this.#exclusions.vary) agenda.suspendFrom = 0;
    else if (idle) agenda.idle(node, Math.floor(time));
  }

  /** Something has changed that the plan does not know: it is made anew. */
  replan(): void {
    this.#agenda.make(!this.#waking.none);
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
    const kept = this.#exclusions.now((node) => states.mayBeSuspended(node));
    const woken = this.#waking.take(powerDown, this.#resumptions);
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
    this.replan();
  }

  #wakeUp(node: number, now: number): void {
    const { states } = this;
    states.askedUp.delete(node);
    states.power[node] = Power.ComingUp;
    states.since[node] = now;
    states.settle(node);
    this.actions.boot(node);
  }

  #isToSuspend(node: number, now: number, kept: boolean): boolean {
    const { states } = this;
    const asked = states.askedDown.has(node);
    // A node that has no power may be told so again.
    const may =
      states.isSuspendable(node) || (asked && states.power[node] === Power.Down && states.isIdle(node));
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
}
