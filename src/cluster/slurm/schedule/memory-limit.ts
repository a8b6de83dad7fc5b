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
  return request.memPerNode <= maxMemPerNode;
}

function memoryPerCpu(job: SlurmJob, partition: Partition, state: SlurmState): number | undefined {
  const { memPerCpu, memPerNode } = job.request;
  if (memPerCpu !== undefined || memPerNode !== undefined) return memPerCpu;
  return partition.config.defMemPerCpu ?? state.config.defMemPerCpu;
}

/** CPUs that it needs on a node at least. */
function cpusOnNode(job: SlurmJob): number {
  const { request } = job;
  const tasks = request.ntasksPerNode || Math.ceil((request.ntasks || request.minNodes) / request.minNodes);
  return Math.max(request.minCpusPerNode, tasks * request.cpusPerTask);
}
