import { availableParallelism } from "node:os";
import { contendersOf, divergencesOf, runSides } from "../../experiment/compare/run-sides.js";
import { WorkerPool } from "../../experiment/executors/pool.js";
import { ResultStore } from "../../experiment/store/store.js";
import type { CompareCliOptions } from "../commands/compare.js";
import { readInput } from "../input.js";
import { Interrupts } from "../interrupts.js";
import { wholeNumber } from "../numbers.js";
import { overridesOf } from "../overrides.js";
import { pointsBar } from "../points-bar.js";
import type { Terminal } from "../terminal.js";
import { baselineFirst, type Compared } from "./compared.js";

/** Runs scenarios, or one and its variants, under the same seeds. */
export async function compareScenarios(
  paths: readonly string[],
  options: CompareCliOptions,
  terminal: Terminal,
): Promise<Compared> {
  const replications = wholeNumber(options.replications, "--replications")!;
  const workers = wholeNumber(options.workers, "--workers") ?? availableParallelism();
  const inputs = await Promise.all(paths.map((path) => readInput(path, terminal)));
  const { variant, ...values } = options;
  const common = overridesOf(values, terminal.world);
  const contenders = baselineFirst(await contendersOf(inputs, common, variant), options.baseline);
  const store = new ResultStore(options.store).open();
  const executor = new WorkerPool({ store: store.folder, workers });
  const stop = new AbortController();
  const bar = await pointsBar(terminal, options.quiet ?? false);
  const interrupts = new Interrupts(terminal.world, bar.stop, () => {
    stop.abort();
    terminal.err("ending the runs in flight; again to stop at once\n");
  });
  const total = replications * contenders.length;
  try {
    const sides = await runSides(contenders, {
      replications,
      executor,
      store,
      stop: stop.signal,
      ended: (done) => bar.update({ done, ran: done, total }),
    });
    bar.stop();
    const record = options.decisions && !stop.signal.aborted;
    const divergences = record ? await divergencesOf(contenders, () => interrupts.heard()) : [];
    return { sides, divergences, partial: stop.signal.aborted };
  } finally {
    bar.stop();
    interrupts.stop();
    await executor.close();
  }
}
