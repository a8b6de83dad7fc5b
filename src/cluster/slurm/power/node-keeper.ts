import { SECOND } from "../../../core/units.js";
import { Due } from "../controller/agenda.js";
import { gridUp } from "../controller/clocks.js";
import type { Controller } from "../controller/controller.js";
import type { SlurmJob } from "../model/job.js";
import type { RebootRequest } from "../operations/operation.js";
import { type LookClock, PowerClock } from "./clock.js";
import { Configuring } from "./configuring.js";
import { failJobsOn } from "./fail-jobs.js";
import { NodeStates, Power } from "./node-states.js";
import { PowerSaving } from "./power-saving.js";
import { Reboots } from "./reboots.js";
import { type BootTime, bootTimes, type PowerTimes, powerTimes } from "./times.js";

const NEVER = Number.POSITIVE_INFINITY;
/** Seconds between two checks (`PERIODIC_TIMEOUT`). */
const PERIOD = 30;
/** Seconds until a node's slurmd registers again after it was set DOWN [run]. */
const REGISTRATION = 1;
/** A microsecond. */
const INSTANT = 1e-6;

/** What a recording says of nodes, in place of what is configured. */
export interface PowerSources {
  bootTime?: BootTime;
  looks?: LookClock;
}

/** Keeps the nodes: what administrators, the power thread and reboots make of them, and the jobs that wait for them. */
export class NodeKeeper {
  readonly states: NodeStates;
  readonly configuring: Configuring;
  readonly reboots: Reboots;
  readonly #saving: PowerSaving | undefined;
  readonly #times: PowerTimes;
  readonly #bootTime: BootTime;
  /** By node: the boots that it has had. */
  readonly #booted: Int32Array;
  /** By node: the moment at which it will register after a boot, µs; those of earlier boots count for nothing. */
  readonly #boots = new Map<number, number>();
  #begun = false;

  constructor(
    readonly controller: Controller,
    given: PowerSources = {},
  ) {
    const { state, host } = controller;
    this.states = new NodeStates(state, (node, is) => host.nodeState(node, is));
    this.#times = powerTimes(state.config, state.nodes);
    this.#bootTime = given.bootTime ?? bootTimes(state.config, state.nodes, this.#times);
    this.#booted = new Int32Array(state.nodes.count);
    this.configuring = new Configuring(state, () => this.#askForCheck(state.now));
    this.reboots = new Reboots(this.states, this.#times, (node) => this.#boot(node));
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
    if (job.request.reboot === true && saving !== undefined) {
      for (const node of job.allocation!.node) this.#rebootForJob(node);
    } else if (!this.configuring.needsBoot(job)) return false;
    this.configuring.add(job);
    if (job.allocation!.nodes.overlaps(this.controller.state.nodes.powerDown)) saving!.wake(job);
    return true;
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
    }
    this.#saving?.changed(controller.time, node, idle);
    if (idle && states.askedReboot.has(node)) this.#askForReboot(node);
  }

  /** `scontrol update NodeName=… State=DOWN`. */
  setDown(node: number): void {
    const { state, agenda, reservations } = this.controller;
    state.nodes.up.delete(node);
    this.#changed(node);
    failJobsOn(this.controller, node);
    reservations.replace();
    if (state.config.returnToService === 2) agenda.at(state.now + REGISTRATION, Due.Registration, node);
  }

  drain(node: number): void {
    this.controller.state.nodes.drained.add(node);
    this.reboots.overruled(node);
    this.#changed(node);
    this.controller.reservations.replace();
  }

  /** RESUME: back in service. One that is on the way down is taken to be down. */
  resume(node: number): void {
    const { nodes } = this.controller.state;
    const { states } = this;
    // Reservations are gone through before the node is there: who lacks one takes it at the next check [run].
    this.controller.reservations.replace();
    nodes.up.add(node);
    nodes.drained.delete(node);
    states.askedReboot.delete(node);
    states.comingBack.delete(node);
    this.reboots.overruled(node);
    if (states.power[node] === Power.GoingDown) states.since[node] = Number.NEGATIVE_INFINITY;
    this.#saving?.replan();
    this.#changed(node);
    this.controller.reservations.freed();
  }

  /** A node that was set DOWN by hand registers again. */
  registeredAgain(node: number): void {
    if (!this.states.rebooting.has(node) && this.states.power[node] === Power.On) this.resume(node);
  }

  powerDown(node: number, how: "idle" | "asap" | "force"): void {
    const { states, controller } = this;
    if (how === "asap") controller.state.nodes.drained.add(node);
    states.askedUp.delete(node);
    states.askedDown.add(node);
    this.#changed(node);
    if (how === "force") failJobsOn(controller, node);
  }

  powerUp(node: number): void {
    if (this.states.power[node] !== Power.Down) return;
    this.states.askedUp.add(node);
    this.#changed(node);
  }

  reboot(node: number, request: RebootRequest): void {
    this.reboots.ask(node, request);
    this.#changed(node);
    this.#askForReboot(node);
  }

  cancelReboot(node: number): void {
    this.reboots.cancel(node);
    this.#changed(node);
  }

  /** A look of the thread that reboots nodes. */
  rebootIfIdle(node: number): void {
    this.reboots.issue(node, this.controller.state.now);
    this.#changed(node);
  }

  /** It looks each second: schedulers were there before. */
  #askForReboot(node: number): void {
    const { agenda, state } = this.controller;
    agenda.at(state.now + 1, Due.Reboot, node);
  }

  #changed(node: number): void {
    this.states.settle(node);
    this.#saving?.changed(this.controller.time, node);
  }

  /** ResumeProgram or RebootProgram is called. */
  #boot(node: number): void {
    const { agenda, time, state } = this.controller;
    this.#boots.delete(node);
    const boot = this.#bootTime(state.nodes.names[node]!, this.#booted[node]!++);
    if (boot !== NEVER) {
      // This instant is being worked off: a boot that takes no time is over in the next.
      const up = time + Math.max(boot, INSTANT);
      agenda.at(up, Due.Booted, node);
      this.#boots.set(node, Math.round(up * SECOND));
    }
    if (this.states.rebooting.has(node)) this.#askForCheck(state.now + this.#times.resumeTimeout[node]! + 1);
  }

  /** A node's slurmd registers after a boot. */
  booted(node: number): void {
    const { states, controller } = this;
    const { state } = controller;
    if (this.#boots.get(node) !== Math.round(controller.time * SECOND)) return;
    this.#boots.delete(node);
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
