import type { SlurmJob } from "../model/job.js";
import { setPriority } from "../priority/given.js";
import { Due } from "./agenda.js";
import type { Controller } from "./controller.js";
import { Accounts } from "./identify.js";
import { type Arrival, newRecord, partitionsOf } from "./record.js";

/** Takes jobs in, or refuses them as sbatch would have been refused. */
export class Intake {
  readonly #accounts: Accounts;
  readonly #arrived: Arrival[] = [];
  #nextId = 1;

  constructor(readonly controller: Controller) {
    this.#accounts = new Accounts(controller.state);
  }

  takeId(): number {
    return this.#nextId++;
  }

  /** Jobs that arrive at one instant are taken in together, for the tasks of an array are one submission. */
  add(arrival: Arrival): void {
    this.#arrived.push(arrival);
  }

  takeIn(): void {
    const arrived = this.#arrived.splice(0);
    for (let i = 0; i < arrived.length; ) {
      const first = arrived[i]!;
      const from = i++;
      if (isTask(first)) while (i < arrived.length && arrived[i]!.group === first.group) i++;
      const tasks = arrived.slice(from, i);
      const refused = this.#submit(first, tasks);
      if (refused !== undefined) for (const { host } of tasks) this.controller.host.withdraw(host, refused);
    }
  }

  /** Returns Slurm's message when the job is refused. */
  #submit(arrival: Arrival, tasks: readonly Arrival[]): string | undefined {
    const { controller } = this;
    const { state, directory, parts } = controller;
    const partitions = partitionsOf(arrival, state);
    if (partitions === undefined) return "Invalid partition name specified";
    const job = newRecord(this.takeId(), arrival, partitions, state);
    job.association = this.#accounts.association(job.user, job.account, job.partition.name);
    if (job.association !== undefined) job.account = job.association.account;
    job.qos = this.#accounts.qos(arrival.submission.qos || arrival.qos, job.association);
    job.dependencies = directory.resolve(arrival.submission.dependencies);
    job.reservation = state.reservations.find(({ name }) => name === job.request.reservation);
    controller.reservations.replaceIn(job.reservation);
    if (isTask(arrival)) makeArray(job, tasks);
    const refused = parts.admit(job);
    if (refused !== undefined) return refused;
    const { reject, timeLimit } = parts.limits.submit(job);
    if (reject !== undefined) return reject;
    if (timeLimit !== undefined) job.timeLimit = timeLimit;
    if (arrival.group !== "" && arrival.member < 0) this.#joinHet(job, arrival);
    directory.enter(job);
    for (const { host } of tasks) directory.know(host, job);
    controller.delayed.added(job);
    parts.limits.submitted(job);
    parts.priorities.assign(job);
    this.#hold(job, arrival);
    parts.firstLook(job);
    controller.tellReason(job);
    if (job.beginTime > state.now) controller.agenda.at(job.beginTime, Due.Eligible);
    controller.queue();
    return undefined;
  }

  #hold(job: SlurmJob, { submission }: Arrival): void {
    if (submission.priority !== undefined) setPriority(job, submission.priority);
    if (!submission.hold && submission.priority !== 0) return;
    job.priority = 0;
    job.heldBy = "user";
    job.reason = "JobHeldUser";
  }

  #joinHet(job: SlurmJob, { group, member }: Arrival): void {
    job.hetOffset = -1 - member;
    job.het = this.controller.directory.byLabel(group)?.het ?? { id: job.id, components: [] };
    job.het.components.push(job);
  }
}

function isTask({ group, member }: Arrival): boolean {
  return group !== "" && member >= 0;
}

/** The record becomes an array's head, which stands for all its tasks until they are split off. */
function makeArray(job: SlurmJob, tasks: readonly Arrival[]): void {
  const ordered = [...tasks].sort((a, b) => a.member - b.member);
  job.host = -1;
  job.tasksLeft = ordered.map(({ member }) => member);
  job.hostsLeft = ordered.map(({ host }) => host);
  job.array = {
    id: job.id,
    maxRunning: tasks[0]!.submission.array?.maxRunning ?? Number.POSITIVE_INFINITY,
    running: 0,
    unfinished: tasks.length,
    failed: 0,
    records: [job],
  };
}
