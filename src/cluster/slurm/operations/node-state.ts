import type { Controller } from "../controller/controller.js";
import type { Operation } from "./operation.js";

/**
 * `scontrol update NodeName=… State=…`, `scontrol reboot` and `scontrol cancel_reboot`. DOWN ends the jobs on the node;
 * with ReturnToService=2 the node is back at its next registration. DRAIN lets them finish. RESUME takes either back.
 */
export function changeNodes(
  controller: Controller,
  operation: Operation & { kind: "node-state" | "power" | "reboot" | "cancel-reboot" },
): void {
  const { state } = controller;
  const { updates } = controller.nodes;
  for (const name of operation.nodes) {
    const node = state.nodes.index(name);
    if (node < 0) continue;
    if (operation.kind === "reboot") updates.reboot(node, operation.request);
    else if (operation.kind === "cancel-reboot") updates.cancelReboot(node);
    else if (operation.kind === "power") {
      if (operation.to === "up") updates.powerUp(node);
      else updates.powerDown(node, operation.to);
    } else if (operation.state === "RESUME") updates.resume(node);
    else if (operation.state === "DRAIN") updates.drain(node);
    else updates.setDown(node);
  }
}
