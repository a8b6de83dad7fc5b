import { checkSweep, pointCount, type SweepEnd, sweep } from "../../experiment/sweep/sweep.js";
import { formatNumber } from "../../report/figures.js";
import type { SweepCliOptions } from "../commands/sweep.js";
import { Exit } from "../exit.js";
import { faultText } from "../fault.js";
import { refuseForeign } from "../many-runs/executor.js";
import { withManyRuns } from "../many-runs/many-runs.js";
import type { Terminal } from "../terminal.js";
import { askWhetherToRun } from "./ask.js";
import { planSweep } from "./plan-sweep.js";
import { formatOf, showSweep } from "./show.js";

/** A sweep of more points than this asks first. */
const MANY = 10_000;

export async function runSweep(path: string, options: SweepCliOptions, terminal: Terminal): Promise<Exit> {
  formatOf(options);
  const plan = await planSweep(path, options, terminal);
  await checkSweep(plan);
  if (options.executor === "kubernetes") {
    const { printManifest } = await import("./kubernetes.js");
    printManifest(path, plan, options, terminal);
    return Exit.Done;
  }
  refuseForeign(options, ["image", "claim", "dryRun"]);
  return withManyRuns(options, terminal, async ({ executor, parallel, store, stop, bar }) => {
    if (pointCount(plan) > MANY && !options.yes) await askWhetherToRun(plan, parallel, terminal);
    const kept = store === undefined ? {} : { store };
    const end = await sweep(plan, { executor, stop, progress: bar.update, ...kept });
    bar.stop();
    if (end.missing > 0) {
      const share = `${formatNumber(end.table.rows.length)} of ${formatNumber(pointCount(plan))} points`;
      const where = `are kept in ${options.store}; the same command goes on from there`;
      terminal.err(`interrupted: ${share} ${where}\n`);
      return Exit.Interrupted;
    }
    await showSweep(end.table, plan, options, terminal);
    return statusOf(end, terminal);
  });
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
