import type { Controller } from "../controller/controller.js";
import type { SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import { setPriority } from "../priority/given.js";
import { changeNodes } from "./node-state.js";
import type { CancelFilter, JobChanges, Operation } from "./operation.js";
import { createReservation, updateReservation } from "./reservation.js";
import { updateDependencies } from "./update-dependencies.js";

/**
 * Does what an administrator or a user does at this moment. Returns Slurm's message when it is refused, of several jobs
 * the first.
 */
export function perform(operation: Operation, controller: Controller): string | undefined {
  if (operation.kind === "print") {
    const { parts, host } = controller;
    host.note(operation.command, () => parts.print(operation.what));
    return undefined;
  }
  let refused: string | undefined;
  const each = (names: readonly string[], act: (job: SlurmJob) => unknown) => {
    for (const name of names) {
      const jobs = controller.directory.named(name);
      if (jobs.length === 0) refused ??= `Invalid job id specified: ${name}`;
      for (const job of jobs) {
        const answer = act(job);
        if (typeof answer === "string") refused ??= answer;
      }
    }
  };
  switch (operation.kind) {
    case "node-state":
    case "power":
    case "reboot":
    case "cancel-reboot":
      changeNodes(controller, operation);
      break;
    case "partition-state": {
      const partition = controller.state.partitions.find(({ name }) => name === operation.partition);
      if (partition === undefined) refused = "Invalid partition name specified";
      else partition.state = operation.state;
      break;
    }
    case "hold":
      each(operation.jobs, (job) => holdJob(controller, job, operation.by));
      break;
    case "release":
      each(operation.jobs, (job) => releaseJob(controller, job));
      break;
    case "requeue":
      each(operation.jobs, (job) => {
        if (job.state === SlurmJobState.Running || job.state === SlurmJobState.Suspended)
          // Nothing has been launched that a credential could still be out for.
          controller.requeue(job, job.configuring ? controller.state.now : controller.afterCredential());
        if (operation.hold) holdJob(controller, job, "admin");
      });
      break;
    case "suspend":
      each(
        operation.jobs,
        (job) =>
          (job.state === SlurmJobState.Running || job.state === SlurmJobState.Suspended) &&
          !job.configuring &&
          controller.suspend(job),
      );
      break;
    case "resume":
      each(operation.jobs, (job) => job.state === SlurmJobState.Suspended && controller.resume(job));
      break;
    case "update-job":
      each(operation.jobs, (job) => updateJob(controller, job, operation.changes));
      break;
    case "cancel":
      for (const job of chosen(controller, operation.filter)) controller.cancel(job);
      break;
    case "create-reservation": {
      const made = createReservation(controller.state, operation.given, controller.moment);
      if (typeof made === "string") refused = made;
      else controller.reservations.add(made);
      break;
    }
    case "update-reservation":
      refused = updateReservation(controller.state, operation.given, controller.moment);
      controller.reservations.changed();
      break;
    case "delete-reservation":
      controller.reservations.delete(operation.name);
      break;
  }
  controller.queue();
  return refused;
}

function holdJob(controller: Controller, job: SlurmJob, by: "user" | "admin"): void {
  if (job.state !== SlurmJobState.Pending) return;
  job.heldBy = by;
  job.eligibleTime = -1;
  controller.parts.limits.unaccrue(job);
  controller.hold(job, by === "user" ? "JobHeldUser" : "JobHeldAdmin");
}

function releaseJob(controller: Controller, job: SlurmJob): void {
  if (job.priority !== 0) return;
  job.heldBy = undefined;
  job.priorityGiven = false;
  controller.reason(job, "None");
  controller.parts.priorities.assign(job);
}

function updateJob(controller: Controller, job: SlurmJob, changes: JobChanges): string | undefined {
  const { state, parts } = controller;
  if (changes.timeLimit !== undefined) {
    const running = job.state === SlurmJobState.Running;
    if (running) parts.limits.altered(job, changes.timeLimit);
    job.timeLimit = changes.timeLimit;
    if (running) {
      job.endTime = job.startTime + 60 * changes.timeLimit;
      controller.endMoved(job);
    }
  }
  const refused =
    changes.dependencies === undefined
      ? undefined
      : updateDependencies(controller, job, changes.dependencies);
  if (job.state !== SlurmJobState.Pending) return refused;
  if (changes.nice !== undefined) {
    if (state.config.priority.type === "basic")
      job.priority = Math.max(job.priority + job.nice - changes.nice, 2);
    job.nice = changes.nice;
  }
  if (changes.partitions !== undefined || changes.qos !== undefined) moveJob(controller, job, changes);
  if (job.priority > 0) parts.priorities.assign(job);
  if (changes.priority !== undefined) setPriority(job, changes.priority);
  return refused;
}

/** Its QOS or partitions change: it counts elsewhere, and its age begins to count when its turn is looked at again. */
function moveJob({ state, parts }: Controller, job: SlurmJob, changes: JobChanges): void {
  parts.limits.unaccrue(job);
  parts.limits.withdrawn(job);
  const partitions = changes.partitions?.flatMap(
    (name) => state.partitions.find((partition) => partition.name === name) ?? [],
  );
  if (partitions !== undefined && partitions.length > 0) {
    job.partitions = partitions;
    job.partition = partitions[0]!;
  }
  if (changes.qos !== undefined) job.qos = state.qos.get(changes.qos) ?? job.qos;
  parts.limits.submitted(job);
}

/** Whom a scancel means. */
function chosen(controller: Controller, filter: CancelFilter): SlurmJob[] {
  const { directory, state } = controller;
  const jobs =
    filter.jobs.length > 0
      ? filter.jobs.flatMap((name) => directory.named(name))
      : [...state.pending, ...state.running];
  const states = {
    PENDING: SlurmJobState.Pending,
    RUNNING: SlurmJobState.Running,
    SUSPENDED: SlurmJobState.Suspended,
  };
  return jobs.filter(
    (job) =>
      job.state !== SlurmJobState.Ended &&
      (filter.state === undefined || job.state === states[filter.state]) &&
      (filter.user === undefined || job.user === filter.user) &&
      (filter.name === undefined || job.name === filter.name) &&
      (filter.account === undefined || job.account === filter.account) &&
      (filter.qos === undefined || job.qos?.name === filter.qos) &&
      (filter.partition === undefined || job.partitions.some(({ name }) => name === filter.partition)) &&
      (filter.reservation === undefined || job.reservation?.name === filter.reservation),
  );
}
