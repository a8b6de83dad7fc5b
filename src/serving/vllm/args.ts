import { InputError, type Problem } from "../../core/errors.js";
import type { OptionInfo } from "../../core/policy-info.js";
import { closest } from "../../core/suggest.js";
import { engineOptions } from "../engine-options.js";
import type { ParsedArgs } from "../request-scheduler.js";
import { notModelled, onlyOne, shortFlags, withoutEffect } from "./flags.js";
import { vllmOptions } from "./options.js";
import { splitWords } from "./split-words.js";

const options = new Map<string, OptionInfo>(
  [...vllmOptions, ...engineOptions(true)]
    .filter((option) => option.name !== "usage_context")
    .map((option) => [option.name.replaceAll("_", "-"), option]),
);

/**
 * Reads the arguments of `vllm serve`: `--flag value`, `--flag=value`, `--flag` and `--no-flag` for switches, with `-`
 * or `_`, and its short forms. `vllm serve MODEL` in front is passed over: the scenario names the model.
 *
 * @param path keys from the scenario's root to the text
 * @throws InputError naming every flag that vLLM does not know, or whose value is wrong
 */
export function parseVllmArgs(args: string, path: readonly (string | number)[]): ParsedArgs {
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
    const flag = (word.startsWith("--") ? undefined : shortFlags[name]) ?? name;
    const takes = () => attached ?? (i < words.length && !isFlag(words[i]!) ? words[i++] : undefined);

    const positive = flag.replace(/^no-/, "");
    const option = options.get(flag) ?? options.get(positive);
    if (option?.type === "boolean") {
      if (attached !== undefined)
        wrong("serving/wrong-flag", `--${flag} takes no value`, `write --${positive} or --no-${positive}`);
      parsed.options[option.name] = flag === positive;
    } else if (option !== undefined && flag === positive) {
      const value = readValue(option, takes());
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
        `vllm serve has no flag --${flag}`,
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

/** As vLLM reads it: whole numbers may end in k, m, g (thousands) or K, M, G (1024s). */
function readValue(option: OptionInfo, text: string | undefined): string | number | undefined {
  if (text === undefined) return undefined;
  if (option.type === "enum") return option.values!.includes(text) ? text : undefined;
  if (option.name === "max_model_len" && text === "auto") return -1;
  const match = /^(-?\d+(?:\.\d+)?)([kmgKMG]?)$/.exec(text);
  if (match === null) return undefined;
  const unit = UNITS[match[2]!]!;
  const value = Number(match[1]) * unit;
  if (option.type === "integer" && !Number.isInteger(value)) return undefined;
  return option.minimum !== undefined && value < option.minimum ? undefined : value;
}

const UNITS: Record<string, number> = { "": 1, k: 1e3, m: 1e6, g: 1e9, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
