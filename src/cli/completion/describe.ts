import type { Command, Option } from "commander";

/** What there is to complete after a command, such as `trace inspect`. */
export interface Completion {
  /** Words from the program's name on, without it; empty for the program itself. */
  path: string;
  commands: { name: string; description: string }[];
  options: OptionCompletion[];
  /** Words for the first argument; undefined when it is a file, empty when there is none. */
  words: readonly string[] | undefined;
}

export interface OptionCompletion {
  /** With dashes: `-q`, `--quiet`. */
  names: string[];
  description: string;
  /** Takes a value: one of these words, or a file when there are none; undefined: it takes none. */
  values: readonly string[] | undefined;
}

/** Words that the definitions of commands do not hold, by command, or by command and option. */
export type Words = Readonly<Record<string, readonly string[]>>;

/** Everything that can be typed, from the definitions of the commands. */
export function describeCommands(program: Command, words: Words): Completion[] {
  const help = program.createHelp();
  const describe = (command: Command, path: string): Completion[] => {
    const commands = help.visibleCommands(command);
    const [argument] = command.registeredArguments;
    const own: Completion = {
      path,
      commands: commands.map((sub) => ({ name: sub.name(), description: sub.description() })),
      options: help.visibleOptions(command).map((option) => describeOption(option, path, words)),
      words: words[path] ?? argument?.argChoices ?? (argument === undefined ? [] : undefined),
    };
    const below = commands.flatMap((sub) =>
      describe(sub as Command, path === "" ? sub.name() : `${path} ${sub.name()}`),
    );
    return [own, ...below];
  };
  return describe(program, "");
}

function describeOption(option: Option, path: string, words: Words): OptionCompletion {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const takesValue = option.required || option.optional;
  return {
    names,
    description: option.description,
    values: takesValue ? (words[`${path} ${option.long}`] ?? option.argChoices ?? []) : undefined,
  };
}
