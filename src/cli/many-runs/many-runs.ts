import type { Executor } from "../../experiment/executors/executor.js";
import { ResultStore } from "../../experiment/store/store.js";
import { Interrupts } from "../interrupts.js";
import { type PointsBar, pointsBar } from "../points-bar.js";
import type { Terminal } from "../terminal.js";
import { openExecutor } from "./executor.js";
import { type ManyRunsOptions, STORE } from "./options.js";

/** What a command needs that runs many simulations. */
export interface ManyRuns {
  executor: Executor;
  /** Runs at a time, as far as that is known. */
  parallel?: number;
  store?: ResultStore;
  /** Aborted by the first Ctrl-C: the runs in flight end, and no others begin. */
  stop: AbortSignal;
  bar: PointsBar;
  interrupts: Interrupts;
}

/**
 * Opens the store and the executor for a command and closes them behind it, whatever happens.
 *
 * @throws InputError when the options are wrong, or results cannot be kept
 */
export async function withManyRuns<T>(
  options: ManyRunsOptions,
  terminal: Terminal,
  work: (runs: ManyRuns) => Promise<T>,
): Promise<T> {
  // The tasks of an array bring their results back through the store.
  const folder = options.store ?? (options.executor === "slurm" ? STORE : undefined);
  const store = folder === undefined ? undefined : new ResultStore(folder).open();
  const bar = await pointsBar(terminal, options.quiet ?? false);
  const opened = await openExecutor(options, store, {
    note: (text) => options.quiet || bar.say(`${text}\n`),
    status: bar.status,
  });
  const stop = new AbortController();
  const interrupts = new Interrupts(
    terminal.world,
    () => {
      bar.stop();
      void opened.executor.close();
    },
    () => {
      stop.abort();
      bar.say("ending the runs in flight; again to stop at once\n");
    },
  );
  try {
    const kept = store === undefined ? {} : { store };
    return await work({ ...opened, stop: stop.signal, bar, interrupts, ...kept });
  } finally {
    bar.stop();
    interrupts.stop();
    await opened.executor.close();
  }
}
