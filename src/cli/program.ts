import { Command, CommanderError, Option } from "commander";
import { InputError } from "../core/errors.js";
import { VERSION } from "../core/version.js";
import { checkCommand } from "./commands/check.js";
import { compareCommand } from "./commands/compare.js";
import { completionCommand } from "./commands/completion.js";
import { importCommand } from "./commands/import.js";
import { initCommand } from "./commands/init.js";
import { planCommand } from "./commands/plan.js";
import { policiesCommand } from "./commands/policies.js";
import { runCommand } from "./commands/run.js";
import { schemaCommand } from "./commands/schema.js";
import { sweepCommand } from "./commands/sweep.js";
import { traceCommand } from "./commands/trace.js";
import { validateCommand } from "./commands/validate.js";
import type { CommonOptions, Context } from "./context.js";
import { Exit } from "./exit.js";
import { faultText } from "./fault.js";
import { showProblems } from "./show-problems.js";
import type { Terminal } from "./terminal.js";

const HELP_WIDTH = 80;

/**
 * The command line without the process: takes arguments, writes to the terminal, returns the exit status. The
 * definitions of commands are always loaded, what they do only when they run: `--help` must not wait for a simulator.
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<Exit> {
  let status: Exit = Exit.Done;
  const program = createProgram({ terminal, finish: (result) => (status = result) });
  try {
    await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    // Commander has said what there is to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.Done : Exit.Usage;
    if (error instanceof InputError) {
      terminal.err(showProblems(error.problems, { paint: terminal.paintErr, width: terminal.errWidth }));
      return Exit.Usage;
    }
    terminal.err(faultText(error, terminal));
    return Exit.Fault;
  }
}

export function createProgram(context: Context): Command {
  const { terminal } = context;
  const program = new Command("whowaits")
    .description(
      "Which work runs next, who waits, how long, and why: simulates the scheduling of a GPU cluster",
    )
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show the help of a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      getOutHelpWidth: () => Math.min(HELP_WIDTH, terminal.width),
      getErrHelpWidth: () => Math.min(HELP_WIDTH, terminal.errWidth),
      getOutHasColors: () => terminal.outColor,
      getErrHasColors: () => terminal.errColor,
      outputError: (text, write) =>
        write(
          text
            .replace(/^error:/, terminal.paintErr(["red", "bold"], "error[usage]:"))
            .replace(/\n\((.*)\)\n$/, "\n  = $1\n"),
        ),
    })
    .showHelpAfterError("  = whowaits help COMMAND shows what a command takes");
  for (const define of COMMANDS) define(program, context);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)])
    common(command, terminal);
  return program.addHelpText(
    "after",
    "\nExamples:\n  $ whowaits init\n  $ whowaits run scenario.yaml\n  $ whowaits run scenario.yaml --set scheduler.policy=easy",
  );
}

const COMMANDS = [
  runCommand,
  compareCommand,
  checkCommand,
  sweepCommand,
  planCommand,
  validateCommand,
  policiesCommand,
  traceCommand,
  importCommand,
  schemaCommand,
  initCommand,
  completionCommand,
];

function common(command: Command, terminal: Terminal): void {
  command
    .addOption(new Option("--color <when>", "colour the output").choices(["auto", "always", "never"]))
    .hook("preAction", (_, action) => {
      terminal.colorMode = action.optsWithGlobals<CommonOptions>().color ?? "auto";
    });
}
