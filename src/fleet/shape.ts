import { Names } from "../core/names.js";

/** Equal tasks of a job; each task sits on one node. */
export interface TaskGroup {
  count: number;
  /** Per task. */
  gpus: number;
  cpus: number;
  /** Bytes per task. */
  memory: number;
}

/** What a job asks for, before it is interned. */
export interface ShapeSpec {
  groups: TaskGroup[];
  /** Name of the GPU type; absent when any will do. */
  gpuType?: string;
  /** Each task takes a whole free node, whatever it asks. */
  exclusive?: boolean;
  /** Each task on a node of its own (`nodes: N`). */
  spread?: boolean;
}

/**
 * What a job asks for. Workloads have few distinct shapes, so a job stores only the shape's number, and policies can
 * keep what they learn about a shape (it did not fit in this pass) instead of asking again for each job.
 */
export interface Shape {
  readonly id: number;
  /** Largest tasks first (by GPUs, then CPUs, then memory). */
  readonly groups: readonly TaskGroup[];
  readonly gpuType: string | undefined;
  readonly exclusive: boolean;
  readonly spread: boolean;
  readonly tasks: number;
  readonly gpus: number;
  readonly cpus: number;
  readonly memory: number;
  /**
   * The job is a number of equal single processors (1 GPU, or 1 CPU without GPU, or 1 whole node each) that may sit
   * anywhere in a pool: the textbook's job, for which counting is enough.
   */
  readonly loose: boolean;
}

/** Interns shapes: equal demands get the same number. */
export class Shapes {
  readonly #names = new Names();
  readonly #shapes: Shape[] = [];

  get(id: number): Shape {
    return this.#shapes[id]!;
  }

  get size(): number {
    return this.#shapes.length;
  }

  intern(spec: ShapeSpec): Shape {
    const groups = spec.groups
      .filter((g) => g.count > 0)
      .sort((a, b) => b.gpus - a.gpus || b.cpus - a.cpus || b.memory - a.memory);
    const exclusive = spec.exclusive ?? false;
    const spread = spec.spread ?? false;
    const key = `${spec.gpuType ?? ""}|${exclusive ? "x" : ""}${spread ? "s" : ""}|${groups.map((g) => `${g.count}*${g.gpus}/${g.cpus}/${g.memory}`).join(",")}`;
    const id = this.#names.intern(key);
    if (id < this.#shapes.length) return this.#shapes[id]!;
    const sum = (f: (g: TaskGroup) => number) => groups.reduce((total, g) => total + g.count * f(g), 0);
    const only = groups.length === 1 ? groups[0]! : undefined;
    const shape: Shape = {
      id,
      groups,
      gpuType: spec.gpuType,
      exclusive,
      spread,
      tasks: sum(() => 1),
      gpus: sum((g) => g.gpus),
      cpus: sum((g) => g.cpus),
      memory: sum((g) => g.memory),
      loose:
        only !== undefined &&
        only.memory === 0 &&
        (exclusive ||
          (!spread && ((only.gpus === 1 && only.cpus === 0) || (only.gpus === 0 && only.cpus === 1)))),
    };
    this.#shapes.push(shape);
    return shape;
  }

  /** `count` processors, each standing for a core, a GPU or a whole node. */
  processors(count: number, processor: "core" | "gpu" | "node"): Shape {
    if (processor === "node")
      return this.intern({ groups: [{ count, gpus: 0, cpus: 0, memory: 0 }], exclusive: true });
    const gpus = processor === "gpu" ? 1 : 0;
    return this.intern({ groups: [{ count, gpus, cpus: 1 - gpus, memory: 0 }] });
  }

  /** `gpus` GPUs of which a node holds `perNode`: full nodes, then the rest on one more. */
  packed(gpus: number, perNode: number, gpuType?: string): Shape {
    const groups = [
      { count: Math.floor(gpus / perNode), gpus: perNode, cpus: 0, memory: 0 },
      { count: gpus % perNode > 0 ? 1 : 0, gpus: gpus % perNode, cpus: 0, memory: 0 },
    ];
    return this.intern(gpuType === undefined ? { groups } : { groups, gpuType });
  }
}
