import type { BitVector } from "../../../../core/bit-vector.js";
import type { SlurmJob } from "../../model/job.js";
import type { Partition } from "../../model/partition.js";
import type { SlurmState } from "../../model/state.js";
import { type SchedulerContext, year } from "../context.js";
import type { QueueEntry } from "../order.js";
import { admitsAll, minNodesOf } from "../runnable.js";

/**
 * Which jobs of the queue could still start in this pass. A job that needs nodes of its own can only start on nodes that
 * are empty now and planned for nobody until its limit; plans only become more during a pass. So when no job that is
 * left has enough of them, whatever else would be planned in this pass starts nothing, and the pass may end: the next
 * one plans anew anyway.
 *
 * For each time limit in the queue the number of such nodes is kept. Not of Slurm: it plans to the end, which only its
 * estimates of starts show.
 */
export class Vacancies {
  /** When the first plan for a vacant node begins; -1 for nodes that are not vacant, Infinity without a plan. */
  readonly #planned: Float64Array;
  /** The ends of the distinct limits if started now, ascending, and the vacant nodes free until then. */
  #ends: number[] = [];
  #free = new Int32Array(16);
  /** By place in the queue: the number of its limit (-1: it may start on used nodes), and nodes that it needs. */
  #limit = new Int32Array(64);
  #nodes = new Int32Array(64);
  #length = 0;
  /** The first place at which a job may yet start. */
  #candidate = 0;

  constructor(readonly context: SchedulerContext) {
    this.#planned = new Float64Array(context.state.nodes.count);
  }

  /**
   * Nothing that a pass does to jobs which cannot start would be missed: on nodes in completion or with suspended jobs they
   * are tried in vain.
   */
  applies(): boolean {
    const { selector, state } = this.context;
    const { config, nodes, reservations, partitions } = state;
    return (
      nodes.completing.empty &&
      !selector.anySuspended &&
      !config.enforce.limits &&
      config.preempt.type === "none" &&
      reservations.length === 0 &&
      partitions.every(admitsAll)
    );
  }

  begin(queue: readonly QueueEntry[]): void {
    const { nodes, now } = this.context.state;
    const planned = this.#planned.fill(-1);
    let vacant = 0;
    for (let node = nodes.idle.next(0); node >= 0; node = nodes.idle.next(node + 1))
      if (nodes.avail.has(node)) {
        planned[node] = Number.POSITIVE_INFINITY;
        vacant++;
      }
    this.#candidate = 0;
    this.#length = queue.length;
    if (queue.length > this.#limit.length) {
      this.#limit = new Int32Array(2 * queue.length);
      this.#nodes = new Int32Array(2 * queue.length);
    }
    const minutes: number[] = [];
    const numbers = new Map<number, number>();
    for (let i = 0; i < queue.length; i++) {
      const entry = queue[i]!;
      this.#nodes[i] = minNodesOf(entry.job);
      const { job, partition } = entry;
      if (
        !isAlone(job, partition, this.context.state) ||
        job.het !== undefined ||
        job.deadline !== Number.POSITIVE_INFINITY ||
        awaitsTest(job, this.context.state)
      ) {
        this.#limit[i] = -1;
        continue;
      }
      const asked = shortest(entry, this.context.state);
      let number = numbers.get(asked);
      if (number === undefined) {
        number = minutes.push(asked) - 1;
        numbers.set(asked, number);
      }
      this.#limit[i] = number;
    }
    const order = [...minutes.keys()].sort((a, b) => minutes[a]! - minutes[b]!);
    const rank = new Int32Array(minutes.length);
    for (const [place, number] of order.entries()) rank[number] = place;
    for (let i = 0; i < queue.length; i++) if (this.#limit[i]! >= 0) this.#limit[i] = rank[this.#limit[i]!]!;
    this.#ends = order.map((number) => now + 60 * minutes[number]!);
    if (this.#ends.length > this.#free.length) this.#free = new Int32Array(2 * this.#ends.length);
    this.#free.fill(vacant, 0, this.#ends.length);
  }

  /** May a job at this place of the queue, or behind it, still start? */
  anyFrom(place: number): boolean {
    const free = this.#free;
    let at = Math.max(place, this.#candidate);
    for (; at < this.#length; at++) {
      const limit = this.#limit[at]!;
      if (limit < 0 || free[limit]! >= this.#nodes[at]!) break;
    }
    this.#candidate = at;
    return at < this.#length;
  }

  /** Nodes are planned for a job from a time on, or taken by one that started (from the present on). */
  plan(nodes: BitVector, from: number): void {
    const planned = this.#planned;
    const ends = this.#ends;
    for (let node = nodes.next(0); node >= 0; node = nodes.next(node + 1)) {
      const before = planned[node]!;
      if (before <= from) continue;
      planned[node] = from;
      // Free until the end of a limit when planned later than that.
      for (let i = ends.length - 1; i >= 0 && ends[i]! >= from; i--) if (ends[i]! < before) this.#free[i]!--;
    }
  }
}

/** Its priority will change once a test has found how many CPUs it would get: it must not be passed over until then. */
export function awaitsTest(job: SlurmJob, { config }: SlurmState): boolean {
  return config.priority.weightJobSize !== 0 && job.totalCpus === 0;
}

/**
 * It needs nodes on which nobody else is, and is planned on such nodes only: where partitions force sharing, or share by
 * turns, the will-run test takes no notice of --exclusive, and a job planned from the present on is tried in vain. [run]
 * in x-force-one.
 */
export function isAlone(job: SlurmJob, partition: Partition, { config }: SlurmState): boolean {
  const { mode } = partition.config.overSubscribe;
  return mode === "EXCLUSIVE" || (job.request.exclusive && mode !== "FORCE" && !config.preempt.gang);
}

/** Minutes that it occupies at least what it gets. */
function shortest({ job, partition }: QueueEntry, state: SlurmState): number {
  const longest = Math.min(partition.config.maxTime, year / 60);
  const limit = Math.min(job.timeLimit ?? longest, longest);
  if (job.qos?.config.flags.includes("NoReserve") && state.config.preempt.mode !== "OFF") return 1;
  return job.timeMin > 0 ? Math.min(job.timeMin, limit) : limit;
}
