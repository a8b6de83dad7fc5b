import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import { type Context, examples } from "../context.js";
import { Exit } from "../exit.js";
import { readInput } from "../input.js";
import { type OverrideOptions, overrideOptions, overridesOf } from "../overrides.js";
import { showProblems } from "../show-problems.js";
import type { Terminal } from "../terminal.js";

export function validateCommand(program: Command, { terminal, finish }: Context): void {
  const command = program
    .command("validate")
    .description("Check scenarios without running them")
    .argument("<scenario...>", "scenario files; - reads standard input")
    .action(async (paths: string[], options: OverrideOptions) =>
      finish(await validate(paths, options, terminal)),
    );
  overrideOptions(command);
  examples(command, [
    ["validate scenario.yaml", "Everything that is wrong with a scenario, with its place"],
    ["validate scenarios/*.yaml", "Several at once"],
  ]);
}

async function validate(
  paths: readonly string[],
  options: OverrideOptions,
  terminal: Terminal,
): Promise<Exit> {
  const { loadScenario } = await import("../../scenario/load.js");
  const shown = { paint: terminal.paintErr, width: terminal.errWidth };
  let failed = false;
  for (const path of paths)
    try {
      const input = await readInput(path, terminal);
      const overrides = overridesOf(options, terminal.world);
      const { scenario, hash, variants, warnings } = await loadScenario(input, overrides);
      if (warnings.length > 0) terminal.err(showProblems(warnings, { ...shown, severity: "warning" }));
      const others = options.variant === undefined ? variants : [];
      for (const variant of others) await loadScenario(input, { ...overrides, variant });
      const word = others.length === 0 ? "is" : `and ${others.join(", ")} are`;
      terminal.out(`${path}: ${scenario.name} ${word} valid (${hash.slice(0, 12)})\n`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed = true;
      terminal.err(showProblems(error.problems, shown));
    }
  return failed ? Exit.Usage : Exit.Done;
}
