import { InputError } from "../../core/errors.js";
import { TOOL } from "../../core/version.js";
import { type Plan, plan, Stopped } from "../../experiment/plan/plan.js";
import { Tasks } from "../../experiment/point/tasks.js";
import { type Axis, parseAxis, sizeOf } from "../../experiment/sweep/axis.js";
import type { PlanCliOptions } from "../commands/plan.js";
import { Exit } from "../exit.js";
import { readInput } from "../input.js";
import { withManyRuns } from "../many-runs.js";
import { fraction, wholeNumber } from "../numbers.js";
import { overridesOf } from "../overrides.js";
import type { Terminal } from "../terminal.js";

/** Ends with 1 when the largest value does not meet the targets. */
export async function runPlan(path: string, options: PlanCliOptions, terminal: Terminal): Promise<Exit> {
  const axis = rangeOf(options.find);
  const replications = wholeNumber(options.replications, "--replications")!;
  const confidence = fraction(options.confidence, "--confidence", { above: 0.5, below: 1 });
  const tasks = await Tasks.open(await readInput(path, terminal), overridesOf(options, terminal.world));
  const total = replications * (Math.ceil(Math.log2(sizeOf(axis))) + 3);
  return withManyRuns(options, terminal, async ({ executor, store, stop, bar }) => {
    try {
      const found = await plan(tasks, axis, {
        executor,
        ...(store === undefined ? {} : { store }),
        replications,
        confidence,
        stop,
        ended: (done) => bar.update({ done, ran: done, total }),
      });
      bar.stop();
      await show(found, options, terminal);
      return found.smallest === undefined ? Exit.Failed : Exit.Done;
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      bar.stop();
      const kept = `what has run is kept in ${options.store}`;
      terminal.err(`interrupted: ${kept}; the same command goes on from there\n`);
      return Exit.Interrupted;
    }
  });
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
