import { type SlurmJob, SlurmJobState } from "../../../../../src/cluster/slurm/model/job.js";
import type { Operation } from "../../../../../src/cluster/slurm/operations/operation.js";
import { parseOperation } from "../../../../../src/cluster/slurm/operations/parse.js";
import {
  createReservation,
  updateReservation,
} from "../../../../../src/cluster/slurm/operations/reservation.js";
import { Power } from "../../../../../src/cluster/slurm/power/node-states.js";
import type { Stage } from "./stage.js";

/** Does to a stage what an administrator did to the real cluster. */
export function operate(stage: Stage, command: string, epoch = 0): void {
  const { state } = stage;
  const operation = parseOperation(command);
  const moment = { now: state.now, epoch };
  const jobs = (names: readonly string[]) =>
    names.map((name) => stage.find(name)).filter((job): job is SlurmJob => job !== undefined);
  switch (operation.kind) {
    case "node-state":
      for (const name of operation.nodes) {
        const node = state.nodes.index(name);
        // A node that was set down by hand is back at its next registration, at once.
        if (operation.state === "DRAIN") state.nodes.drained.add(node);
        else if (operation.state === "RESUME") {
          state.nodes.drained.delete(node);
          state.nodes.up.add(node);
          if (stage.nodes.power[node] === Power.GoingDown) stage.nodes.power[node] = Power.Down;
        }
        stage.nodes.settle(node);
      }
      return;
    case "power":
    case "reboot":
    case "cancel-reboot":
      for (const name of operation.nodes) askOfNode(stage, state.nodes.index(name), operation);
      return;
    case "requeue":
      // Recorded of a job that was configuring: it waits again at once.
      for (const job of jobs(operation.jobs)) {
        stage.requeue(job);
        stage.back(job, state.now);
      }
      return;
    case "partition-state":
      state.partitions.find(({ name }) => name === operation.partition)!.state = operation.state;
      return;
    case "hold":
      for (const job of jobs(operation.jobs)) stage.hold(job, "JobHeldAdmin");
      return;
    case "release":
      for (const job of jobs(operation.jobs)) {
        job.reason = "None";
        stage.priorities.assign(job);
      }
      return;
    case "suspend":
      for (const job of jobs(operation.jobs)) {
        job.priority = 0;
        if (job.state !== SlurmJobState.Running) continue;
        stage.selector.suspend(job);
        stage.suspend(job);
      }
      return;
    case "resume":
      for (const job of jobs(operation.jobs)) {
        stage.selector.resume(job);
        stage.priorities.assign(job);
        stage.resume(job);
      }
      return;
    case "create-reservation": {
      const made = createReservation(state, operation.given, moment);
      if (typeof made !== "string") state.reservations.push(made);
      return;
    }
    case "update-reservation":
      updateReservation(state, operation.given, moment);
      return;
    case "delete-reservation":
      remove(stage, operation.name);
      return;
    default:
      throw new Error(`no recorded case has: ${command}`);
  }
}

/** What an administrator asks of a node: what comes of it is recorded. */
function askOfNode(
  stage: Stage,
  node: number,
  operation: Operation & { kind: "power" | "reboot" | "cancel-reboot" },
): void {
  const { nodes, downAfter } = stage;
  const { drained } = nodes.state.nodes;
  if (operation.kind === "cancel-reboot") {
    // It stays drained until its job has left it.
    nodes.comingBack.delete(node);
    stage.drainedUntilIdle.add(node);
  } else if (operation.kind === "reboot") {
    const { asap, nextState } = operation.request;
    if (asap) drained.add(node);
    if (asap && nextState === "RESUME") nodes.comingBack.add(node);
    if (nextState === "DOWN") downAfter.add(node);
  } else if (operation.to === "asap") drained.add(node);
  nodes.settle(node);
}

/** A reservation is gone; who waited for it waits for ever. */
export function remove(stage: Stage, name: string): void {
  const { reservations, pending } = stage.state;
  const index = reservations.findIndex((one) => one.name === name);
  if (index < 0) return;
  const [gone] = reservations.splice(index, 1);
  for (const job of pending)
    if (job.reservation === gone && job.priority > 0) stage.hold(job, `Reservation ${name} was deleted`);
}
