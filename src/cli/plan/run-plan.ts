import { availableParallelism } from "node:os";
import { InputError } from "../../core/errors.js";
import { TOOL } from "../../core/version.js";
import { WorkerPool } from "../../experiment/executors/pool.js";
import { type Plan, plan, Stopped } from "../../experiment/plan/plan.js";
import { Tasks } from "../../experiment/point/tasks.js";
import { ResultStore } from "../../experiment/store/store.js";
import { type Axis, parseAxis, sizeOf } from "../../experiment/sweep/axis.js";
import type { PlanCliOptions } from "../commands/plan.js";
import { Exit } from "../exit.js";
import { readInput } from "../input.js";
import { Interrupts } from "../interrupts.js";
import { fraction, wholeNumber } from "../numbers.js";
import { overridesOf } from "../overrides.js";
import { pointsBar } from "../points-bar.js";
import type { Terminal } from "../terminal.js";

/** Ends with 1 when the largest value does not meet the targets. */
export async function runPlan(path: string, options: PlanCliOptions, terminal: Terminal): Promise<Exit> {
  const axis = rangeOf(options.find);
  const replications = wholeNumber(options.replications, "--replications")!;
  const workers = wholeNumber(options.workers, "--workers") ?? availableParallelism();
  const confidence = fraction(options.confidence, "--confidence", { above: 0.5, below: 1 });
  const tasks = await Tasks.open(await readInput(path, terminal), overridesOf(options, terminal.world));
  const store = new ResultStore(options.store).open();
  const executor = new WorkerPool({ store: store.folder, workers });
  const stop = new AbortController();
  const bar = await pointsBar(terminal, options.quiet ?? false);
  const interrupts = new Interrupts(terminal.world, bar.stop, () => {
    stop.abort();
    terminal.err("ending the runs in flight; again to stop at once\n");
  });
  const total = replications * (Math.ceil(Math.log2(sizeOf(axis))) + 3);
  try {
    const found = await plan(tasks, axis, {
      executor,
      store,
      replications,
      confidence,
      stop: stop.signal,
      ended: (done) => bar.update({ done, ran: done, total }),
    });
    bar.stop();
    await show(found, options, terminal);
    return found.smallest === undefined ? Exit.Failed : Exit.Done;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    bar.stop();
    terminal.err(
      `interrupted: what has run is kept in ${options.store}; the same command goes on from there\n`,
    );
    return Exit.Interrupted;
  } finally {
    bar.stop();
    interrupts.stop();
    await executor.close();
  }
}

function rangeOf(text: string): Axis {
  const axis = parseAxis(text, "--find");
  if (!("values" in axis)) return axis;
  throw new InputError({
    code: "usage/bad-find",
    message: "--find needs a range of numbers",
    at: { file: "--find", line: 0, column: 1, length: text.length, text },
    hint: `such as ${axis.key}=1..16`,
  });
}

async function show(found: Plan, { json }: PlanCliOptions, terminal: Terminal): Promise<void> {
  if (json) {
    const { scenario, key, targets, tried, smallest, monotone, replications, confidence } = found;
    const points = tried.map(({ value, met, standings, error }) => ({
      value,
      met,
      ...(error === undefined ? {} : { error }),
      targets: standings.map((standing, i) => ({ target: targets[i]!.text, ...standing })),
    }));
    const answer = smallest?.value ?? null;
    const all = { tool: TOOL, scenario, key, smallest: answer, monotone, replications, confidence, points };
    terminal.out(`${JSON.stringify(all, null, 2)}\n`);
    return;
  }
  const { planText } = await import("../../report/plan/text.js");
  terminal.out(await planText(found, terminal.width, terminal.style));
}
