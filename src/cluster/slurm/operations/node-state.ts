import { Due } from "../controller/agenda.js";
import type { Controller } from "../controller/controller.js";
import type { SlurmJob } from "../model/job.js";

/** Seconds until a node's slurmd registers again [run]. */
const REGISTRATION = 1;

/**
 * `scontrol update NodeName=… State=…`. DOWN ends the jobs on the node; with ReturnToService=2 the node is back at its
 * next registration. DRAIN lets them finish. RESUME takes either back.
 */
export function setNodeState(
  controller: Controller,
  names: readonly string[],
  to: "DOWN" | "DRAIN" | "RESUME",
): void {
  const { nodes, config } = controller.state;
  for (const name of names) {
    const node = nodes.index(name);
    if (node < 0) continue;
    if (to === "RESUME") {
      // Reservations are gone through before the node is there: who lacks one takes it at the next check [run].
      controller.reservations.replace();
      nodes.avail.add(node);
      nodes.up.add(node);
      controller.reservations.freed();
      continue;
    }
    nodes.avail.delete(node);
    if (to === "DRAIN") {
      controller.reservations.replace();
      continue;
    }
    nodes.up.delete(node);
    failJobsOn(controller, node);
    controller.reservations.replace();
    if (config.returnToService === 2)
      controller.agenda.at(controller.state.now + REGISTRATION, Due.Registration, node);
  }
}

function failJobsOn(controller: Controller, node: number): void {
  const on = (job: SlurmJob) => job.allocation?.nodes.has(node);
  for (const job of [...controller.state.running].filter(on)) {
    if (job.requeue) controller.requeue(job, controller.afterCredential());
    else controller.host.kill(job, "NODE_FAIL");
  }
}
