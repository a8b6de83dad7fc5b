import { InputError } from "../../core/errors.js";
import { formatDuration, MILLISECOND } from "../../core/units.js";
import { WorkerPool } from "../../experiment/executors/pool.js";
import type { Task } from "../../experiment/point/point.js";
import { runTasks } from "../../experiment/run-tasks.js";
import { pointAt, pointCount, type SweepPlan } from "../../experiment/sweep/sweep.js";
import { formatNumber } from "../../report/figures.js";
import { confirm } from "../confirm.js";
import type { Terminal } from "../terminal.js";

/**
 * Runs one point of a large sweep to tell how long all of them take, and asks.
 *
 * @param parallel points that run at a time, when that is known
 * @throws InputError `usage/too-many-points` without a yes
 */
export async function askWhetherToRun(
  plan: SweepPlan,
  parallel: number | undefined,
  terminal: Terminal,
): Promise<void> {
  const count = pointCount(plan);
  const task = await plan.tasks.task(pointAt(plan, 0));
  const each = await timeOf(task);
  const whole = formatDuration(Math.round((each * count * MILLISECOND) / (parallel ?? 1)));
  const how = parallel === undefined ? "on one core" : `${parallel} at a time`;
  const what = `${formatNumber(count)} points of about ${formatDuration(Math.round(each * MILLISECOND))} take about ${whole}, ${how}`;
  if (await confirm(`${what}. Run them?`, terminal)) return;
  throw new InputError({
    code: "usage/too-many-points",
    message: what,
    hint: "--yes runs them; --sample latin:500 draws a few that tell much of it",
  });
}

/** How long a run takes here once the simulator is compiled, ms. */
async function timeOf(task: Task): Promise<number> {
  const here = new WorkerPool({ workers: 1 });
  try {
    await runTasks([task], here);
    const begin = performance.now();
    await runTasks([task], here);
    return performance.now() - begin;
  } finally {
    await here.close();
  }
}
