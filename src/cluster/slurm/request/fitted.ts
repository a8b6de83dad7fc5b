import type { SlurmConfig } from "../model/config.js";
import type { Partition } from "../model/partition.js";
import type { GresRequest, JobRequest } from "../model/request.js";
import type { SlurmState } from "../model/state.js";

/** The CPUs and the memory that a request comes to in one partition, with defaults and limits put in. */
export interface Fitted {
  /** Is it within MaxMemPerNode and MaxMemPerCPU? */
  readonly admitted: boolean;
  readonly cpusPerTask: number;
  /** CPUs of the whole job at least. */
  readonly minCpus: number;
  /** CPUs on each node at least. */
  readonly minCpusPerNode: number;
  /** MiB; 0 is all of the node's. */
  readonly memory: number;
  readonly memoryPerCpu: boolean;
  /** CPUs and MiB that each GPU brings with it; 0 none. */
  readonly cpusPerGpu: number;
  readonly memoryPerGpu: number;
  /** The memory is that of its GPUs, and `memory` is not asked. */
  readonly memoryByGpu: boolean;
}

/**
 * Fits a request to a partition, whose own defaults and limits replace the cluster's. A job above a limit per CPU gets
 * more CPUs instead. Memory by GPU counts only where the job names none by node or CPU.
 *
 * `job_limits_check` and `_valid_pn_min_mem` of src/slurmctld/job_mgr.c, `_set_gpu_defaults` of cons_common/job_test.c, 22.05.
 */
export function fitTo(request: JobRequest, partition: Partition, state: SlurmState): Fitted {
  const ofPartition = known.get(partition) ?? new WeakMap<JobRequest, Fitted>();
  known.set(partition, ofPartition);
  const fitted = ofPartition.get(request) ?? work(request, partition, state);
  ofPartition.set(request, fitted);
  return fitted;
}

/** Worked out once: jobs share requests, and what partitions are configured to be does not change. */
const known = new WeakMap<Partition, WeakMap<JobRequest, Fitted>>();

function work(request: JobRequest, partition: Partition, state: SlurmState): Fitted {
  const memorySet = request.memPerCpu !== undefined || request.memPerNode !== undefined;
  const fitted = {
    admitted: true,
    cpusPerTask: Math.max(request.cpusPerTask, 1),
    minCpus: Math.max(request.minCpus, 1),
    // Of the CPUs per task that were asked for: more of them do not raise it.
    minCpusPerNode: Math.max(
      request.minCpusPerNode,
      Math.max(request.cpusPerTask, 1) * Math.max(request.ntasksPerNode, 1),
    ),
    ...askedMemory(request, partition.config, state.config),
    ...perGpu(request, partition.config, state.config),
    memoryByGpu: false,
  };
  limitMemory(fitted, request, partition, state);
  const perTask = Math.max(0, ...request.gres.filter(isGpu).map((gres) => gres.perTask));
  fitted.cpusPerTask = Math.max(fitted.cpusPerTask, perTask * fitted.cpusPerGpu);
  fitted.memoryByGpu = !memorySet && fitted.memoryPerGpu > 0;
  return fitted;
}

type Draft = { -readonly [K in keyof Fitted]: Fitted[K] };
type Defaults = Pick<SlurmConfig, "defMemPerCpu" | "defMemPerNode" | "defCpuPerGpu" | "defMemPerGpu">;

/** Its own, else the partition's default, else the cluster's, else all. */
function askedMemory(
  { memPerCpu, memPerNode }: JobRequest,
  ...defaults: readonly Defaults[]
): { memory: number; memoryPerCpu: boolean } {
  if (memPerCpu !== undefined) return { memory: memPerCpu, memoryPerCpu: memPerCpu > 0 };
  if (memPerNode !== undefined) return { memory: memPerNode, memoryPerCpu: false };
  for (const { defMemPerCpu, defMemPerNode } of defaults) {
    if (defMemPerCpu) return { memory: finite(defMemPerCpu), memoryPerCpu: Number.isFinite(defMemPerCpu) };
    if (defMemPerNode) return { memory: finite(defMemPerNode), memoryPerCpu: false };
  }
  return { memory: 0, memoryPerCpu: false };
}

function finite(size: number): number {
  return Number.isFinite(size) ? size : 0;
}

/** Whoever says --cpus-per-task gets no CPUs by GPU. */
function perGpu(request: JobRequest, own: Defaults, cluster: Defaults) {
  if (!request.gres.some(isGpu)) return { cpusPerGpu: 0, memoryPerGpu: 0 };
  const cpus = request.cpusPerTaskGiven ? 0 : (own.defCpuPerGpu ?? cluster.defCpuPerGpu ?? 0);
  return {
    cpusPerGpu: request.cpusPerGpu || cpus,
    memoryPerGpu: request.memPerGpu || (own.defMemPerGpu ?? cluster.defMemPerGpu ?? 0),
  };
}

function isGpu({ name }: GresRequest): boolean {
  return name === "gpu";
}

function limitMemory(fitted: Draft, request: JobRequest, partition: Partition, state: SlurmState): void {
  const { config } = partition;
  const own = config.maxMemPerNode !== undefined || config.maxMemPerCpu !== undefined;
  const { maxMemPerNode, maxMemPerCpu } = own ? config : state.config;
  if (maxMemPerCpu !== undefined && fitted.memoryPerCpu) spread(fitted, request, maxMemPerCpu);
  else if (maxMemPerCpu !== undefined) raiseCpus(fitted, request, partition, state, maxMemPerCpu);
  else if (maxMemPerNode !== undefined && fitted.memoryPerCpu)
    fitted.admitted = fitted.memory * cpusOnNode(fitted, request, partition, state) <= maxMemPerNode;
  else if (maxMemPerNode !== undefined)
    fitted.admitted = (fitted.memory || memoryOfNode(partition, state)) <= maxMemPerNode;
}

/** Memory per CPU above the limit per CPU: over as many more CPUs as it takes. */
function spread(fitted: Draft, request: JobRequest, most: number): void {
  if (fitted.memory <= most) return;
  const times = Math.ceil(fitted.memory / most);
  fitted.cpusPerTask *= times;
  fitted.memory = Math.ceil(fitted.memory / times);
  const tasks = request.ntasks || request.minNodes * request.ntasksPerNode;
  if (tasks > 0) fitted.minCpus = tasks * fitted.cpusPerTask;
  else fitted.minCpusPerNode = fitted.cpusPerTask;
}

/** Memory per node with a limit per CPU: at least the CPUs that may have so much. */
function raiseCpus(
  fitted: Draft,
  request: JobRequest,
  partition: Partition,
  state: SlurmState,
  most: number,
): void {
  const memory = fitted.memory || memoryOfNode(partition, state);
  const cpus = Math.ceil(memory / most);
  let onNode = cpusOnNode(fitted, request, partition, state);
  if (fitted.minCpusPerNode < cpus) {
    fitted.minCpusPerNode = cpus;
    onNode = Math.max(onNode, cpus);
    if (request.ntasksPerNode > 0) fitted.cpusPerTask = Math.ceil(cpus / request.ntasksPerNode);
  }
  fitted.admitted = memory <= most * onNode;
}

/** CPUs that it needs on a node at least; all of the partition's first node if nobody else may be there. */
function cpusOnNode(fitted: Draft, request: JobRequest, partition: Partition, { nodes }: SlurmState): number {
  if (request.exclusive || partition.config.overSubscribe.mode === "EXCLUSIVE") {
    const first = partition.nodes.next(0);
    return first < 0 ? 0 : nodes.cpus[first]!;
  }
  let tasks = Math.max(request.ntasksPerNode, 1);
  if (request.ntasks > 0 && Number.isFinite(request.maxNodes))
    tasks = Math.max(tasks, Math.ceil(request.ntasks / request.maxNodes));
  return Math.max(fitted.minCpusPerNode, tasks * fitted.cpusPerTask);
}

/** 0 asks for all that the partition's first node has. */
function memoryOfNode(partition: Partition, { nodes }: SlurmState): number {
  const first = partition.nodes.next(0);
  return first < 0 ? 0 : nodes.memory[first]!;
}
