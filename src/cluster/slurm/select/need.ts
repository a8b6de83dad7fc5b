import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { GresRequest, JobRequest } from "../model/request.js";
import type { SlurmState } from "../model/state.js";
import { fitTo } from "../request/fitted.js";

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
  /** MiB of each GPU, which a node must have left; 0 none. */
  readonly memoryPerGpu: number;
  /** It holds the memory of its GPUs and nothing else. */
  readonly memoryByGpu: boolean;
  readonly gres: readonly GresRequest[];
  /** Some GRES is asked for as a total. */
  readonly gresPerJob: boolean;
  readonly cpusPerGpu: number;
  /** CPUs that the GPUs of one node bring with them, at least. */
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
  const gres = request.gres.map((one) => inAll(one, request.ntasks));
  // Every node gets at least one of the GRES that the job shares out.
  const shared = Math.min(...gres.map((gres) => gres.perJob || Number.POSITIVE_INFINITY));
  const asked = Number.isFinite(request.maxNodes) ? request.maxNodes : unlimitedNodes;
  const maxNodes = Math.min(
    asked,
    shared,
    // No node without a task.
    request.ntasks > 0 ? Math.max(request.ntasks, minNodes) : unlimitedNodes,
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
  const fitted = fitTo(request, partition, state);
  const { cpusPerTask, cpusPerGpu, minCpus } = fitted;
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
    minCpus,
    minCpusPerNode: fitted.minCpusPerNode,
    whole: request.exclusive || sharing === Sharing.Reserved,
    alone: sharing === Sharing.Reserved || (request.exclusive && !(share.mode === "FORCE" && share.jobs > 1)),
    sharing,
    ownUser: request.exclusiveUser || limits.exclusiveUser,
    memory: fitted.memory,
    memoryPerCpu: fitted.memoryPerCpu,
    memoryPerGpu: fitted.memoryPerGpu,
    memoryByGpu: fitted.memoryByGpu,
    gres,
    gresPerJob: gres.some((g) => g.perJob > 0),
    cpusPerGpu,
    minGresCpus: cpusPerGpu * gpusOfNode(request),
    contiguous: request.contiguous,
    spread: request.spread,
    leastLoaded: config.select.leastLoaded || limits.leastLoaded,
    switches: request.switches.count,
    segment: request.segment,
    partitionCpusPerNode: limits.maxCpusPerNode,
  };
}

/** So many for each task of a known number is so many for the job. `gres_job_state_validate`. */
function inAll(one: GresRequest, ntasks: number): GresRequest {
  return one.perTask > 0 && one.perJob === 0 ? { ...one, perJob: one.perTask * ntasks } : one;
}

/** GPUs of one node at least. `gres_select_util_job_min_cpu_node`. */
function gpusOfNode({ gres, ntasksPerNode }: JobRequest): number {
  const { perNode, perSocket, perTask, any } = gpuCounts(gres);
  if (perNode > 0) return perNode;
  if (perSocket > 0) return perSocket;
  return perTask > 0 ? perTask * ntasksPerNode : any;
}

/** CPUs that the GPUs of a job on so many nodes bring with them. `gres_select_util_job_min_cpus`. */
export function gresCpus({ gres, cpusPerGpu, ntasks }: Need, nodes: number, tasks = ntasks): number {
  if (cpusPerGpu === 0) return 0;
  const { perJob, perNode, perSocket, perTask } = gpuCounts(gres);
  return cpusPerGpu * (perJob || perNode * nodes || perSocket * nodes || perTask * tasks);
}

/** GPUs of all types together. */
function gpuCounts(gres: readonly GresRequest[]) {
  const sum = { perJob: 0, perNode: 0, perSocket: 0, perTask: 0, any: 0 };
  for (const one of gres) {
    if (one.name !== "gpu") continue;
    sum.perJob += one.perJob;
    sum.perNode += one.perNode;
    sum.perSocket += one.perSocket;
    sum.perTask += one.perTask;
    sum.any = 1;
  }
  return sum;
}
