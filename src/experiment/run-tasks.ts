import type { Executor } from "./executors/executor.js";
import type { Outcome, Task } from "./point/point.js";
import type { ResultStore } from "./store/store.js";

/**
 * What becomes of some tasks, in their order. Those that are kept in the store are not run again, and equal ones run once.
 * After a stop the outcomes of tasks that never started are undefined.
 */
export async function runTasks(
  tasks: readonly Task[],
  executor: Executor,
  options: { store?: ResultStore; stop?: AbortSignal; ended?: (done: number, total: number) => void } = {},
): Promise<(Outcome | undefined)[]> {
  const { store, stop, ended } = options;
  const outcomes = new Map<string, Outcome>();
  const missing = new Map<string, Task>();
  for (const task of tasks) {
    if (outcomes.has(task.key) || missing.has(task.key)) continue;
    const kept = store?.get(task.key);
    if (kept === undefined) missing.set(task.key, task);
    else outcomes.set(task.key, { result: kept });
  }
  const total = outcomes.size + missing.size;
  const running = [...missing.values()];
  await executor.run(
    running,
    (index, outcome) => {
      outcomes.set(running[index]!.key, outcome);
      ended?.(outcomes.size, total);
    },
    stop,
  );
  return tasks.map(({ key }) => outcomes.get(key));
}
