import { InputError } from "../../core/errors.js";
import { loadScenario } from "../../scenario/load.js";
import { type SimulateOptions, simulate } from "../../scenario/simulate.js";
import type { ResultStore } from "../store/store.js";
import type { Outcome, Task } from "./point.js";

/**
 * Runs a task where it stands and keeps its result in the store, if there is one. Never throws.
 *
 * @param breathe called now and then during the run
 */
export async function runTask(
  task: Task,
  store?: ResultStore,
  breathe?: SimulateOptions["breathe"],
): Promise<Outcome> {
  try {
    const { data, name, folder } = task;
    const loaded = await loadScenario({ object: data as Record<string, unknown>, name, folder });
    if (loaded.hash !== task.scenarioHash)
      return { fault: `the scenario of ${task.key} is ${loaded.hash} here and was ${task.scenarioHash}` };
    const { result } = await simulate(loaded, breathe === undefined ? {} : { breathe });
    store?.put(task.key, result);
    return { result };
  } catch (error) {
    if (error instanceof InputError) return { problems: error.problems };
    return { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
