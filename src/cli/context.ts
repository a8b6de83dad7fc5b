import type { Command } from "commander";
import type { Exit } from "./exit.js";
import type { ColorMode, Terminal } from "./terminal.js";

/** What commands are made with. */
export interface Context {
  readonly terminal: Terminal;
  /** The exit status of a command that did not throw. */
  finish(status: Exit): void;
}

/** Options that every command has. */
export interface CommonOptions {
  color?: ColorMode;
}

/** Adds examples, each with a word on what it does. */
export function examples(
  command: Command,
  lines: readonly (readonly [command: string, does: string])[],
): Command {
  const shown = lines.map(([text, does]) => `  # ${does}\n  $ whowaits ${text}`);
  return command.addHelpText("after", `\nExamples:\n${shown.join("\n")}`);
}
