import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";

/**
 * Does it ask for no more memory than MaxMemPerNode or MaxMemPerCPU lets it have? A partition's own limit replaces the
 * cluster's. Requests per CPU are compared with a limit per node by the CPUs that it must have on a node.
 *
 * `_valid_pn_min_mem` of src/slurmctld/job_mgr.c, 22.05.
 */
export function memoryAdmitted(job: SlurmJob, partition: Partition, state: SlurmState): boolean {
  const { config } = partition;
  const own = config.maxMemPerNode !== undefined || config.maxMemPerCpu !== undefined;
  const { maxMemPerNode, maxMemPerCpu } = own ? config : state.config;
  if (maxMemPerNode === undefined && maxMemPerCpu === undefined) return true;
  const { request } = job;
  const perCpu = memoryPerCpu(job, partition, state);
  if (perCpu !== undefined) {
    // Above a limit per CPU it gets more CPUs instead.
    if (maxMemPerNode === undefined) return true;
    return perCpu * cpusOnNode(job) <= maxMemPerNode;
  }
  if (maxMemPerNode === undefined || request.memPerNode === undefined) return true;
  // 0 asks for all that a node has.
  return (request.memPerNode || largestMemory(partition, state)) <= maxMemPerNode;
}

function memoryPerCpu(job: SlurmJob, partition: Partition, state: SlurmState): number | undefined {
  const { memPerCpu, memPerNode } = job.request;
  if (memPerCpu !== undefined || memPerNode !== undefined) return memPerCpu;
  return partition.config.defMemPerCpu ?? state.config.defMemPerCpu;
}

function largestMemory(partition: Partition, { nodes }: SlurmState): number {
  let most = 0;
  for (let node = partition.nodes.next(0); node >= 0; node = partition.nodes.next(node + 1))
    most = Math.max(most, nodes.memory[node]!);
  return most;
}

/** CPUs that it needs on a node at least: tasks without --ntasks-per-node count for one [run, o-memory-defaults]. */
function cpusOnNode({ request }: SlurmJob): number {
  return Math.max(request.minCpusPerNode, Math.max(request.ntasksPerNode, 1) * request.cpusPerTask);
}
