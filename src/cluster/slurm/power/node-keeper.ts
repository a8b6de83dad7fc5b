import { Due } from "../controller/agenda.js";
import { gridUp } from "../controller/clocks.js";
import type { Controller } from "../controller/controller.js";
import type { SlurmJob } from "../model/job.js";
import { Boots } from "./boots.js";
import { type LookClock, PowerClock } from "./clock.js";
import { Configuring } from "./configuring.js";
import { failJobsOn } from "./fail-jobs.js";
import { NodeStates, Power } from "./node-states.js";
import { NodeUpdates } from "./node-updates.js";
import { PowerSaving } from "./power-saving.js";
import { Reboots } from "./reboots.js";
import { type BootTime, bootTimes, type PowerTimes, powerTimes } from "./times.js";

const NEVER = Number.POSITIVE_INFINITY;
/** Seconds between two checks (`PERIODIC_TIMEOUT`). */
const PERIOD = 30;

/** What a recording says of nodes, in place of what is configured. */
export interface PowerSources {
  bootTime?: BootTime;
  looks?: LookClock;
}

/** Keeps the nodes: what jobs, the power thread and reboots make of them, and the jobs that wait for them. */
export class NodeKeeper {
  readonly states: NodeStates;
  readonly configuring: Configuring;
  readonly reboots: Reboots;
  readonly updates: NodeUpdates;
  readonly #saving: PowerSaving | undefined;
  readonly #times: PowerTimes;
  readonly #boots: Boots;
  #begun = false;

  constructor(
    readonly controller: Controller,
    given: PowerSources = {},
  ) {
    const { state, host } = controller;
    this.states = new NodeStates(state, (node, is) => host.nodeState(node, is));
    this.#times = powerTimes(state.config, state.nodes);
    const bootTime = given.bootTime ?? bootTimes(state.config, state.nodes, this.#times);
    this.#boots = new Boots(controller.agenda, state.nodes, bootTime);
    this.configuring = new Configuring(state, () => this.#askForCheck(state.now));
    this.reboots = new Reboots(this.states, this.#times, (node) => this.#boot(node));
    this.updates = new NodeUpdates(this);
    const { power } = state.config;
    if (!power.enabled) return;
    const { lines } = state.nodes;
    this.states.lastBusy.fill(controller.phases.registered);
    for (const [node, line] of lines.entries())
      if (line.state === "CLOUD") {
        this.states.power[node] = Power.Down;
        this.states.lastBusy[node] = Number.NaN;
      }
    this.#saving = new PowerSaving(
      this.states,
      this.#times,
      {
        boot: (node) => this.#boot(node),
        failed: (node) => this.#fail(node),
        usable: () => controller.changed(),
      },
      given.looks ?? new PowerClock(controller.phases.power, power.interval, power.minInterval),
    );
  }

  /** Tells the journal of nodes that are not up when the run begins. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    for (let node = 0; node < this.controller.state.nodes.count; node++) this.states.settle(node);
  }

  /** When the power thread has something to do that a job may wait for; seconds. */
  get next(): number {
    const { pending } = this.controller.state;
    return this.#saving !== undefined && pending.size + this.configuring.size > 0
      ? this.#saving.nextChange
      : NEVER;
  }

  /** When it has something to do that nobody waits for. */
  get nextInPassing(): number {
    return this.#saving === undefined
      ? NEVER
      : Math.min(this.#saving.nextSuspension, this.#saving.nextChange);
  }

  run(): void {
    this.#saving?.run(this.controller.time);
  }

  /** A job has got its nodes. True when it has to wait for some of them. */
  allocated(job: SlurmJob): boolean {
    const saving = this.#saving;
    saving?.changed(this.controller.time);
    if (saving !== undefined && job.partition.config.powerDownOnIdle) this.#downWhenIdle(job);
    if (job.request.reboot === true && saving !== undefined) {
      for (const node of job.allocation!.node) this.#rebootForJob(node);
    } else if (!this.configuring.needsBoot(job)) return false;
    this.configuring.add(job);
    if (job.allocation!.nodes.overlaps(this.controller.state.nodes.powerDown)) saving!.wake(job);
    return true;
  }

  /** PowerDownOnIdle: asked for when the job gets its nodes, whoever else runs on them [run]. */
  #downWhenIdle(job: SlurmJob): void {
    for (const node of job.allocation!.node) this.states.askedDown.add(node);
  }

  #rebootForJob(node: number): void {
    const { states } = this;
    states.power[node] = Power.ComingUp;
    states.since[node] = this.controller.state.now;
    states.bootingForJob.add(node);
    states.settle(node);
    this.#boot(node);
  }

  /** A job has left nodes. */
  left(job: SlurmJob): void {
    this.configuring.delete(job);
    for (const node of job.allocation!.node) this.freed(node);
  }

  /** A job, or its epilog, has left the node. */
  freed(node: number): void {
    const { states, controller } = this;
    const idle = states.isIdle(node);
    if (idle) {
      states.lastBusy[node] = controller.state.now;
      this.reboots.idle(node);
      if (states.askedDown.has(node)) states.settle(node);
    }
    this.#saving?.changed(controller.time, node, idle);
    if (idle && states.askedReboot.has(node)) this.askForReboot(node);
  }

  /** A look of the thread that reboots nodes. */
  rebootIfIdle(node: number): void {
    this.reboots.issue(node, this.controller.state.now);
    this.changed(node);
  }

  /** It looks each second: schedulers were there before. */
  askForReboot(node: number): void {
    const { agenda, state } = this.controller;
    agenda.at(state.now + 1, Due.Reboot, node);
  }

  /** Something has been said of the node. */
  changed(node: number): void {
    this.states.settle(node);
    this.#saving?.changed(this.controller.time, node);
  }

  /** A node's times count differently from now on. */
  replan(): void {
    this.#saving?.replan();
  }

  /** ResumeProgram or RebootProgram is called. */
  #boot(node: number): void {
    const { time, state } = this.controller;
    this.#boots.begin(node, time);
    if (this.states.rebooting.has(node)) this.#askForCheck(state.now + this.#times.resumeTimeout[node]! + 1);
  }

  /** A node's slurmd registers after a boot. */
  booted(node: number): void {
    const { states, controller } = this;
    const { state } = controller;
    if (!this.#boots.isOver(node, controller.time)) return;
    if (states.rebooting.has(node)) this.reboots.done(node);
    else if (states.power[node] === Power.ComingUp) states.power[node] = Power.On;
    else if (states.power[node] === Power.Down && !state.nodes.up.has(node)) {
      // Too late: it was given up.
      if (state.config.returnToService !== 2) return;
      states.power[node] = Power.On;
      state.nodes.up.add(node);
    } else return;
    states.bootingForJob.delete(node);
    states.lastBusy[node] = state.now;
    states.settle(node);
    this.#saving?.changed(controller.time, node, states.isIdle(node));
    this.configuring.nodeIsUp(node);
    controller.queue();
  }

  /** It has not come up in time. */
  #fail(node: number): void {
    const { controller } = this;
    controller.state.nodes.up.delete(node);
    this.states.bootingForJob.delete(node);
    this.states.settle(node);
    failJobsOn(controller, node);
    controller.reservations.replace();
    controller.changed();
  }

  /** The check of each 30 s: which jobs are launched now. */
  check(): readonly SlurmJob[] {
    for (const node of this.reboots.overdue(this.controller.state.now)) this.reboots.giveUp(node);
    return this.configuring.launchable();
  }

  #askForCheck(time: number): void {
    const { agenda, phases } = this.controller;
    if (time !== NEVER) agenda.at(gridUp(time, phases.limits, PERIOD), Due.Check);
  }
}
