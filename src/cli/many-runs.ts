import { availableParallelism } from "node:os";
import { WorkerPool } from "../experiment/executors/pool.js";
import { ResultStore } from "../experiment/store/store.js";
import { Interrupts } from "./interrupts.js";
import { wholeNumber } from "./numbers.js";
import { type PointsBar, pointsBar } from "./points-bar.js";
import type { Terminal } from "./terminal.js";

export interface ManyRunsOptions {
  /** Folder of kept results; nothing is kept when absent. */
  store?: string;
  workers?: string;
  quiet?: boolean;
}

/** What a command needs that runs many simulations. */
export interface ManyRuns {
  executor: WorkerPool;
  /** Runs at a time. */
  workers: number;
  store?: ResultStore;
  /** Aborted by the first Ctrl-C: the runs in flight end, and no others begin. */
  stop: AbortSignal;
  bar: PointsBar;
  interrupts: Interrupts;
}

/**
 * Opens the store and the pool for a command and closes them behind it, whatever happens.
 *
 * @throws InputError when the options are wrong, or results cannot be kept
 */
export async function withManyRuns<T>(
  options: ManyRunsOptions,
  terminal: Terminal,
  work: (runs: ManyRuns) => Promise<T>,
): Promise<T> {
  const workers = wholeNumber(options.workers, "--workers") ?? availableParallelism();
  const store = options.store === undefined ? undefined : new ResultStore(options.store).open();
  const executor = new WorkerPool({ workers, ...(store === undefined ? {} : { store: store.folder }) });
  const stop = new AbortController();
  const bar = await pointsBar(terminal, options.quiet ?? false);
  const interrupts = new Interrupts(terminal.world, bar.stop, () => {
    stop.abort();
    terminal.err("ending the runs in flight; again to stop at once\n");
  });
  try {
    const kept = store === undefined ? {} : { store };
    return await work({ executor, workers, stop: stop.signal, bar, interrupts, ...kept });
  } finally {
    bar.stop();
    interrupts.stop();
    await executor.close();
  }
}
