import { grown } from "../core/column.js";
import { InvariantError } from "../core/errors.js";

/** What one job holds, node by node: linked entries in typed arrays, recycled. An allocation is its first entry. */
export class Allocations {
  node: Int32Array = new Int32Array(256);
  /** GPU indexes on the node, a bit each. */
  gpuMask: Int32Array = new Int32Array(256);
  cpus: Int32Array = new Int32Array(256);
  /** Cores given back for as long as the job is suspended. */
  parked: Int32Array = new Int32Array(256);
  memory: Float64Array = new Float64Array(256);
  #next: Int32Array = new Int32Array(256);
  #free = -1;
  #used = 0;

  /** The entry behind `entry`, or -1. */
  next(entry: number): number {
    return this.#next[entry]!;
  }

  /** Puts a new entry in front of `rest` (-1 for none) and returns it. */
  add(node: number, gpuMask: number, cpus: number, memory: number, rest: number): number {
    let entry = this.#free;
    if (entry >= 0) this.#free = this.#next[entry]!;
    else {
      entry = this.#used++;
      if (entry === this.node.length) this.#grow();
    }
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
    this.#next[entry] = this.#free;
    this.#free = entry;
    return rest;
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
