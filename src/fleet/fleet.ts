import { InvariantError } from "../core/errors.js";
import { Allocations } from "./allocations.js";
import { FreeSpace } from "./free-space.js";
import type { Placement } from "./placement.js";
import { layOut, type PoolSpec } from "./pool.js";

export type { PoolSpec } from "./pool.js";

/**
 * What there is and who holds what, by node and GPU index. Every hand-out and return is checked: a GPU cannot be given
 * twice or freed twice. All changes cost O(nodes touched).
 */
export class Fleet extends FreeSpace {
  /** Capacity. */
  readonly gpus: number;
  readonly cpus: number;
  /** By node: the free GPUs, a bit each. */
  readonly gpuMask: Int32Array;
  readonly rackOf: Int32Array;
  readonly domainOf: Int32Array;
  readonly allocations: Allocations;

  constructor(specs: readonly PoolSpec[]) {
    super(layOut(specs));
    this.gpus = specs.reduce((sum, p) => sum + p.nodes * p.gpusPerNode, 0);
    this.cpus = specs.reduce((sum, p) => sum + p.nodes * p.cpus, 0);
    this.gpuMask = new Int32Array(this.nodes);
    this.rackOf = new Int32Array(this.nodes);
    this.domainOf = new Int32Array(this.nodes);
    this.allocations = new Allocations(this.nodes);
    let racks = 0;
    let domains = 0;
    for (const pool of this.pools) {
      const perRack = pool.nodesPerRack ?? pool.nodes;
      const perDomain = pool.nodesPerDomain ?? 1;
      for (let i = 0; i < pool.nodes; i++) {
        const node = pool.firstNode + i;
        this.gpuMask[node] = 2 ** pool.gpusPerNode - 1;
        this.rackOf[node] = racks + Math.floor(i / perRack);
        this.domainOf[node] = domains + Math.floor(i / perDomain);
      }
      racks += Math.ceil(pool.nodes / perRack);
      domains += Math.ceil(pool.nodes / perDomain);
    }
  }

  /** The name that its pool gives it, else `pool-17`, counted from 0 within the pool. */
  nodeName(node: number): string {
    const pool = this.pools[this.poolOf[node]!]!;
    const index = node - pool.firstNode;
    return pool.nodeNames?.[index] ?? `${pool.name}-${index}`;
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
      const mask = gpus === 0 ? 0 : this.#chosen(placement.gpuMask[i]!, node, gpus);
      this.gpuMask[node]! ^= mask;
      this.change(node, -gpus, -cpus, -memory, 1);
      allocation = this.allocations.add(node, mask, cpus, memory, allocation);
    }
    return allocation;
  }

  /** The GPUs that a placement names, or the lowest free ones. */
  #chosen(mask: number, node: number, gpus: number): number {
    if (mask === 0) return lowestBits(this.gpuMask[node]!, gpus);
    if ((mask & ~this.gpuMask[node]!) !== 0 || countBits(mask) !== gpus)
      throw new InvariantError(
        `GPUs ${ranges(mask)} are asked of ${this.nodeName(node)}, which has not got them free`,
      );
    return mask;
  }

  /** A suspended job gives its cores back and keeps its GPUs and memory. */
  park(allocation: number): void {
    const { allocations } = this;
    for (let entry = allocation; entry >= 0; entry = allocations.next(entry)) {
      const cpus = allocations.cpus[entry]!;
      allocations.parked[entry] = cpus;
      allocations.cpus[entry] = 0;
      this.change(allocations.node[entry]!, 0, cpus, 0, 0);
    }
  }

  /** A job that goes on takes its cores again, or as many as `took` says of each node. */
  unpark(allocation: number, took?: readonly number[]): void {
    const { allocations } = this;
    let i = 0;
    for (let entry = allocation; entry >= 0; entry = allocations.next(entry)) {
      const node = allocations.node[entry]!;
      const cpus = took?.[i++] ?? allocations.parked[entry]!;
      if (cpus > this.freeCpus[node]!)
        throw new InvariantError(`a job resumes on ${this.nodeName(node)}, whose cores are in use`);
      allocations.cpus[entry] = cpus;
      allocations.parked[entry] = 0;
      this.change(node, 0, -cpus, 0, 0);
    }
  }

  gpusOf(allocation: number): number {
    const { allocations } = this;
    let sum = 0;
    for (let entry = allocation; entry >= 0; entry = allocations.next(entry))
      sum += countBits(allocations.gpuMask[entry]!);
    return sum;
  }

  cpusOf(allocation: number): number {
    const { allocations } = this;
    let sum = 0;
    for (let entry = allocation; entry >= 0; entry = allocations.next(entry)) sum += allocations.cpus[entry]!;
    return sum;
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
      this.change(node, countBits(mask), cpus, memory, -1);
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
