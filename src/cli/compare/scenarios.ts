import { contendersOf, divergencesOf, runSides } from "../../experiment/compare/run-sides.js";
import type { CompareCliOptions } from "../commands/compare.js";
import { readInput } from "../input.js";
import { withManyRuns } from "../many-runs/many-runs.js";
import { wholeNumber } from "../numbers.js";
import { overridesOf } from "../overrides.js";
import type { Terminal } from "../terminal.js";
import { baselineFirst, type Compared } from "./compared.js";

/** Runs scenarios, or one and its variants, under the same seeds. */
export async function compareScenarios(
  paths: readonly string[],
  options: CompareCliOptions,
  terminal: Terminal,
): Promise<Compared> {
  const replications = wholeNumber(options.replications, "--replications")!;
  const inputs = await Promise.all(paths.map((path) => readInput(path, terminal)));
  const { variant, ...values } = options;
  const common = overridesOf(values, terminal.world);
  const contenders = baselineFirst(await contendersOf(inputs, common, variant), options.baseline);
  const total = replications * contenders.length;
  return withManyRuns(options, terminal, async ({ executor, store, stop, bar, interrupts }) => {
    const sides = await runSides(contenders, {
      replications,
      executor,
      ...(store === undefined ? {} : { store }),
      stop,
      ended: (done) => bar.update({ done, ran: done, total }),
    });
    bar.stop();
    const record = options.decisions && !stop.aborted;
    const divergences = record ? await divergencesOf(contenders, () => interrupts.heard()) : [];
    return { sides, divergences, partial: stop.aborted };
  });
}
