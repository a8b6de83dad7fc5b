import type { FreeSpace } from "../../fleet/free-space.js";
import type { Shape } from "../../fleet/shape.js";
import type {
  ClusterActions,
  ClusterEvent,
  ClusterPolicy,
  ClusterPolicyEntry,
  ClusterView,
} from "../policy.js";
import { FailedShapes } from "./room/failed-shapes.js";
import { ShapeQueues } from "./shape-queues.js";

/**
 * A queue of gangs: all tasks of a job are placed at once, first-fit decreasing, or none. Jobs are tried in order of
 * submission. With `skip`, one that finds no place does not hold up the others; since a shape that found none finds none
 * until something comes free, an event then costs O(shapes + starts), however long the queue.
 */
class Gang implements ClusterPolicy {
  readonly #failed = new FailedShapes();
  readonly #queues = new ShapeQueues();

  constructor(readonly skip: boolean) {}

  onEvent(event: ClusterEvent, job: number, view: ClusterView): void {
    if (event === "end" || event === "preempt") this.#failed.clear();
    if (!this.skip) return;
    if (event === "submit" || event === "preempt") this.#queues.add(view.jobs, job);
    else if (event === "cancel") this.#queues.remove(view.jobs, job);
  }

  pass(view: ClusterView, act: ClusterActions): void {
    const { jobs } = view;
    for (let job = this.#candidate(view); job >= 0; job = this.#candidate(view)) {
      const shape = jobs.shape(job);
      const placement = this.#failed.has(shape) ? undefined : view.place(shape);
      if (placement !== undefined) {
        if (this.skip) this.#queues.remove(jobs, job);
        act.start(job, placement);
        continue;
      }
      this.#failed.add(shape);
      if (view.wantsReasons) act.hold(job, reasonFor(shape, view.fleet));
      if (!this.skip) return;
    }
  }

  /** The first in order of submission that may find a place, or -1. */
  #candidate(view: ClusterView): number {
    if (!this.skip) return view.queue.first;
    const { jobs } = view;
    const { sequence } = jobs;
    const { first } = this.#queues;
    let best = -1;
    for (let id = 0; id < first.length; id++) {
      const job = first[id]!;
      if (job < 0 || (best >= 0 && sequence[job]! > sequence[best]!)) continue;
      if (!this.#failed.has(jobs.shape(job))) best = job;
    }
    return best;
  }
}

/** `fragmentation` when a pool has enough free in all, but not where the tasks need it. */
function reasonFor(shape: Shape, space: FreeSpace): string {
  for (const pool of space.pools) {
    if (shape.gpuType !== undefined && shape.gpuType !== pool.gpu) continue;
    const gpus = shape.exclusive ? shape.tasks * pool.gpusPerNode : shape.gpus;
    const cpus = shape.exclusive ? shape.tasks * pool.cpus : shape.cpus;
    if (gpus <= space.poolFreeGpus[pool.index]! && cpus <= space.poolFreeCpus[pool.index]!)
      return "fragmentation";
  }
  return "Resources";
}

export const gang: ClusterPolicyEntry = {
  info: {
    name: "gang",
    kind: "cluster",
    summary:
      "A FIFO queue of gangs: all tasks of a job start together, placed first-fit decreasing, or none does.",
    follows: "the textbook: first-fit decreasing (Johnson 1973) within one pool, all or nothing",
    simplifies: ["racks and NVLink domains play no part in where a gang goes"],
    options: [
      {
        name: "skip",
        type: "boolean",
        default: false,
        description:
          "A job that finds no place is skipped, and those behind it are tried; otherwise it holds them up",
      },
    ],
  },
  create: (options) => new Gang(options.skip === true),
};
