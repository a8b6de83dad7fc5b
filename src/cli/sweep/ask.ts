import { InputError } from "../../core/errors.js";
import { formatDuration, MILLISECOND } from "../../core/units.js";
import type { Executor } from "../../experiment/executors/executor.js";
import { runTasks } from "../../experiment/run-tasks.js";
import { pointAt, pointCount, type SweepPlan } from "../../experiment/sweep/sweep.js";
import { formatNumber } from "../../report/figures.js";
import { confirm } from "../confirm.js";
import type { Terminal } from "../terminal.js";

/**
 * Runs one point of a large sweep to tell how long all of them take, and asks.
 *
 * @param parallel points that run at a time
 * @throws InputError `usage/too-many-points` without a yes
 */
export async function askWhetherToRun(
  plan: SweepPlan,
  executor: Executor,
  parallel: number,
  terminal: Terminal,
): Promise<void> {
  const count = pointCount(plan);
  const task = await plan.tasks.task(pointAt(plan, 0));
  // The first run of a thread compiles the simulator; the second is what all others take.
  await runTasks([task], executor);
  const begin = performance.now();
  await runTasks([task], executor);
  const each = performance.now() - begin;
  const whole = formatDuration(Math.round((each * count * MILLISECOND) / parallel));
  const what = `${formatNumber(count)} points of about ${formatDuration(Math.round(each * MILLISECOND))} take about ${whole}, ${parallel} at a time`;
  if (await confirm(`${what}. Run them?`, terminal)) return;
  throw new InputError({
    code: "usage/too-many-points",
    message: what,
    hint: "--yes runs them; --sample latin:500 draws a few that tell much of it",
  });
}
