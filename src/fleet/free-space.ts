import { BitSet } from "../core/bitset.js";
import type { Placement } from "./placement.js";
import type { Pool } from "./pool.js";

/**
 * What is free, node by node, with the indexes that finding a place needs. The fleet is one; a policy that looks ahead
 * keeps others to try things out in. A change costs O(1) and an index entry per GPU; a copy O(nodes).
 */
export class FreeSpace {
  readonly nodes: number;
  readonly poolOf: Int32Array;
  /** By node. */
  readonly freeGpus: Int32Array;
  readonly freeCpus: Int32Array;
  readonly freeMemory: Float64Array;
  /** By node: jobs on it. */
  readonly tenants: Int32Array;
  /** By pool. */
  readonly poolFreeGpus: Int32Array;
  readonly poolFreeCpus: Int32Array;
  /** By pool: nodes that hold no job at all. */
  readonly poolIdleNodes: Int32Array;
  /** Nodes without any job. */
  readonly idle: BitSet;
  /** Nodes with a free core. */
  readonly withCpu: BitSet;
  /** `withGpus[g]`: nodes with at least g free GPUs, g from 1. */
  readonly withGpus: readonly BitSet[];

  /** Everything is free. */
  constructor(readonly pools: readonly Pool[]) {
    const nodes = pools.reduce((sum, pool) => sum + pool.nodes, 0);
    this.nodes = nodes;
    this.poolOf = new Int32Array(nodes);
    this.freeGpus = new Int32Array(nodes);
    this.freeCpus = new Int32Array(nodes);
    this.freeMemory = new Float64Array(nodes);
    this.tenants = new Int32Array(nodes);
    this.poolFreeGpus = new Int32Array(pools.length);
    this.poolFreeCpus = new Int32Array(pools.length);
    this.poolIdleNodes = new Int32Array(pools.length);
    this.idle = new BitSet(nodes);
    this.withCpu = new BitSet(nodes);
    const most = pools.reduce((max, pool) => Math.max(max, pool.gpusPerNode), 0);
    this.withGpus = Array.from({ length: most + 1 }, () => new BitSet(nodes));
    for (const pool of pools) {
      this.poolIdleNodes[pool.index] = pool.nodes;
      for (let node = pool.firstNode; node < pool.endNode; node++) {
        this.poolOf[node] = pool.index;
        this.freeMemory[node] = pool.memory;
        this.idle.add(node);
        this.change(node, pool.gpusPerNode, pool.cpus, 0, 0);
      }
    }
  }

  /** Adds to what is free on a node (negative: takes), and to the jobs on it. Nothing is checked. */
  change(node: number, gpus: number, cpus: number, memory: number, jobs: number): void {
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
      const was = this.freeCpus[node]!;
      const is = was + cpus;
      this.freeCpus[node] = is;
      this.poolFreeCpus[pool]! += cpus;
      if (is === 0) this.withCpu.delete(node);
      else if (was === 0) this.withCpu.add(node);
    }
    if (memory !== 0) this.freeMemory[node]! += memory;
    if (jobs !== 0) {
      const was = this.tenants[node]!;
      const is = was + jobs;
      this.tenants[node] = is;
      if (is === 0) {
        this.idle.add(node);
        this.poolIdleNodes[pool]!++;
      } else if (was === 0) {
        this.idle.delete(node);
        this.poolIdleNodes[pool]!--;
      }
    }
  }

  /** One job more takes a placement. */
  take(placement: Placement): void {
    const { node, gpus, cpus, memory } = placement;
    for (let i = 0; i < placement.length; i++) this.change(node[i]!, -gpus[i]!, -cpus[i]!, -memory[i]!, 1);
  }

  /** One job fewer: its placement comes free. */
  giveBack(placement: Placement): void {
    const { node, gpus, cpus, memory } = placement;
    for (let i = 0; i < placement.length; i++) this.change(node[i]!, gpus[i]!, cpus[i]!, memory[i]!, -1);
  }

  /** Is every part of the placement free; when `exclusive`, on nodes without any job? */
  has(placement: Placement, exclusive: boolean): boolean {
    const { node, gpus, cpus, memory } = placement;
    for (let i = 0; i < placement.length; i++) {
      const n = node[i]!;
      if (gpus[i]! > this.freeGpus[n]! || cpus[i]! > this.freeCpus[n]! || memory[i]! > this.freeMemory[n]!)
        return false;
      if (exclusive && this.tenants[n] !== 0) return false;
    }
    return true;
  }

  /** Becomes equal to another of the same pools. */
  copyFrom(other: FreeSpace): void {
    this.freeGpus.set(other.freeGpus);
    this.freeCpus.set(other.freeCpus);
    this.freeMemory.set(other.freeMemory);
    this.tenants.set(other.tenants);
    this.poolFreeGpus.set(other.poolFreeGpus);
    this.poolFreeCpus.set(other.poolFreeCpus);
    this.poolIdleNodes.set(other.poolIdleNodes);
    this.idle.copyFrom(other.idle);
    this.withCpu.copyFrom(other.withCpu);
    for (let g = 1; g < this.withGpus.length; g++) this.withGpus[g]!.copyFrom(other.withGpus[g]!);
  }
}
