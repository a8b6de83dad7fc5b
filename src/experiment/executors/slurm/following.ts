import type { Outcome, Task } from "../../point/point.js";
import type { ResultStore } from "../../store/store.js";
import { MOST_ATTEMPTS } from "../executor.js";
import type { FollowedArray, Lost } from "./array.js";
import { piecesOf, retrySize } from "./chunks.js";
import type { TaskState } from "./client.js";
import { cancelled, lostOutcome, notStarted } from "./failures.js";

/** A point that was asked for and has no outcome yet. */
interface Asked {
  /** Place among the tasks of the call. */
  readonly index: number;
  /** Tasks of arrays that ended without it. */
  attempts: number;
}

/** A result that its task has kept and that is not seen here yet. */
interface Unseen {
  readonly array: FollowedArray;
  readonly index: number;
  readonly since: number;
}

/** Points to submit, and how many go into a chunk. */
interface Batch {
  readonly chunks: Task[][];
  readonly size: number;
}

/** States of tasks by the job name of their array and their index. */
export type States = ReadonlyMap<string, ReadonlyMap<number, TaskState>>;

/** What is asked for in one call of the executor: the arrays it is in, and what comes back. */
export class Following {
  readonly arrays: FollowedArray[] = [];
  /** Not submitted yet. */
  readonly batches: Batch[] = [];
  readonly #asked = new Map<string, Asked>();
  readonly #unseen = new Map<string, Unseen>();
  readonly #sizes = new Map<FollowedArray, number>();
  #began = false;
  #cancelled: string | undefined;

  constructor(
    readonly store: ResultStore,
    readonly lag: number,
    readonly ended: (index: number, outcome: Outcome) => void,
  ) {}

  /** Whether everything that was asked for has come to an end. */
  get done(): boolean {
    return this.#asked.size === 0;
  }

  ask({ key }: Task, index: number): void {
    this.#asked.set(key, { index, attempts: 0 });
  }

  /** Whether all that is still to come from an array was asked for here. */
  owns(array: FollowedArray): boolean {
    for (const key of array.open()) if (!this.#asked.has(key)) return false;
    return true;
  }

  enqueue(tasks: readonly Task[], size: number): void {
    if (tasks.length === 0) return;
    const chunks = piecesOf(tasks, size);
    const same = this.batches.find((batch) => batch.size === size);
    if (same === undefined) this.batches.push({ chunks, size });
    else same.chunks.push(...chunks);
  }

  /** Takes chunks of one size for the next array. */
  take(most: number): Batch | undefined {
    const batch = this.batches[0];
    if (batch === undefined) return undefined;
    const chunks = batch.chunks.splice(0, most);
    if (batch.chunks.length === 0) this.batches.shift();
    return { chunks, size: batch.size };
  }

  /** What was taken and could not be submitted. */
  putBack(chunks: Task[][], size: number): void {
    this.batches.unshift({ chunks, size });
  }

  /** Nothing more is submitted, and what was not is given up. */
  drop(): void {
    for (const { chunks } of this.batches.splice(0))
      for (const { key } of chunks.flat()) this.#asked.delete(key);
  }

  /** Nothing more is waited for from an array. */
  forsake(array: FollowedArray): void {
    for (const key of array.open()) this.#asked.delete(key);
  }

  follow(array: FollowedArray, size: number): void {
    this.arrays.push(array);
    this.#sizes.set(array, size);
  }

  /**
   * Takes in what has come back.
   *
   * @param states by job name and index, as Slurm showed them before; undefined when it did not answer
   * @param stopping nothing is submitted any more
   * @returns whether there was news
   * @throws InputError when no task can begin
   */
  look(states: States | undefined, now: number, stopping: boolean): boolean {
    const before = this.#asked.size;
    for (const [key, { array, index, since }] of this.#unseen) {
      if (this.#finish(key)) this.#unseen.delete(key);
      else if (now - since >= this.lag) {
        this.#unseen.delete(key);
        this.#retry(
          array,
          { index, keys: [key], state: "its result is torn", id: array.folder.name },
          stopping,
        );
      }
    }
    for (const array of this.arrays) {
      const known = states === undefined ? undefined : (states.get(array.folder.name) ?? new Map());
      for (const { key, index, outcome } of array.look(known, now))
        if (outcome !== undefined) this.#end(key, outcome);
        else if (!this.#finish(key) && this.#asked.has(key))
          this.#unseen.set(key, { array, index, since: now });
      this.#began ||= array.began;
      // Whether others of it begin tells whether its first ones failed by chance.
      if (this.#began || array.over) for (const lost of array.lost()) this.#retry(array, lost, stopping);
    }
    return this.#asked.size < before;
  }

  /** @throws InputError `slurm/cancelled` when some tasks were cancelled by somebody else */
  settle(): void {
    if (this.#cancelled !== undefined) throw cancelled(this.#cancelled);
  }

  /** Clears away the folders of arrays of which nothing is left to be read. */
  clear(): void {
    for (const array of this.arrays) if (array.over && !array.hasLost) array.folder.remove();
  }

  #retry(array: FollowedArray, lost: Lost, stopping: boolean): void {
    const keys = new Set(lost.keys.filter((key) => this.#asked.has(key) && !this.#finish(key)));
    if (keys.size === 0) return;
    const cancelledByOthers = lost.state === "CANCELLED" && !stopping;
    if (cancelledByOthers) this.#cancelled ??= lost.id;
    if (stopping || cancelledByOthers) {
      for (const key of keys) this.#asked.delete(key);
      return;
    }
    if (!this.#began) throw notStarted(array.folder, lost);
    const tasks = array.folder.tasks(lost.index).filter(({ key }) => keys.has(key));
    // All points of a chunk were tried as often.
    const attempts = this.#asked.get(tasks[0]!.key)!.attempts + 1;
    const last = attempts === MOST_ATTEMPTS - 1;
    for (const { key } of tasks)
      if (attempts < MOST_ATTEMPTS) this.#asked.get(key)!.attempts = attempts;
      else this.#end(key, lostOutcome(array.folder, lost, attempts));
    if (attempts < MOST_ATTEMPTS) this.enqueue(tasks, retrySize(this.#sizes.get(array)!, last));
  }

  #finish(key: string): boolean {
    const result = this.#asked.has(key) ? this.store.get(key) : undefined;
    if (result !== undefined) this.#end(key, { result });
    return result !== undefined;
  }

  #end(key: string, outcome: Outcome): void {
    const asked = this.#asked.get(key);
    if (asked === undefined) return;
    this.#asked.delete(key);
    this.ended(asked.index, outcome);
  }
}
