import type { SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import type { Submission } from "../model/submission.js";

/** A job as it reaches the controller: its submission, and what only the trace says of it. */
export interface Arrival {
  /** The cluster's number of it. */
  host: number;
  /** Its name in the trace, by which dependencies call it. */
  name: string;
  submission: Submission;
  user: string;
  /** What the trace says where the submission does not; empty for the default. */
  account: string;
  qos: string;
  partition: string;
  /** Minutes; undefined when the trace does not say. */
  timeLimit: number | undefined;
  /** Name of the array or heterogeneous job; empty when it stands alone. */
  group: string;
  /** Task number, or -1 minus the component's offset. */
  member: number;
}

/** The partitions that a job names, the default one when it names none; undefined when one does not exist. */
export function partitionsOf(arrival: Arrival, state: SlurmState): readonly Partition[] | undefined {
  const { partitions } = arrival.submission;
  const names = partitions.length > 0 ? partitions : arrival.partition === "" ? [] : [arrival.partition];
  if (names.length === 0)
    return (state.partitions.find((p) => p.config.default) ?? state.partitions[0]!).alone;
  const found = names.map((name) => state.partitions.find((partition) => partition.name === name));
  if (found.every((partition) => partition !== undefined))
    return found.length === 1 ? found[0]!.alone : found;
  // Queues of a trace from elsewhere all mean the only partition there is.
  return partitions.length === 0 && state.partitions.length === 1 ? state.partitions[0]!.alone : undefined;
}

/** A new record of slurmctld, pending and looked at by nobody. */
export function newRecord(
  id: number,
  arrival: Arrival,
  partitions: readonly Partition[],
  state: SlurmState,
): SlurmJob {
  const { submission } = arrival;
  const { now, config } = state;
  const at = (when: Submission["begin"]) =>
    when === undefined ? undefined : "after" in when ? now + when.after : when.at;
  return {
    // What passes and the decay thread read of all jobs lies together.
    id,
    state: SlurmJobState.Pending,
    reason: "None",
    startTime: -1,
    endTime: -1,
    allocation: undefined,
    priority: 0,
    priorityGiven: false,
    agedFor: undefined,
    sizedFor: 0,
    accrueTime: -1,
    totalCpus: 0,
    nice: submission.nice,
    siteFactor: 0,
    association: undefined,
    qos: undefined,
    partition: partitions[0]!,
    partitions,
    priorities: undefined,
    host: arrival.host,
    label: arrival.group || arrival.name,
    name: submission.name || arrival.name,
    request: submission.request,
    user: arrival.user,
    account: submission.account || arrival.account,
    timeLimit: submission.timeLimit ?? arrival.timeLimit,
    timeMin: submission.timeMin,
    submitTime: now,
    beginTime: at(submission.begin) ?? 0,
    eligibleTime: -1,
    deadline: at(submission.deadline) ?? Number.POSITIVE_INFINITY,
    configuring: false,
    preSuspended: 0,
    suspendTime: -1,
    preemptTime: -1,
    preemptInProgressUntil: -1,
    restarts: 0,
    finished: undefined,
    exitCode: 0,
    requeue: submission.requeue ?? config.jobRequeue,
    heldBy: undefined,
    dependencies: [],
    killOnInvalidDependency:
      submission.killOnInvalidDependency ?? config.scheduler.parameters.kill_invalid_depend,
    array: undefined,
    task: -1,
    tasksLeft: [],
    hostsLeft: [],
    het: undefined,
    hetOffset: 0,
    reservation: undefined,
    expectedStart: -1,
    plannedNodes: undefined,
  };
}
