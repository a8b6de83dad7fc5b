import { type Plan, plan } from "../../experiment/plan/plan.js";
import { Stopped } from "../../experiment/plan/trials.js";
import { Tasks } from "../../experiment/point/tasks.js";
import type { PlanCliOptions } from "../commands/plan.js";
import { Exit } from "../exit.js";
import { readInput } from "../input.js";
import { withManyRuns } from "../many-runs/many-runs.js";
import { fraction, wholeNumber } from "../numbers.js";
import { overridesOf } from "../overrides.js";
import type { Terminal } from "../terminal.js";
import { axesOf, expectedRuns, pricesOf } from "./read-options.js";

/** Ends with 1 when nothing that was asked for meets the targets. */
export async function runPlan(path: string, options: PlanCliOptions, terminal: Terminal): Promise<Exit> {
  const axes = axesOf(options);
  const replications = wholeNumber(options.replications, "--replications")!;
  const confidence = fraction(options.confidence, "--confidence", { above: 0.5, below: 1 });
  const tasks = await Tasks.open(await readInput(path, terminal), overridesOf(options, terminal.world));
  const prices = pricesOf(options.price ?? [], await tasks.load());
  const guess = expectedRuns(axes, replications, options.headroom);
  return withManyRuns(options, terminal, async ({ executor, store, stop, bar }) => {
    try {
      const found = await plan(tasks, axes, {
        executor,
        ...(store === undefined ? {} : { store }),
        replications,
        confidence,
        largest: options.largest !== undefined,
        prices,
        ...(options.pay === undefined ? {} : { paid: options.pay }),
        around: options.headroom,
        stop,
        ended: (done) => bar.update({ done, ran: done, total: Math.max(guess, done) }),
      });
      bar.stop();
      await show(found, options, terminal);
      return found.answer === undefined ? Exit.Failed : Exit.Done;
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      bar.stop();
      const kept = `what has run is kept in ${options.store}`;
      terminal.err(`interrupted: ${kept}; the same command goes on from there\n`);
      return Exit.Interrupted;
    }
  });
}

async function show(found: Plan, { json, markdown }: PlanCliOptions, terminal: Terminal): Promise<void> {
  if (json) {
    const { planJson } = await import("../../report/plan/json.js");
    return terminal.out(planJson(found));
  }
  if (markdown) {
    const { planMarkdown } = await import("../../report/plan/markdown.js");
    return terminal.out(planMarkdown(found));
  }
  const { planText } = await import("../../report/plan/text.js");
  terminal.out(await planText(found, terminal.width, terminal.style));
}
