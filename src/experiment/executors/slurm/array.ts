import type { Outcome } from "../../point/point.js";
import type { ArrayFolder } from "./array-folder.js";
import { isOver, type TaskState } from "./client.js";

/** The index that stands for all tasks that have none of their own in Slurm's answer. */
export const ALL_OTHERS = -1;

/** One task of an array while it is followed. */
interface Chunk {
  /** Keys that it has not told of. */
  readonly open: Set<string>;
  /** Where to go on reading what it tells. */
  next: number;
  began: boolean;
  /** It has told that it ends. */
  ended: boolean;
  /** Nothing more comes from it, and why is known. */
  over: boolean;
  /** Since when its files say that it goes on although Slurm says otherwise, ms. */
  overdue?: number;
  /** What Slurm said of it last. */
  state?: TaskState;
}

/** What became of a point: an outcome, or that its task ended without one. */
export interface Told {
  readonly key: string;
  /** Of the task that tells. */
  readonly index: number;
  /** Undefined: the store has the result. */
  readonly outcome?: Outcome;
}

/** Points whose task is over and that have no outcome. */
export interface Lost {
  readonly index: number;
  readonly keys: readonly string[];
  readonly state: string;
  /** Such as `17_3`. */
  readonly id: string;
}

/** A submitted job array, followed until all of its tasks are over. */
export class FollowedArray {
  readonly #chunks = new Map<number, Chunk>();
  readonly #lost: Lost[] = [];
  /** Whether a task has ended without some of its points. */
  hasLost = false;

  /**
   * @param chunks keys of the points of each task
   * @param lag how long what a task wrote last may take to be seen here, ms: network file systems keep old answers
   */
  constructor(
    readonly folder: ArrayFolder,
    chunks: readonly (readonly string[])[],
    readonly lag: number,
  ) {
    for (const [index, keys] of chunks.entries())
      this.#chunks.set(index, { open: new Set(keys), next: 0, began: false, ended: false, over: false });
  }

  get over(): boolean {
    return [...this.#chunks.values()].every(({ over }) => over);
  }

  /** Whether any of its tasks has begun. */
  get began(): boolean {
    return [...this.#chunks.values()].some(({ began }) => began);
  }

  /** Points that are still to come from it. */
  *open(): Generator<string> {
    for (const { open, over } of this.#chunks.values()) if (!over) yield* open;
  }

  /** Tasks that are not over, by Slurm's word for their state and, for waiting ones, the reason. */
  *going(): Generator<TaskState> {
    for (const { over, state } of this.#chunks.values()) if (!over && state !== undefined) yield state;
  }

  /** Lost points, each told once. */
  lost(): Lost[] {
    return this.#lost.splice(0);
  }

  /**
   * Looks at what its tasks have told.
   *
   * @param states of its tasks as Slurm showed them before this look; undefined when Slurm did not answer
   * @param now ms
   */
  *look(states: ReadonlyMap<number, TaskState> | undefined, now: number): Generator<Told> {
    for (const [index, chunk] of this.#chunks) {
      if (chunk.over) continue;
      const state = states?.get(index) ?? states?.get(ALL_OTHERS);
      if (state !== undefined) chunk.state = state;
      if (state?.state === "PENDING") continue;
      yield* this.#read(index, chunk);
      if (!chunk.over && states !== undefined) this.#judge(chunk, state, now);
      if (!chunk.over || chunk.open.size === 0) continue;
      this.hasLost = true;
      this.#lost.push({
        index,
        keys: [...chunk.open],
        state: chunk.state?.state ?? "no longer known to Slurm",
        id: chunk.state?.id ?? `${this.folder.name}_${index}`,
      });
    }
  }

  *#read(index: number, chunk: Chunk): Generator<Told> {
    const { words, next } = this.folder.told(index, chunk.next);
    chunk.next = next;
    for (const word of words) {
      if ("began" in word) chunk.began = true;
      else if ("end" in word) chunk.ended = true;
      else if (chunk.open.delete(word.key))
        yield "kept" in word ? { key: word.key, index } : { key: word.key, index, outcome: word.outcome };
    }
    // One that was told to end early leaves points; Slurm knows who told it.
    chunk.over = chunk.ended && chunk.open.size === 0;
  }

  /** Slurm says that it is over, and its files do not. */
  #judge(chunk: Chunk, state: TaskState | undefined, now: number): void {
    if (state !== undefined && !isOver(state.state)) {
      delete chunk.overdue;
      return;
    }
    // One that ended well has written its end; one that Slurm has forgotten may have.
    const mayEnd = !chunk.ended && (state === undefined || state.state === "COMPLETED");
    chunk.overdue ??= now;
    if (!mayEnd || now - chunk.overdue >= this.lag) chunk.over = true;
  }
}
