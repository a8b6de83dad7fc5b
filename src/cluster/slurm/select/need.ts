import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { GresRequest } from "../model/request.js";
import type { SlurmState } from "../model/state.js";

/** How a job shares nodes: `node_cr_state` of the select plugin. */
export const Sharing = {
  /** Its cores may hold other jobs that share. */
  Available: 0,
  /** Its cores are its own. */
  OneRow: 1,
  /** Nobody else on its nodes (partition with OverSubscribe=EXCLUSIVE). */
  Reserved: 64,
} as const;
export type Sharing = (typeof Sharing)[keyof typeof Sharing];

/** What a job asks of the nodes of one partition, with the partition's limits and defaults put in. */
export interface Need {
  readonly partition: Partition;
  readonly minNodes: number;
  readonly maxNodes: number;
  /** How many it takes when it can: the maximum, unless a number of tasks was given. */
  readonly reqNodes: number;
  readonly ntasks: number;
  readonly ntasksPerNode: number;
  readonly ntasksPerSocket: number;
  readonly ntasksPerCore: number;
  readonly cpusPerTask: number;
  readonly minCpus: number;
  /** On each node. */
  readonly minCpusPerNode: number;
  /** All of each node (--exclusive, or the partition is). */
  readonly whole: boolean;
  /** Only where no other job is; a partition that forces sharing puts even --exclusive jobs beside others. */
  readonly alone: boolean;
  readonly sharing: Sharing;
  /** The same without sharing cores, when it may share them: what backfill tries first. */
  readonly unshared?: Need;
  /** Only its user's jobs beside it. */
  readonly ownUser: boolean;
  /** MiB; 0 is all of the node's. */
  readonly memory: number;
  readonly memoryPerCpu: boolean;
  readonly memoryPerGpu: number;
  readonly gres: readonly GresRequest[];
  /** Some GRES is asked for as a total. */
  readonly gresPerJob: boolean;
  readonly cpusPerGpu: number;
  /** CPUs that the GPUs of one node bring with them. */
  readonly minGresCpus: number;
  readonly contiguous: boolean;
  readonly spread: boolean;
  readonly leastLoaded: boolean;
  readonly switches: number;
  readonly segment: number;
  readonly partitionCpusPerNode: number;
}

const unlimitedNodes = 500_000;

/** What a job needs in a partition. */
export function buildNeed(state: SlurmState, job: SlurmJob, partition: Partition): Need {
  const need = needOf(state, job, partition);
  const choosesToShare = need.sharing === Sharing.Available && partition.config.overSubscribe.mode === "YES";
  return choosesToShare ? { ...need, unshared: { ...need, sharing: Sharing.OneRow } } : need;
}

function needOf(state: SlurmState, job: SlurmJob, partition: Partition): Need {
  const { request } = job;
  const { config } = state;
  const limits = partition.config;
  const qosIgnores = (flag: "PartitionMinNodes" | "PartitionMaxNodes") =>
    job.qos?.config.flags.includes(flag) === true;
  const minNodes = Math.max(request.minNodes, qosIgnores("PartitionMinNodes") ? 0 : limits.minNodes, 1);
  // Every node gets at least one of the GRES that the job shares out.
  const shared = Math.min(...request.gres.map((gres) => gres.perJob || Number.POSITIVE_INFINITY));
  const asked = Number.isFinite(request.maxNodes) ? request.maxNodes : unlimitedNodes;
  const maxNodes = Math.min(
    asked,
    shared,
    qosIgnores("PartitionMaxNodes") ? unlimitedNodes : limits.maxNodes,
  );
  const tasksGiven = request.ntasks > 0;
  const share = limits.overSubscribe;
  const sharing =
    share.mode === "EXCLUSIVE"
      ? Sharing.Reserved
      : share.mode === "FORCE" || (share.mode === "YES" && share.jobs > 1 && request.overSubscribe)
        ? Sharing.Available
        : Sharing.OneRow;
  const memory = memoryOf(state, job, partition);
  const perNodeGpus = request.gres.reduce((sum, g) => sum + (g.name === "gpu" ? g.perNode : 0), 0);
  const cpusPerTask = Math.max(request.cpusPerTask, 1);
  return {
    partition,
    minNodes,
    maxNodes,
    reqNodes: !tasksGiven && request.nodesGiven && Number.isFinite(request.maxNodes) ? maxNodes : minNodes,
    ntasks: request.ntasks,
    ntasksPerNode: request.ntasksPerNode,
    ntasksPerSocket: request.ntasksPerSocket,
    ntasksPerCore: request.ntasksPerCore || (config.select.oneTaskPerCore ? 1 : 0),
    cpusPerTask,
    minCpus: Math.max(request.minCpus, 1),
    minCpusPerNode: Math.max(request.minCpusPerNode, cpusPerTask * Math.max(request.ntasksPerNode, 1)),
    whole: request.exclusive || sharing === Sharing.Reserved,
    alone: sharing === Sharing.Reserved || (request.exclusive && !(share.mode === "FORCE" && share.jobs > 1)),
    sharing,
    ownUser: request.exclusiveUser || limits.exclusiveUser,
    ...memory,
    gres: request.gres,
    gresPerJob: request.gres.some((g) => g.perJob > 0),
    cpusPerGpu: request.cpusPerGpu,
    minGresCpus: request.cpusPerGpu * perNodeGpus,
    contiguous: request.contiguous,
    spread: request.spread,
    leastLoaded: config.select.leastLoaded || limits.leastLoaded,
    switches: request.switches.count,
    segment: request.segment,
    partitionCpusPerNode: limits.maxCpusPerNode,
  };
}

/** The job's own memory, else the partition's default, else the cluster's, else all. */
function memoryOf(
  state: SlurmState,
  job: SlurmJob,
  partition: Partition,
): { memory: number; memoryPerCpu: boolean; memoryPerGpu: number } {
  const { request } = job;
  if (request.memPerGpu !== undefined)
    return { memory: 0, memoryPerCpu: false, memoryPerGpu: request.memPerGpu };
  if (request.memPerCpu !== undefined)
    return { memory: request.memPerCpu, memoryPerCpu: request.memPerCpu > 0, memoryPerGpu: 0 };
  if (request.memPerNode !== undefined)
    return { memory: request.memPerNode, memoryPerCpu: false, memoryPerGpu: 0 };
  for (const { defMemPerCpu, defMemPerNode } of [partition.config, state.config]) {
    if (defMemPerCpu) return { memory: defMemPerCpu, memoryPerCpu: true, memoryPerGpu: 0 };
    if (defMemPerNode) return { memory: defMemPerNode, memoryPerCpu: false, memoryPerGpu: 0 };
  }
  return { memory: 0, memoryPerCpu: false, memoryPerGpu: 0 };
}
