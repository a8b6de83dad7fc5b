import { Due } from "../controller/agenda.js";
import type { RebootRequest } from "../operations/operation.js";
import { failJobsOn } from "./fail-jobs.js";
import type { NodeKeeper } from "./node-keeper.js";
import { Power } from "./node-states.js";

/** Seconds until a node's slurmd registers again after it was set DOWN [run]. */
const REGISTRATION = 1;

/**
 * What administrators make of nodes: `scontrol update NodeName=… State=…`, `reboot` and `cancel_reboot`.
 *
 * `update_node` of src/slurmctld/node_mgr.c, 22.05.
 */
export class NodeUpdates {
  constructor(readonly keeper: NodeKeeper) {}

  /** State=DOWN. */
  setDown(node: number): void {
    const { controller } = this.keeper;
    const { state, agenda, reservations } = controller;
    state.nodes.up.delete(node);
    this.keeper.changed(node);
    failJobsOn(controller, node);
    reservations.replace();
    if (state.config.returnToService === 2) agenda.at(state.now + REGISTRATION, Due.Registration, node);
  }

  /** A node that was set DOWN registers again. */
  registeredAgain(node: number): void {
    const { states } = this.keeper;
    if (!states.rebooting.has(node) && states.power[node] === Power.On) this.resume(node);
  }

  drain(node: number): void {
    const { controller, reboots } = this.keeper;
    controller.state.nodes.drained.add(node);
    reboots.overruled(node);
    this.keeper.changed(node);
    controller.reservations.replace();
  }

  /** RESUME: back in service. One that is on the way down is taken to be down. */
  resume(node: number): void {
    const { controller, states, reboots } = this.keeper;
    const { nodes } = controller.state;
    // Reservations are gone through before the node is there: who lacks one takes it at the next check [run].
    controller.reservations.replace();
    nodes.up.add(node);
    nodes.drained.delete(node);
    states.askedReboot.delete(node);
    states.comingBack.delete(node);
    reboots.overruled(node);
    if (states.power[node] === Power.GoingDown) states.since[node] = Number.NEGATIVE_INFINITY;
    this.keeper.replan();
    this.keeper.changed(node);
    controller.reservations.freed();
  }

  /** State=power_down, power_down_asap or power_down_force. */
  powerDown(node: number, how: "idle" | "asap" | "force"): void {
    const { controller, states } = this.keeper;
    if (how === "asap") controller.state.nodes.drained.add(node);
    states.askedUp.delete(node);
    states.askedDown.add(node);
    this.keeper.changed(node);
    if (how === "force") failJobsOn(controller, node);
  }

  powerUp(node: number): void {
    const { states } = this.keeper;
    if (states.power[node] !== Power.Down) return;
    states.askedUp.add(node);
    this.keeper.changed(node);
  }

  reboot(node: number, request: RebootRequest): void {
    this.keeper.reboots.ask(node, request);
    this.keeper.changed(node);
    this.keeper.askForReboot(node);
  }

  cancelReboot(node: number): void {
    this.keeper.reboots.cancel(node);
    this.keeper.changed(node);
  }
}
