import type { Command } from "commander";
import { type Context, examples } from "../context.js";
import { Exit } from "../exit.js";
import { readInput } from "../input.js";
import { Interrupts } from "../interrupts.js";
import { type OverrideOptions, overrideOptions, overridesOf } from "../overrides.js";
import { progressBar } from "../progress.js";
import type { Terminal } from "../terminal.js";

interface RunOptions extends OverrideOptions {
  json?: boolean;
  out?: string;
  journal: boolean;
  strict?: boolean;
  checkInvariants?: boolean;
  dryRun?: boolean;
  quiet?: boolean;
}

export function runCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("run")
    .description("Run a scenario and show who waited, how long and why")
    .argument("<scenario>", "scenario file; - reads standard input");
  overrideOptions(command)
    .option("--json", "print result.json instead of the summary")
    .option("--out <folder>", "save the run: result, jobs, requests, journal")
    .option("--no-journal", "leave journal.jsonl out of the saved run")
    .option("--strict", "a trace row that cannot be used is an error")
    .option("--check-invariants", "audit all books after every scheduling pass (slow)")
    .option("--dry-run", "print the scenario with the origin of each value instead of running it")
    .option("-q, --quiet", "neither summary nor progress")
    .action(async (path: string, options: RunOptions) => finish(await run(path, options, terminal)));
  examples(command, [
    ["run scenario.yaml", "Run it and show a summary"],
    ["run scenario.yaml --set scheduler.policy=easy", "The same with another policy"],
    ["run scenario.yaml --out runs/first", "Keep every job, request and event"],
    ["run scenario.yaml --json | jq .metrics", "For other programs"],
  ]);
}

async function run(path: string, options: RunOptions, terminal: Terminal): Promise<Exit> {
  const { loadScenario } = await import("../../scenario/load.js");
  const loaded = await loadScenario(await readInput(path, terminal), overridesOf(options, terminal.world));
  if (options.dryRun) {
    const { dryRun } = await import("../dry-run.js");
    terminal.out(dryRun(loaded, options.json ?? false));
    return Exit.Done;
  }
  const { simulate } = await import("../../scenario/simulate.js");
  const saving =
    options.out === undefined
      ? undefined
      : await (await import("../saving.js")).startSaving(options.out, loaded, options.journal);
  const interrupts = new Interrupts(terminal.world, () => saving?.run.discard());
  const bar = await progressBar(terminal, options.quiet ?? false);
  try {
    const { result } = await simulate(loaded, {
      strict: options.strict ?? false,
      checkInvariants: options.checkInvariants ?? false,
      listeners: saving?.listeners ?? [],
      ...(path === "-" ? {} : { stdin: terminal.world.stdin }),
      breathe: async (progress) => {
        bar.update(progress);
        return interrupts.heard();
      },
    });
    bar.stop();
    const { resultJson } = await import("../../report/result-json.js");
    const text = resultJson(result);
    saving?.run.write("result.json", text);
    saving?.run.finish({ tool: result.tool, scenario: result.scenario, seed: result.seed });
    if (options.json) terminal.out(text);
    else if (!options.quiet) {
      const { summary } = await import("../../report/summary.js");
      const { width, style } = terminal;
      const saved = saving === undefined ? {} : { saved: { folder: options.out!, files: saving.files } };
      terminal.out(await summary(result, { width, style, ...saved }));
    }
    return result.partial === "interrupted" ? Exit.Interrupted : Exit.Done;
  } catch (error) {
    saving?.run.discard();
    throw error;
  } finally {
    bar.stop();
    interrupts.stop();
  }
}
