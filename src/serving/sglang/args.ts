import type { OptionInfo } from "../../core/policy-info.js";
import { type CommandLine, oneRankOnly, parseCommandLine } from "../command-line.js";
import type { ParsedArgs } from "../request-scheduler.js";
import { notModelled, otherSpellings, withoutEffect } from "./flags.js";
import { sglangOptions } from "./options.js";

const launchServer: CommandLine = {
  program: "sglang.launch_server",
  options: new Map<string, OptionInfo>(
    sglangOptions
      .filter((option) => option.name !== "ignore_eos")
      .map((option) => [option.name.replaceAll("_", "-"), option]),
  ),
  negates: false,
  aliases: otherSpellings,
  withoutEffect,
  notModelled,
  onlyOne: oneRankOnly,
  readNumber: (_, text) => (/^-?\d+(\.\d+)?(e-?\d+)?$/.test(text) ? Number(text) : undefined),
};

/**
 * Reads the arguments of `python -m sglang.launch_server`, with or without that in front.
 *
 * @param path keys from the scenario's root to the text
 * @throws InputError naming every flag that SGLang does not know, or whose value is wrong
 */
export function parseSglangArgs(args: string, path: readonly (string | number)[]): ParsedArgs {
  return parseCommandLine(launchServer, args.replace(/^\s*\S*python3?\s+-m\s+\S+/, ""), path);
}
