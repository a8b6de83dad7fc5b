import { InputError, type Problem } from "../core/errors.js";
import type { OptionInfo } from "../core/policy-info.js";
import { closest } from "../core/suggest.js";
import type { ParsedArgs } from "./request-scheduler.js";
import { splitWords } from "./split-words.js";

/** The command line of a real engine: which flags it knows, and what becomes of each here. */
export interface CommandLine {
  /** Its name, for messages. */
  program: string;
  /** Flags that set an option, without their dashes. */
  options: ReadonlyMap<string, OptionInfo>;
  /** Switches can be turned off by `--no-…`. */
  negates: boolean;
  /** Other spellings of flags, with their dashes, and the flags. */
  aliases: Readonly<Record<string, string>>;
  /** Flags that decide nothing that we simulate: accepted without a word. */
  withoutEffect: ReadonlySet<string>;
  /** Flags that change what the engine does in a way that is not modelled: accepted, and named once. */
  notModelled: ReadonlySet<string>;
  /** Flags of which only the value 1 can be simulated, and what to do instead. */
  onlyOne: Readonly<Record<string, string>>;
  /** Reads a value that is more than a plain number or a choice; undefined when it is wrong. */
  readNumber(option: OptionInfo, text: string): number | undefined;
}

/** Degrees of parallelism that would change how many GPUs a replica takes. */
export const oneRankOnly: Readonly<Record<string, string>> = {
  "pipeline-parallel-size": "pipeline parallelism is not modelled: use --tensor-parallel-size",
  "data-parallel-size": "each data-parallel rank is an engine of its own: use the service's replicas",
};

/**
 * Reads an engine's arguments: `--flag value`, `--flag=value` and switches, with `-` or `_`. What comes before the first
 * flag (the program, the model) is passed over: the scenario names the model.
 *
 * @param path keys from the scenario's root to the text
 * @throws InputError naming every flag that the engine does not know, or whose value is wrong
 */
export function parseCommandLine(
  line: CommandLine,
  args: string,
  path: readonly (string | number)[],
): ParsedArgs {
  const { options, withoutEffect, notModelled, onlyOne } = line;
  const words = splitWords(args);
  const problems: Problem[] = [];
  const parsed: ParsedArgs = { options: {}, notModelled: [] };
  const wrong = (code: string, message: string, hint?: string) =>
    problems.push({ code, message, path, ...(hint === undefined ? {} : { hint }) });

  let i = 0;
  while (i < words.length && !words[i]!.startsWith("-")) i++;
  while (i < words.length) {
    const word = words[i++]!;
    if (!word.startsWith("-")) {
      wrong("serving/stray-argument", `"${word}" belongs to no flag`, "write --flag value");
      continue;
    }
    const [written, attached] = splitOnce(word.replace(/^--?/, ""), "=");
    const name = written.replaceAll("_", "-");
    const flag = line.aliases[(word.startsWith("--") ? "--" : "-") + name] ?? name;
    const takes = () => attached ?? (i < words.length && !isFlag(words[i]!) ? words[i++] : undefined);

    const positive = line.negates ? flag.replace(/^no-/, "") : flag;
    const option = options.get(flag) ?? options.get(positive);
    if (option?.type === "boolean") {
      const either = line.negates ? `--${positive} or --no-${positive}` : `--${positive} alone`;
      if (attached !== undefined) wrong("serving/wrong-flag", `--${flag} takes no value`, `write ${either}`);
      parsed.options[option.name] = flag === positive;
    } else if (option !== undefined && flag === positive) {
      const value = readValue(line, option, takes());
      if (value === undefined) wrong("serving/wrong-flag", `--${flag} needs ${describe(option)}`);
      else parsed.options[option.name] = value;
    } else if (onlyOne[flag] !== undefined) {
      if (takes() !== "1")
        wrong("serving/not-modelled", `--${flag} other than 1 cannot be simulated`, onlyOne[flag]);
    } else if (withoutEffect.has(positive) || notModelled.has(positive)) {
      while (takes() !== undefined && attached === undefined);
      if (notModelled.has(positive) && !parsed.notModelled.includes(`--${flag}`))
        parsed.notModelled.push(`--${flag}`);
    } else {
      while (takes() !== undefined && attached === undefined);
      const near = closest(positive, [
        ...options.keys(),
        ...withoutEffect,
        ...notModelled,
        ...Object.keys(onlyOne),
      ]);
      wrong(
        "serving/unknown-flag",
        `${line.program} has no flag --${flag}`,
        near === undefined ? undefined : `did you mean "--${near}"?`,
      );
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return parsed;
}

/** A negative number is a value, not a flag. */
function isFlag(word: string): boolean {
  return word.startsWith("-") && !/^-\d/.test(word);
}

function splitOnce(text: string, at: string): [string, string | undefined] {
  const i = text.indexOf(at);
  return i < 0 ? [text, undefined] : [text.slice(0, i), text.slice(i + 1)];
}

function describe(option: OptionInfo): string {
  if (option.type === "enum") return `one of ${option.values!.join(", ")}`;
  const least = option.minimum === undefined ? "" : ` of at least ${option.minimum}`;
  return `${option.type === "integer" ? "a whole number" : "a number"}${least}`;
}

function readValue(
  line: CommandLine,
  option: OptionInfo,
  text: string | undefined,
): string | number | undefined {
  if (text === undefined) return undefined;
  if (option.type === "enum") return option.values!.includes(text) ? text : undefined;
  const value = line.readNumber(option, text);
  if (value === undefined || (option.type === "integer" && !Number.isInteger(value))) return undefined;
  return option.minimum !== undefined && value < option.minimum ? undefined : value;
}
