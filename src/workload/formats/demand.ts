import type { ShapeSpec, Shapes, TaskGroup } from "../../fleet/shape.js";
import { Reason } from "../reasons.js";

/** What a row of our own formats may say about a job's demand; 0 where it says nothing. */
export interface Demand {
  /** GPUs of the whole job. */
  gpus: number;
  nodes: number;
  gpusPerNode: number;
  /** Equal tasks. */
  tasks: number;
  /** CPUs of the whole job. */
  cpus: number;
  /** Bytes of the whole job. */
  memory: number;
  /** Empty for any. */
  gpuType: string;
}

/** Beyond what any machine has; keeps sums exact. */
const MOST = 2 ** 31 - 1;

/**
 * The shape that a demand stands for, or the reason why it stands for none.
 *
 * - `tasks`: that many equal tasks anywhere, which share `gpus`, `cpus` and `memory`; without any of these, a CPU each;
 * - `nodes`: a gang with one task on each of that many nodes; without any GPU or CPU, whole free nodes;
 * - `gpus` alone: full nodes of `gpusPerFullNode` GPUs and the rest on one more;
 * - `cpus` or `memory` alone: one task.
 *
 * CPUs and memory are shared in proportion to GPUs (evenly when there are none), rounded up for each task.
 */
export function demandShape(demand: Demand, gpusPerFullNode: number, shapes: Shapes): number | string {
  const { nodes, tasks, memory, gpusPerNode } = demand;
  if (Math.max(demand.gpus, nodes, gpusPerNode, tasks, demand.cpus) > MOST) return Reason.tooLarge;
  // A task that names no resource still computes on something.
  const bare = tasks > 0 && nodes + demand.gpus + demand.cpus + memory === 0;
  const cpus = bare ? tasks : demand.cpus;
  const product = nodes * gpusPerNode;
  if (nodes > 0 && gpusPerNode > 0 && demand.gpus > 0 && demand.gpus !== product) return Reason.contradiction;
  const gpus = nodes > 0 && gpusPerNode > 0 ? product : demand.gpus;
  if (gpus > MOST) return Reason.tooLarge;
  if (gpus + nodes + tasks + cpus + memory === 0) return Reason.nothingAsked;
  if (nodes > 0 && tasks > 0 && nodes !== tasks) return Reason.contradiction;
  const whole = nodes > 0 && gpus === 0 && cpus === 0 && memory === 0;
  const equal = nodes > 0 ? nodes : tasks;
  if (equal > 0 && gpus % equal !== 0) return Reason.uneven;
  const groups = equal > 0 ? [group(equal, gpus / equal)] : packed(gpus, gpusPerNode || gpusPerFullNode);
  for (const one of groups) {
    one.cpus = equal > 0 ? Math.ceil(cpus / equal) : share(cpus, one.gpus, gpus);
    one.memory = equal > 0 ? Math.ceil(memory / equal) : share(memory, one.gpus, gpus);
  }
  const spec: ShapeSpec = whole ? { groups, exclusive: true } : { groups, spread: nodes > 0 };
  if (demand.gpuType !== "") spec.gpuType = demand.gpuType;
  return shapes.intern(spec).id;
}

function share(total: number, gpus: number, of: number): number {
  return of === 0 ? total : Math.ceil((total * gpus) / of);
}

function packed(gpus: number, perNode: number): TaskGroup[] {
  if (gpus === 0) return [group(1, 0)];
  return [group(Math.floor(gpus / perNode), perNode), group(gpus % perNode > 0 ? 1 : 0, gpus % perNode)];
}

function group(count: number, gpus: number): TaskGroup {
  return { count, gpus, cpus: 0, memory: 0 };
}

const SLOTS = 1024;
const NUMBERS = 7;

/**
 * Remembers the shapes of demands met before: traces repeat a few, and making a shape's name costs more than reading
 * its row. Direct-mapped; `gpuType` counts as a number that the caller gives.
 */
export class DemandCache {
  readonly #keys = new Float64Array(SLOTS * NUMBERS).fill(-1);
  readonly #shapes = new Int32Array(SLOTS);
  #slot = 0;

  /** The shape found for these numbers, or -1; `put` then stores it. */
  find(key: Float64Array): number {
    let hash = 7;
    for (let i = 0; i < NUMBERS; i++) hash = (Math.imul(hash, 31) + key[i]!) | 0;
    this.#slot = (hash ^ (hash >>> 10)) & (SLOTS - 1);
    const at = this.#slot * NUMBERS;
    for (let i = 0; i < NUMBERS; i++) if (this.#keys[at + i] !== key[i]) return -1;
    return this.#shapes[this.#slot]!;
  }

  put(key: Float64Array, shape: number): void {
    this.#keys.set(key, this.#slot * NUMBERS);
    this.#shapes[this.#slot] = shape;
  }
}
