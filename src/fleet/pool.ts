/** Equal nodes, as a scenario describes them. */
export interface PoolSpec {
  name: string;
  nodes: number;
  /** Name of the GPU type in the catalogue; absent for nodes without GPUs. */
  gpu?: string;
  gpusPerNode: number;
  /** Cores per node. */
  cpus: number;
  /** Bytes per node; Infinity when memory is not to be counted. */
  memory: number;
  /** Names of its nodes in order. Default: name-0, name-1, … */
  nodeNames?: readonly string[];
  nodesPerRack?: number;
  /** Nodes that share one NVLink domain; 1 when the domain ends at the node. */
  nodesPerDomain?: number;
}

export interface Pool extends PoolSpec {
  readonly index: number;
  /** Number of its first node; its nodes follow one another. */
  readonly firstNode: number;
  /** One past its last node. */
  readonly endNode: number;
}

/** Numbers the nodes of pools one after another. */
export function layOut(specs: readonly PoolSpec[]): Pool[] {
  let firstNode = 0;
  return specs.map((spec, index) => {
    const pool = { ...spec, index, firstNode, endNode: firstNode + spec.nodes };
    firstNode = pool.endNode;
    return pool;
  });
}
