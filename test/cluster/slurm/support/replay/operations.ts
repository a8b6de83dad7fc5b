import type { SlurmJob } from "../../../../../src/cluster/slurm/model/job.js";
import { parseOperation } from "../../../../../src/cluster/slurm/operations/parse.js";
import {
  createReservation,
  updateReservation,
} from "../../../../../src/cluster/slurm/operations/reservation.js";
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
        }
        stage.nodes.settle(node);
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

/** A reservation is gone; who waited for it waits for ever. */
export function remove(stage: Stage, name: string): void {
  const { reservations, pending } = stage.state;
  const index = reservations.findIndex((one) => one.name === name);
  if (index < 0) return;
  const [gone] = reservations.splice(index, 1);
  for (const job of pending)
    if (job.reservation === gone && job.priority > 0) stage.hold(job, `Reservation ${name} was deleted`);
}
