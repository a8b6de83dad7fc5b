import { InputError } from "../../../core/errors.js";
import { compressHostlist } from "../../../core/hostlist.js";
import { findGpu, type GpuType } from "../../../fleet/catalogue.js";
import type { PoolSpec } from "../../../fleet/pool.js";
import type { NodeLine, PartitionConfig, SlurmConfig } from "../model/config.js";

const MIB = 2 ** 20;
/** GPUs of a node are bits of a number. */
const MOST_GPUS = 31;

/** Which GPU of the fleet's catalogue a Gres type is: by type, or one for all. */
export type GpuNames = string | Readonly<Record<string, unknown>> | undefined;

/**
 * The fleet that the nodes of a configuration are: a pool for each line, in slurmctld's order of nodes. Memory counts
 * where SelectTypeParameters makes jobs consume it. Of several GPU types on a node the pool is said to have the first.
 *
 * @throws InputError for nodes with more GPUs than a pool may have, and GPU names that the catalogue lacks
 */
export function poolsOf(config: SlurmConfig, gpu: GpuNames, own: readonly GpuType[]): PoolSpec[] {
  const names = new Set<string>();
  return config.nodes.map((line) => {
    const gres = line.gres.filter(({ name }) => name === "gpu");
    const gpusPerNode = gres.reduce((sum, one) => sum + one.count, 0);
    if (gpusPerNode > MOST_GPUS)
      throw new InputError({
        code: "slurm/too-many-gpus",
        message: `${line.names[0]} has ${gpusPerNode} GPUs; ${MOST_GPUS} at most are simulated`,
        path: ["scheduler"],
      });
    const type = gres[0] === undefined ? undefined : gpuName(gres[0].type, gpu, own);
    if (type !== undefined) line.gpu = type;
    let name = compressHostlist(line.names);
    while (names.has(name)) name += "'";
    names.add(name);
    return {
      name,
      nodes: line.names.length,
      nodeNames: line.names,
      ...(type === undefined ? {} : { gpu: type }),
      gpusPerNode,
      cpus: line.cpus,
      memory: config.select.memory ? line.realMemory * MIB : Number.POSITIVE_INFINITY,
    };
  });
}

/** The catalogue's name of a Gres type; the type itself when the catalogue does not know it. */
function gpuName(type: string, gpu: GpuNames, own: readonly GpuType[]): string {
  const stated = typeof gpu === "string" ? gpu : gpu?.[type || "gpu"];
  if (stated !== undefined) {
    const path = ["scheduler", "gpu", ...(typeof gpu === "string" ? [] : [type || "gpu"])];
    return findGpu(String(stated), own, path).name;
  }
  try {
    return findGpu(type, own).name;
  } catch {
    return type || "gpu";
  }
}

/** Slurm's nodes for the pools of a fleet, in their order. */
export function nodesOf(pools: readonly PoolSpec[]): NodeLine[] {
  return pools.map((pool) => {
    const cpus = pool.cpus || Math.max(1, pool.gpusPerNode);
    return {
      names: nodeNames(pool),
      cpus,
      boards: 1,
      sockets: 1,
      coresPerSocket: cpus,
      threadsPerCore: 1,
      realMemory: Number.isFinite(pool.memory) ? Math.floor(pool.memory / MIB) : MIB * 1024,
      memSpecLimit: 0,
      coreSpecCount: 0,
      weight: 1,
      features: [pool.name],
      gres:
        pool.gpusPerNode > 0
          ? [{ name: "gpu", type: (pool.gpu ?? "").toLowerCase(), count: pool.gpusPerNode }]
          : [],
      state: "UP",
      ...(pool.gpu === undefined ? {} : { gpu: pool.gpu }),
    };
  });
}

export function nodeNames(pool: PoolSpec): string[] {
  return pool.nodeNames === undefined
    ? Array.from({ length: pool.nodes }, (_, i) => `${pool.name}-${i}`)
    : [...pool.nodeNames];
}

/** The partition of a cluster that names none: all nodes, no limits. */
export function onlyPartition(nodes: readonly NodeLine[]): PartitionConfig {
  return {
    name: "main",
    default: true,
    nodes: nodes.flatMap(({ names }) => names),
    state: "UP",
    maxTime: Number.POSITIVE_INFINITY,
    defaultTime: undefined,
    minNodes: 0,
    maxNodes: Number.POSITIVE_INFINITY,
    maxCpusPerNode: Number.POSITIVE_INFINITY,
    priorityJobFactor: 1,
    priorityTier: 1,
    preemptMode: undefined,
    graceTime: 0,
    overTimeLimit: undefined,
    overSubscribe: { mode: "NO", jobs: 1 },
    leastLoaded: false,
    exclusiveUser: false,
    powerDownOnIdle: false,
    qos: "",
    allowAccounts: undefined,
    denyAccounts: [],
    allowQos: undefined,
    denyQos: [],
    allowUsers: undefined,
    defCpuPerGpu: undefined,
    defMemPerGpu: undefined,
    defMemPerCpu: undefined,
    defMemPerNode: undefined,
    maxMemPerCpu: undefined,
    maxMemPerNode: undefined,
    tresBillingWeights: undefined,
  };
}
