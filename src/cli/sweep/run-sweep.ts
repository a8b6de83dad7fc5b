import { availableParallelism } from "node:os";
import { WorkerPool } from "../../experiment/executors/pool.js";
import { ResultStore } from "../../experiment/store/store.js";
import { checkSweep, pointCount, type SweepEnd, sweep } from "../../experiment/sweep/sweep.js";
import { formatNumber } from "../../report/figures.js";
import type { SweepCliOptions } from "../commands/sweep.js";
import { Exit } from "../exit.js";
import { faultText } from "../fault.js";
import { Interrupts } from "../interrupts.js";
import { wholeNumber } from "../numbers.js";
import { pointsBar } from "../points-bar.js";
import type { Terminal } from "../terminal.js";
import { askWhetherToRun } from "./ask.js";
import { planSweep } from "./plan-sweep.js";
import { formatOf, showSweep } from "./show.js";

/** A sweep of more points than this asks first. */
const MANY = 10_000;

export async function runSweep(path: string, options: SweepCliOptions, terminal: Terminal): Promise<Exit> {
  formatOf(options);
  const workers = wholeNumber(options.workers, "--workers") ?? availableParallelism();
  const plan = await planSweep(path, options, terminal);
  await checkSweep(plan);
  const store = new ResultStore(options.store).open();
  const executor = new WorkerPool({ store: store.folder, workers });
  const stop = new AbortController();
  const bar = await pointsBar(terminal, options.quiet ?? false);
  const interrupts = new Interrupts(terminal.world, bar.stop, () => {
    stop.abort();
    terminal.err("ending the points in flight; again to stop at once\n");
  });
  try {
    if (pointCount(plan) > MANY && !options.yes) await askWhetherToRun(plan, executor, workers, terminal);
    const end = await sweep(plan, { executor, store, stop: stop.signal, progress: bar.update });
    bar.stop();
    if (end.missing > 0) {
      const kept = `${formatNumber(end.table.rows.length)} of ${formatNumber(pointCount(plan))} points`;
      terminal.err(
        `interrupted: ${kept} are kept in ${options.store}; the same command goes on from there\n`,
      );
      return Exit.Interrupted;
    }
    await showSweep(end.table, plan, options, terminal);
    return statusOf(end, terminal);
  } finally {
    bar.stop();
    interrupts.stop();
    await executor.close();
  }
}

function statusOf({ faults, refused, fault, table }: SweepEnd, terminal: Terminal): Exit {
  if (faults > 0) {
    terminal.err(faultText(new Error(fault), terminal));
    return Exit.Fault;
  }
  if (refused === 0) return Exit.Done;
  const first = table.rows.find(({ error }) => error !== undefined)!;
  terminal.err(
    `${formatNumber(refused)} points gave no result: ${first.error} (${first.values.join(", ")})\n`,
  );
  return Exit.Usage;
}
