import { runSides } from "../../experiment/compare/run-sides.js";
import { FileHashes, filesOf } from "../../experiment/point/key.js";
import { Tasks } from "../../experiment/point/tasks.js";
import type { Result } from "../../metrics/result.js";
import type { LoadedScenario } from "../../scenario/load.js";
import type { CheckCliOptions } from "../commands/check.js";
import { readInput } from "../input.js";
import { withManyRuns } from "../many-runs/many-runs.js";
import { wholeNumber } from "../numbers.js";
import { overridesOf } from "../overrides.js";
import type { Terminal } from "../terminal.js";

export interface Checked {
  readonly loaded: LoadedScenario;
  /** Its replications; not all of them after Ctrl-C. */
  readonly runs: readonly Result[];
  /** SHA-256 of the files that it names. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Runs each scenario under its seeds. After Ctrl-C only those with a replication are left.
 *
 * @param look at the scenarios before anything runs; what it throws ends the command
 */
export async function runScenarios(
  paths: readonly string[],
  options: CheckCliOptions,
  terminal: Terminal,
  look: (all: readonly Pick<Checked, "loaded">[]) => void,
): Promise<{ checked: Checked[]; partial: boolean; tool: Result["tool"] | undefined }> {
  const replications = wholeNumber(options.replications, "--replications")!;
  const common = overridesOf(options, terminal.world);
  const files = new FileHashes();
  const all: { tasks: Tasks; loaded: LoadedScenario }[] = [];
  for (const path of paths) {
    const tasks = await Tasks.open(await readInput(path, terminal), common, files);
    all.push({ tasks, loaded: await tasks.load() });
  }
  look(all);
  const total = replications * all.length;
  let before = 0;
  const checked: Checked[] = [];
  const partial = await withManyRuns(options, terminal, async ({ executor, store, stop, bar }) => {
    for (const { tasks, loaded } of all) {
      const [side] = await runSides([{ name: loaded.scenario.name, tasks }], {
        replications,
        executor,
        ...(store === undefined ? {} : { store }),
        stop,
        ended: (done) => bar.update({ done: before + done, ran: before + done, total }),
      });
      before += replications;
      if (side!.runs.length > 0)
        checked.push({ loaded, runs: side!.runs, files: await filesOf(loaded, files) });
    }
    return stop.aborted;
  });
  return { checked, partial, tool: checked[0]?.runs[0]?.tool };
}
