import { grown } from "../core/column.js";
import { InvariantError } from "../core/errors.js";

/**
 * What one job holds, node by node: linked entries in typed arrays, recycled. An allocation is its first entry. A job that
 * is alone on a node has the entry of the node's number, so that those of neighbouring nodes lie together.
 */
export class Allocations {
  node: Int32Array;
  /** GPU indexes on the node, a bit each. */
  gpuMask: Int32Array;
  cpus: Int32Array;
  /** Cores given back for as long as the job is suspended. */
  parked: Int32Array;
  memory: Float64Array;
  #next: Int32Array;
  /** The first free entry beyond those of the nodes, or -1. */
  #free = -1;
  #used: number;

  constructor(private readonly nodes: number) {
    this.node = new Int32Array(nodes).fill(-1);
    this.gpuMask = new Int32Array(nodes);
    this.cpus = new Int32Array(nodes);
    this.parked = new Int32Array(nodes);
    this.memory = new Float64Array(nodes);
    this.#next = new Int32Array(nodes);
    this.#used = nodes;
  }

  /** The entry behind `entry`, or -1. */
  next(entry: number): number {
    return this.#next[entry]!;
  }

  /** Puts a new entry in front of `rest` (-1 for none) and returns it. */
  add(node: number, gpuMask: number, cpus: number, memory: number, rest: number): number {
    const entry = this.node[node] === -1 ? node : this.#further();
    this.node[entry] = node;
    this.gpuMask[entry] = gpuMask;
    this.cpus[entry] = cpus;
    this.parked[entry] = 0;
    this.memory[entry] = memory;
    this.#next[entry] = rest;
    return entry;
  }

  /** Takes one entry back and returns the one behind it. */
  remove(entry: number): number {
    if (this.node[entry] === -1) throw new InvariantError(`allocation entry ${entry} freed twice`);
    const rest = this.#next[entry]!;
    this.node[entry] = -1;
    if (entry < this.nodes) return rest;
    this.#next[entry] = this.#free;
    this.#free = entry;
    return rest;
  }

  /** An entry for a job beside others. */
  #further(): number {
    const entry = this.#free;
    if (entry >= 0) {
      this.#free = this.#next[entry]!;
      return entry;
    }
    if (this.#used === this.node.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const size = this.node.length * 2;
    this.node = grown(this.node, size);
    this.gpuMask = grown(this.gpuMask, size);
    this.cpus = grown(this.cpus, size);
    this.parked = grown(this.parked, size);
    this.#next = grown(this.#next, size);
    this.memory = grown(this.memory, size);
  }
}
