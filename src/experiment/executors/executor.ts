import type { Outcome, Task } from "../point/point.js";

/** Runs tasks somewhere, several at once. */
export interface Executor {
  /**
   * Takes tasks as it has room for them, and tells of each as it ends, by its place in the order in which they came.
   * Resolves when all have ended or, once `stop` is aborted, when those in flight have.
   *
   * @throws InputError when it cannot work at all, such as without `sbatch`
   */
  run(
    tasks: AsyncIterable<Task> | Iterable<Task>,
    ended: (index: number, outcome: Outcome) => void,
    stop?: AbortSignal,
  ): Promise<void>;

  /** Lets go of processes and the like, at once; afterwards it cannot run. */
  close(): Promise<void>;
}

/** Times that a task is tried when what ran it dies. */
export const MOST_ATTEMPTS = 3;
