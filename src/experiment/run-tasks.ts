import type { Executor } from "./executors/executor.js";
import type { Outcome, Task } from "./point/point.js";
import type { ResultStore } from "./store/store.js";

/**
 * What becomes of some tasks, in their order. Those that are kept in the store are not run again, and equal ones run
 * once. After a stop the outcomes of tasks that never started are undefined or, at the end, missing.
 *
 * @param tasks made as the executor asks for them
 * @param options `ended` is told, after each run, how many different ones there are results of
 */
export async function runTasks(
  tasks: AsyncIterable<Task> | Iterable<Task>,
  executor: Executor,
  options: { store?: ResultStore; stop?: AbortSignal; ended?: (done: number) => void } = {},
): Promise<(Outcome | undefined)[]> {
  const { store, stop, ended } = options;
  const keys: string[] = [];
  const known = new Set<string>();
  const outcomes = new Map<string, Outcome>();
  const running: string[] = [];
  async function* missing(): AsyncGenerator<Task> {
    for await (const task of tasks) {
      const { key } = task;
      keys.push(key);
      if (known.has(key)) continue;
      known.add(key);
      const kept = store?.get(key);
      if (kept !== undefined) outcomes.set(key, { result: kept });
      else {
        running.push(key);
        yield task;
      }
    }
  }
  await executor.run(
    missing(),
    (index, outcome) => {
      outcomes.set(running[index]!, outcome);
      ended?.(outcomes.size);
    },
    stop,
  );
  return keys.map((key) => outcomes.get(key));
}
