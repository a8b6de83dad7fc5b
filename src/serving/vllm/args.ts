import type { OptionInfo } from "../../core/policy-info.js";
import { type CommandLine, oneRankOnly, parseCommandLine } from "../command-line.js";
import { engineOptions } from "../engine-options.js";
import type { ParsedArgs } from "../request-scheduler.js";
import { notModelled, shortFlags, withoutEffect } from "./flags.js";
import { vllmOptions } from "./options.js";

/** Options that no flag of vLLM sets. */
const ours = ["usage_context", "kv_offloading_disk_size", "kv_offloading_disk_bandwidth"];

/** The command line of `vllm serve`, with these options; `policy` has a longer name there. */
export function vllmServe(options: readonly OptionInfo[]): CommandLine {
  return {
    program: "vllm serve",
    options: new Map(
      options
        .filter(({ name }) => !ours.includes(name))
        .map((option) => [
          option.name === "policy" ? "scheduling-policy" : option.name.replaceAll("_", "-"),
          option,
        ]),
    ),
    negates: true,
    aliases: shortFlags,
    withoutEffect,
    notModelled,
    onlyOne: oneRankOnly,
    readNumber,
  };
}

const v1 = vllmServe([...vllmOptions, ...engineOptions(true)]);

/**
 * Reads the arguments of `vllm serve`, switches also as `--no-flag`, and its short forms.
 *
 * @param path keys from the scenario's root to the text
 * @throws InputError naming every flag that vLLM does not know, or whose value is wrong
 */
export function parseVllmArgs(args: string, path: readonly (string | number)[]): ParsedArgs {
  return parseCommandLine(v1, args, path);
}

/** As vLLM reads it: whole numbers may end in k, m, g (thousands) or K, M, G (1024s). */
function readNumber(option: OptionInfo, text: string): number | undefined {
  if (option.name === "max_model_len" && text === "auto") return -1;
  const match = /^(-?\d+(?:\.\d+)?)([kmgKMG]?)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * UNITS[match[2]!]!;
}

const UNITS: Record<string, number> = { "": 1, k: 1e3, m: 1e6, g: 1e9, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
