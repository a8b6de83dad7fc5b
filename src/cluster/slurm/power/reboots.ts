import type { RebootRequest } from "../operations/operation.js";
import { type NodeStates, Power } from "./node-states.js";
import type { PowerTimes } from "./times.js";

/**
 * `scontrol reboot`: a node is booted again once it is idle, with ASAP it gets no new jobs until then. Back, it is in
 * service, or with nextstate=DOWN is not.
 *
 * `_slurm_rpc_reboot_nodes` and `check_reboot_nodes` of slurmctld, 22.05; [run] in w-reboot.
 */
export class Reboots {
  /** Those that are to be DOWN afterwards. */
  readonly #downAfter = new Set<number>();
  /** Those whose reboot was cancelled while jobs were on them. */
  readonly #cancelled = new Set<number>();

  /** @param boot RebootProgram is called for a node */
  constructor(
    readonly states: NodeStates,
    readonly times: PowerTimes,
    readonly boot: (node: number) => void,
  ) {}

  ask(node: number, { asap, nextState }: RebootRequest): void {
    const { states } = this;
    if (states.power[node] !== Power.On || states.rebooting.has(node)) return;
    states.askedReboot.add(node);
    this.#cancelled.delete(node);
    this.#downAfter.delete(node);
    if (nextState === "DOWN") this.#downAfter.add(node);
    if (asap) states.state.nodes.drained.add(node);
    if (asap && nextState === "RESUME") states.comingBack.add(node);
    states.settle(node);
  }

  /** `scontrol cancel_reboot`: only before the reboot has been begun. Drained for it, the node stays so until it is idle. */
  cancel(node: number): void {
    const { states } = this;
    if (!states.askedReboot.has(node)) return;
    states.askedReboot.delete(node);
    states.comingBack.delete(node);
    this.#cancelled.add(node);
    states.settle(node);
  }

  /** The administrator says otherwise what state the node is in. */
  overruled(node: number): void {
    this.#cancelled.delete(node);
  }

  /** The node is idle. */
  idle(node: number): void {
    if (!this.#cancelled.delete(node)) return;
    this.states.state.nodes.drained.delete(node);
    this.states.settle(node);
  }

  /** The node may be idle: if so it reboots now. */
  issue(node: number, now: number): void {
    const { states } = this;
    if (!states.askedReboot.has(node) || !states.isIdle(node)) return;
    states.askedReboot.delete(node);
    states.rebooting.add(node);
    states.since[node] = now;
    states.settle(node);
    this.boot(node);
  }

  /** Its slurmd has registered. */
  done(node: number): void {
    const { states } = this;
    const { nodes } = states.state;
    this.#forget(node);
    nodes.drained.delete(node);
    if (this.#downAfter.delete(node)) nodes.up.delete(node);
    states.settle(node);
  }

  /** The check each 30 s: nodes that have not come back within ResumeTimeout are DOWN; gives them. */
  overdue(now: number): number[] {
    const { states, times } = this;
    return states.rebooting.list().filter((node) => now > states.since[node]! + times.resumeTimeout[node]!);
  }

  giveUp(node: number): void {
    this.#forget(node);
    const { nodes } = this.states.state;
    nodes.drained.delete(node);
    nodes.up.delete(node);
    this.states.settle(node);
  }

  #forget(node: number): void {
    this.states.rebooting.delete(node);
    this.states.comingBack.delete(node);
  }
}
