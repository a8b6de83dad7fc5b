import type { Association } from "../model/accounting.js";
import type { SlurmJob } from "../model/job.js";
import type { Selector } from "../model/parts.js";
import type { JobRequest } from "../model/request.js";
import type { SlurmState } from "../model/state.js";
import { partitionReason } from "../schedule/runnable.js";
import { baseSize } from "../select/choose/block.js";
import { parseConstraint } from "../select/features.js";
import { messages } from "./messages.js";
import { admittingPartitions } from "./partitions.js";

/**
 * Lets a submission in, or says why not in the words that sbatch prints (`_job_create` of `job_mgr.c`, 22.05). The limits
 * of QOS and associations are asked separately. Partitions that take no jobs now are struck from those it may run in.
 */
export function admit(job: SlurmJob, state: SlurmState, selector: Selector): string | undefined {
  const { request } = job;
  const named = badNodeNames(request, state) ?? badAccounts(job, state);
  if (named !== undefined) return named;
  const partitions = admittingPartitions(job, state);
  if (typeof partitions === "string") return partitions;
  job.partitions = partitions;
  if (!partitions.includes(job.partition)) job.partition = partitions[0]!;
  return (
    badTimeMin(job) ??
    badArray(job, state) ??
    badLicenses(request, state) ??
    badFeatures(request, state) ??
    badReservation(job, state) ??
    badSegment(request, state) ??
    badHardware(job, state, selector)
  );
}

function badNodeNames(request: JobRequest, { nodes }: SlurmState): string | undefined {
  if (request.nodelist.length > request.maxNodes)
    return `invalid number of nodes (-N ${request.nodelist.length}-${request.maxNodes})`;
  const unknown = [...request.nodelist, ...request.exclude].some((name) => nodes.index(name) < 0);
  return unknown ? messages.nodeName : undefined;
}

function badAccounts(job: SlurmJob, { config }: SlurmState): string | undefined {
  const { enforce } = config;
  if (enforce.associations && job.association === undefined) return messages.account;
  if (!enforce.qos || job.association === undefined) return undefined;
  if (job.qos === undefined) return messages.qos;
  const allowed = allowedQos(job.association);
  return allowed === undefined || allowed.includes(job.qos.name) ? undefined : messages.qos;
}

/** The QOS that an association may use: its own list, or that of the nearest ancestor which has one. */
function allowedQos(association: Association): readonly string[] | undefined {
  for (let one: Association | undefined = association; one !== undefined; one = one.parent)
    if (one.config.qos !== undefined) return one.config.qos;
  return undefined;
}

function badTimeMin({ timeMin, timeLimit }: SlurmJob): string | undefined {
  return timeLimit !== undefined && timeMin > timeLimit ? messages.timeMin : undefined;
}

function badArray({ tasksLeft }: SlurmJob, { config }: SlurmState): string | undefined {
  return tasksLeft.some((task) => task >= config.maxArraySize) ? messages.array : undefined;
}

function badLicenses({ licenses }: JobRequest, state: SlurmState): string | undefined {
  const known = licenses.every(({ name, count }) => count <= (state.licenses.get(name)?.total ?? -1));
  return known ? undefined : messages.licenses;
}

function badFeatures({ constraint }: JobRequest, { nodes }: SlurmState): string | undefined {
  return constraint !== "" && parseConstraint(constraint, nodes) === undefined
    ? messages.features
    : undefined;
}

function badReservation(job: SlurmJob, { associations }: SlurmState): string | undefined {
  if (job.request.reservation === "") return undefined;
  if (job.reservation === undefined) return messages.reservation;
  const { users, accounts, flags } = job.reservation;
  if (flags.has("TIME_FLOAT")) return messages.reservationAccess;
  if (users.length === 0 && accounts.length === 0) return undefined;
  const member =
    users.includes(job.user) ||
    accounts.includes(job.account) ||
    (associations.length === 0 && users.length === 0);
  return member ? undefined : messages.reservationAccess;
}

/** Segments of a block topology are parts of a job, all alike, and lie in a base block each. `eval_nodes_block`, 24.11. */
function badSegment({ segment, minNodes }: JobRequest, { config }: SlurmState): string | undefined {
  if (config.topology.type !== "block" || segment === 0) return undefined;
  const fits = minNodes % segment === 0 && segment <= baseSize(config.topology);
  return fits ? undefined : messages.topology;
}

/**
 * Could it run on idle nodes of any of its partitions? Where the partition's own limits keep it waiting, nobody asks.
 */
function badHardware(job: SlurmJob, state: SlurmState, selector: Selector): string | undefined {
  const waits = job.partitions.some(
    (partition) =>
      partitionReason(job, partition, state, false) !== "None" ||
      selector.possible(job, partition) === undefined,
  );
  return waits ? undefined : messages.nodeConfiguration;
}
