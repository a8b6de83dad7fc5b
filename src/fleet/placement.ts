import { grown } from "../core/column.js";

/**
 * Where the parts of a job go: one entry per node. A reusable buffer; whoever fills it clears it first, and a reader
 * must not keep it past the next search.
 */
export class Placement {
  length = 0;
  node: Int32Array = new Int32Array(16);
  gpus: Int32Array = new Int32Array(16);
  cpus: Int32Array = new Int32Array(16);
  /** Bytes. */
  memory: Float64Array = new Float64Array(16);
  /** The GPUs by index, a bit each; 0: the lowest free ones. */
  gpuMask: Int32Array = new Int32Array(16);
  /** Set when the entries say all that the job will hold, whatever its shape asks for. */
  exact = false;

  clear(): void {
    this.length = 0;
    this.exact = false;
  }

  add(node: number, gpus: number, cpus: number, memory: number, gpuMask = 0): void {
    const i = this.length++;
    if (i === this.node.length) this.#grow();
    this.node[i] = node;
    this.gpus[i] = gpus;
    this.cpus[i] = cpus;
    this.memory[i] = memory;
    this.gpuMask[i] = gpuMask;
  }

  copyFrom(other: Placement): void {
    this.clear();
    for (let i = 0; i < other.length; i++)
      this.add(other.node[i]!, other.gpus[i]!, other.cpus[i]!, other.memory[i]!, other.gpuMask[i]!);
    this.exact = other.exact;
  }

  #grow(): void {
    const size = this.node.length * 2;
    this.node = grown(this.node, size);
    this.gpus = grown(this.gpus, size);
    this.cpus = grown(this.cpus, size);
    this.memory = grown(this.memory, size);
    this.gpuMask = grown(this.gpuMask, size);
  }
}
