import { BitSet } from "../core/bitset.js";
import { InvariantError } from "../core/errors.js";
import { Allocations } from "./allocations.js";
import type { Placement } from "./placement.js";

/** A GPU mask is one 32-bit word. */
export const MOST_GPUS_PER_NODE = 31;

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

/**
 * What there is and who holds what, by node and GPU index. Every hand-out and return is checked: a GPU cannot be given
 * twice or freed twice. All changes cost O(nodes touched).
 */
export class Fleet {
  readonly pools: readonly Pool[];
  readonly nodes: number;
  /** Capacity. */
  readonly gpus: number;
  readonly cpus: number;

  /** By node: what is free now. */
  readonly freeGpus: Int32Array;
  readonly freeCpus: Int32Array;
  readonly freeMemory: Float64Array;
  /** By node: the free GPUs, a bit each. */
  readonly gpuMask: Int32Array;
  readonly poolOf: Int32Array;
  readonly rackOf: Int32Array;
  readonly domainOf: Int32Array;

  /** By pool: what is free now. */
  readonly poolFreeGpus: Int32Array;
  readonly poolFreeCpus: Int32Array;
  /** By pool: nodes that hold no job at all. */
  readonly poolIdleNodes: Int32Array;

  readonly allocations = new Allocations();
  /** Nodes without any job. */
  readonly idle: BitSet;
  /** Nodes with a free core. */
  readonly withCpu: BitSet;
  /** `withGpus[g]`: nodes with at least g free GPUs. */
  readonly withGpus: readonly BitSet[];
  /** By node: jobs on it. */
  readonly #tenants: Int32Array;

  constructor(specs: readonly PoolSpec[]) {
    let firstNode = 0;
    this.pools = specs.map((spec, index) => {
      const pool = { ...spec, index, firstNode, endNode: firstNode + spec.nodes };
      firstNode = pool.endNode;
      return pool;
    });
    const nodes = firstNode;
    this.nodes = nodes;
    this.gpus = specs.reduce((sum, p) => sum + p.nodes * p.gpusPerNode, 0);
    this.cpus = specs.reduce((sum, p) => sum + p.nodes * p.cpus, 0);
    this.freeGpus = new Int32Array(nodes);
    this.freeCpus = new Int32Array(nodes);
    this.freeMemory = new Float64Array(nodes);
    this.gpuMask = new Int32Array(nodes);
    this.poolOf = new Int32Array(nodes);
    this.rackOf = new Int32Array(nodes);
    this.domainOf = new Int32Array(nodes);
    this.poolFreeGpus = new Int32Array(specs.length);
    this.poolFreeCpus = new Int32Array(specs.length);
    this.poolIdleNodes = new Int32Array(specs.length);
    this.#tenants = new Int32Array(nodes);
    this.idle = new BitSet(nodes);
    this.withCpu = new BitSet(nodes);
    const most = specs.reduce((max, p) => Math.max(max, p.gpusPerNode), 0);
    this.withGpus = Array.from({ length: most + 1 }, () => new BitSet(nodes));
    this.#fill();
  }

  #fill(): void {
    let racks = 0;
    let domains = 0;
    for (const pool of this.pools) {
      const { index, nodes, gpusPerNode } = pool;
      for (let i = 0; i < nodes; i++) {
        const node = pool.firstNode + i;
        this.freeGpus[node] = gpusPerNode;
        this.freeCpus[node] = pool.cpus;
        this.freeMemory[node] = pool.memory;
        this.gpuMask[node] = 2 ** gpusPerNode - 1;
        this.poolOf[node] = index;
        this.rackOf[node] = racks + Math.floor(i / (pool.nodesPerRack ?? nodes));
        this.domainOf[node] = domains + Math.floor(i / (pool.nodesPerDomain ?? 1));
        this.idle.add(node);
        if (pool.cpus > 0) this.withCpu.add(node);
        for (let g = 1; g <= gpusPerNode; g++) this.withGpus[g]!.add(node);
      }
      racks += Math.ceil(nodes / (pool.nodesPerRack ?? nodes));
      domains += Math.ceil(nodes / (pool.nodesPerDomain ?? 1));
      this.poolFreeGpus[index] = nodes * gpusPerNode;
      this.poolFreeCpus[index] = nodes * pool.cpus;
      this.poolIdleNodes[index] = nodes;
    }
  }

  /** `pool-17`, counted from 0 within the pool. */
  nodeName(node: number): string {
    const pool = this.pools[this.poolOf[node]!]!;
    return `${pool.name}-${node - pool.firstNode}`;
  }

  /** Gives out a placement, lowest GPU indexes first, and returns the allocation. */
  allocate(placement: Placement): number {
    let allocation = -1;
    for (let i = placement.length - 1; i >= 0; i--) {
      const node = placement.node[i]!;
      const gpus = placement.gpus[i]!;
      const cpus = placement.cpus[i]!;
      const memory = placement.memory[i]!;
      if (gpus > this.freeGpus[node]! || cpus > this.freeCpus[node]! || memory > this.freeMemory[node]!)
        throw new InvariantError(
          `${gpus} GPUs, ${cpus} cores, ${memory} bytes asked of ${this.nodeName(node)}, which has ` +
            `${this.freeGpus[node]}, ${this.freeCpus[node]}, ${this.freeMemory[node]} free`,
        );
      const mask = lowestBits(this.gpuMask[node]!, gpus);
      this.gpuMask[node]! ^= mask;
      this.#change(node, -gpus, -cpus, -memory, 1);
      allocation = this.allocations.add(node, mask, cpus, memory, allocation);
    }
    return allocation;
  }

  /** Takes an allocation back. */
  release(allocation: number): void {
    const store = this.allocations;
    for (let entry = allocation; entry >= 0; ) {
      const node = store.node[entry]!;
      const mask = store.gpuMask[entry]!;
      const cpus = store.cpus[entry]!;
      const memory = store.memory[entry]!;
      entry = store.remove(entry);
      if ((this.gpuMask[node]! & mask) !== 0)
        throw new InvariantError(`a GPU of ${this.nodeName(node)} is freed although it is free`);
      this.gpuMask[node]! |= mask;
      this.#change(node, countBits(mask), cpus, memory, -1);
    }
  }

  #change(node: number, gpus: number, cpus: number, memory: number, tenants: number): void {
    const pool = this.poolOf[node]!;
    if (gpus !== 0) {
      const was = this.freeGpus[node]!;
      const is = was + gpus;
      this.freeGpus[node] = is;
      this.poolFreeGpus[pool]! += gpus;
      for (let g = was + 1; g <= is; g++) this.withGpus[g]!.add(node);
      for (let g = was; g > is; g--) this.withGpus[g]!.delete(node);
    }
    if (cpus !== 0) {
      const is = this.freeCpus[node]! + cpus;
      this.freeCpus[node] = is;
      this.poolFreeCpus[pool]! += cpus;
      if (is === 0) this.withCpu.delete(node);
      else this.withCpu.add(node);
    }
    if (memory !== 0) this.freeMemory[node]! += memory;
    const jobs = this.#tenants[node]! + tenants;
    this.#tenants[node] = jobs;
    if (jobs === 0) {
      this.idle.add(node);
      this.poolIdleNodes[pool]!++;
    } else if (jobs === 1 && tenants === 1) {
      this.idle.delete(node);
      this.poolIdleNodes[pool]!--;
    }
  }

  /** `node:gpu indexes` of an allocation for people and files: `h100-3[0-3] h100-4[0-7]`; cores as `c100-5(2)`. */
  describe(allocation: number): string {
    const parts: string[] = [];
    for (let entry = allocation; entry >= 0; entry = this.allocations.next(entry)) {
      const mask = this.allocations.gpuMask[entry]!;
      const name = this.nodeName(this.allocations.node[entry]!);
      parts.push(mask === 0 ? `${name}(${this.allocations.cpus[entry]})` : `${name}[${ranges(mask)}]`);
    }
    return parts.join(" ");
  }
}

/** The `count` lowest set bits of `mask`. */
function lowestBits(mask: number, count: number): number {
  let rest = mask;
  for (let i = 0; i < count; i++) rest &= rest - 1;
  return mask ^ rest;
}

export function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** `0-2,5` for the bits of a mask. */
function ranges(mask: number): string {
  const parts: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    if (((mask >>> bit) & 1) === 0) continue;
    const first = bit;
    while (bit < 31 && ((mask >>> (bit + 1)) & 1) === 1) bit++;
    parts.push(first === bit ? `${first}` : `${first}-${bit}`);
  }
  return parts.join(",");
}
