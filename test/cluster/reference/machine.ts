import type { PoolSpec } from "../../../src/fleet/fleet.js";
import type { ShapeSpec } from "../../../src/fleet/shape.js";

/** What is free on a node, or what a job takes of it. */
export interface RefNode {
  pool: number;
  gpu: string | undefined;
  gpus: number;
  cpus: number;
  memory: number;
  /** Jobs on it. */
  jobs: number;
}

/** A task's or a whole node's worth on one node. */
export interface Part {
  node: number;
  gpus: number;
  cpus: number;
  memory: number;
}

export function machine(pools: readonly PoolSpec[]): RefNode[] {
  return pools.flatMap((spec, pool) =>
    Array.from({ length: spec.nodes }, () => ({
      pool,
      gpu: spec.gpu,
      gpus: spec.gpusPerNode,
      cpus: spec.cpus,
      memory: spec.memory,
      jobs: 0,
    })),
  );
}

export function without(nodes: readonly RefNode[], parts: readonly Part[]): RefNode[] {
  const left = nodes.map((node) => ({ ...node }));
  for (const part of parts) {
    left[part.node]!.gpus -= part.gpus;
    left[part.node]!.cpus -= part.cpus;
    left[part.node]!.memory -= part.memory;
  }
  for (const node of new Set(parts.map((part) => part.node))) left[node]!.jobs++;
  return left;
}

/** What is free in both. */
export function both(a: readonly RefNode[], b: readonly RefNode[]): RefNode[] {
  return a.map((node, i) => ({
    ...node,
    gpus: Math.min(node.gpus, b[i]!.gpus),
    cpus: Math.min(node.cpus, b[i]!.cpus),
    memory: Math.min(node.memory, b[i]!.memory),
    jobs: Math.max(node.jobs, b[i]!.jobs),
  }));
}

/** Task by task, largest first, each to the first node with room, all in one pool. */
export function place(
  free: readonly RefNode[],
  capacity: readonly RefNode[],
  shape: ShapeSpec,
): Part[] | undefined {
  const tasks = [...shape.groups]
    .sort((a, b) => b.gpus - a.gpus || b.cpus - a.cpus || b.memory - a.memory)
    .flatMap((group) => Array.from({ length: group.count }, () => group));
  for (const pool of new Set(free.map((node) => node.pool))) {
    const left = free.map((node) => ({ ...node }));
    const parts: Part[] = [];
    for (const task of tasks) {
      const node = left.findIndex((n, i) => {
        if (n.pool !== pool || (shape.gpuType !== undefined && shape.gpuType !== n.gpu)) return false;
        if (n.gpus < task.gpus || n.cpus < task.cpus || n.memory < task.memory) return false;
        if (shape.exclusive && n.jobs > 0) return false;
        // A task that asks for neither goes only where a GPU or a core is free at the start.
        if (!shape.exclusive && task.gpus + task.cpus === 0 && free[i]!.gpus + free[i]!.cpus === 0)
          return false;
        return !((shape.exclusive || shape.spread) && parts.some((part) => part.node === i));
      });
      if (node < 0) break;
      const whole = capacity[node]!;
      const part = shape.exclusive
        ? { node, gpus: whole.gpus, cpus: whole.cpus, memory: whole.memory === Infinity ? 0 : whole.memory }
        : { node, gpus: task.gpus, cpus: task.cpus, memory: task.memory };
      parts.push(part);
      left[node]!.gpus -= part.gpus;
      left[node]!.cpus -= part.cpus;
      left[node]!.memory -= part.memory;
    }
    if (parts.length === tasks.length) return parts;
  }
  return undefined;
}
