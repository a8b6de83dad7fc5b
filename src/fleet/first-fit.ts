import type { FreeSpace } from "./free-space.js";
import type { Placement } from "./placement.js";
import type { Pool } from "./pool.js";
import type { Shape, TaskGroup } from "./shape.js";

/**
 * First-fit decreasing: the tasks of a job, largest first, each to the first node (lowest number) that has room, all
 * within one pool or not at all. Pools are tried in their order.
 *
 * Costs O(tasks x log nodes) where GPUs or cores decide; memory may make it pass over nodes.
 */
export class FirstFit {
  /**
   * By node: entry of the placement being built, plus 1; 0 for none. Only non-zero during a search, and not kept for the
   * last group of tasks, which meets each node once.
   */
  readonly #entry: Int32Array;

  constructor(readonly space: FreeSpace) {
    this.#entry = new Int32Array(space.nodes);
  }

  /** Fills `out` with a placement on what is free in the space; false, with `out` spoilt, when there is none. */
  place(shape: Shape, out: Placement): boolean {
    for (const pool of this.space.pools) {
      if (shape.gpuType !== undefined && shape.gpuType !== pool.gpu) continue;
      if (this.#enough(shape, pool) && this.#placeIn(pool, shape, out)) return true;
    }
    return false;
  }

  /** A quick refusal by the pool's totals. */
  #enough(shape: Shape, pool: Pool): boolean {
    const { space } = this;
    if (shape.exclusive) return shape.tasks <= space.poolIdleNodes[pool.index]!;
    return shape.gpus <= space.poolFreeGpus[pool.index]! && shape.cpus <= space.poolFreeCpus[pool.index]!;
  }

  #placeIn(pool: Pool, shape: Shape, out: Placement): boolean {
    out.clear();
    const { groups, exclusive, spread } = shape;
    let whole = true;
    let kept = 0;
    for (let i = 0; whole && i < groups.length; i++) {
      const group = groups[i]!;
      whole = exclusive ? this.#wholeNodes(pool, group, out) : this.#parts(pool, group, spread, out);
      if (i + 1 < groups.length) for (; kept < out.length; kept++) this.#entry[out.node[kept]!] = kept + 1;
    }
    while (kept > 0) this.#entry[out.node[--kept]!] = 0;
    return whole;
  }

  #wholeNodes(pool: Pool, group: TaskGroup, out: Placement): boolean {
    if (group.gpus > pool.gpusPerNode || group.cpus > pool.cpus || group.memory > pool.memory) return false;
    let left = group.count;
    for (let node = this.space.idle.next(pool.firstNode); left > 0; node = this.space.idle.next(node + 1)) {
      if (node < 0 || node >= pool.endNode) return false;
      if (this.#entry[node] !== 0) continue;
      out.add(node, pool.gpusPerNode, pool.cpus, Number.isFinite(pool.memory) ? pool.memory : 0);
      left--;
    }
    return true;
  }

  #parts(pool: Pool, group: TaskGroup, spread: boolean, out: Placement): boolean {
    const { space } = this;
    const { gpus, cpus, memory } = group;
    if (gpus > pool.gpusPerNode || cpus > pool.cpus) return false;
    const candidates = gpus > 0 ? space.withGpus[gpus]! : cpus > 0 ? space.withCpu : undefined;
    let left = group.count;
    let node = pool.firstNode - 1;
    while (left > 0) {
      node = candidates === undefined ? node + 1 : candidates.next(node + 1);
      if (node < 0 || node >= pool.endNode) return false;
      // Who asks neither GPU nor core needs a node with one all the same: a node taken as a whole has none left.
      if (candidates === undefined && space.freeGpus[node]! + space.freeCpus[node]! === 0) continue;
      const entry = this.#entry[node]! - 1;
      if (spread && entry >= 0) continue;
      const taken = entry >= 0;
      let fit = spread ? 1 : left;
      if (gpus > 0)
        fit = Math.min(fit, Math.trunc((space.freeGpus[node]! - (taken ? out.gpus[entry]! : 0)) / gpus));
      if (cpus > 0)
        fit = Math.min(fit, Math.trunc((space.freeCpus[node]! - (taken ? out.cpus[entry]! : 0)) / cpus));
      if (memory > 0)
        fit = Math.min(
          fit,
          Math.floor((space.freeMemory[node]! - (taken ? out.memory[entry]! : 0)) / memory),
        );
      if (fit <= 0) continue;
      if (taken) {
        out.gpus[entry]! += fit * gpus;
        out.cpus[entry]! += fit * cpus;
        out.memory[entry]! += fit * memory;
      } else out.add(node, fit * gpus, fit * cpus, fit * memory);
      left -= fit;
    }
    return true;
  }
}
