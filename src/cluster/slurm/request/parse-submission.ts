import { closest } from "../../../core/suggest.js";
import type { Submission } from "../model/submission.js";
import { type Draft, newDraft, resolveDraft } from "./draft.js";
import { type ReadContext, type SbatchOption, sbatchOptions } from "./options.js";
import { splitWords, type Word } from "./words.js";

/** A mistake in a text of options: the part that is wrong and where it starts. */
export interface OptionMistake {
  message: string;
  part: string;
  from: number;
  hint?: string;
}

export interface ParsedOptions {
  /** Only meaningful when there are no mistakes. */
  submission: Submission;
  /**
   * The options of each component that matter to scheduling, those that it takes from the first one included, in one
   * form: `--nodes=2 --time=60`. Read again they give that component.
   */
  components: string[];
  mistakes: OptionMistake[];
  /** Options that are not modelled, with what they would do. */
  unmodelled: Map<string, string>;
}

/** Options that later components of a heterogeneous job take from the first one (heterogeneous_jobs.html). */
const PROPAGATED: ReadonlySet<string> = new Set(
  `account begin deadline dependency exclude hold job-name mem nice priority qos reservation requeue no-requeue time
  time-min kill-on-invalid-dep`.split(/\s+/),
);

const COMMANDS: ReadonlySet<string> = new Set(["sbatch", "salloc", "srun"]);
let requests = 0;

/**
 * Options of sbatch as one writes them on its command line, with what sbatch itself makes of them: `-N 2 --gres=gpu:4
 * -t 1:00:00`. Components of a heterogeneous job are separated by ` : `. A text that begins with `sbatch` (as sacct's
 * SubmitLine) may name a script; what follows it is not looked at.
 */
export function parseSubmission(text: string, context: ReadContext = { epoch: undefined }): ParsedOptions {
  const result: ParsedOptions = {
    submission: undefined as never,
    components: [],
    mistakes: [],
    unmodelled: new Map(),
  };
  const words = splitWords(text);
  if (words === undefined) result.mistakes.push({ message: "a quote has no end", part: text, from: 0 });
  const components: Submission[] = [];
  const [first] = words ?? [];
  const command = first !== undefined && COMMANDS.has(first.text.split("/").at(-1)!);
  let rest = (words ?? []).slice(command ? 1 : 0);
  let inherited: Given[] = [];
  do {
    const draft = newDraft();
    const reader: Reader = { draft, result, context, given: [] };
    for (const { name, value } of inherited) sbatchOptions[name]!.apply?.(draft, value, context);
    rest = readComponent(rest, command, reader);
    result.components.push(canonical([...inherited, ...reader.given]));
    if (components.length === 0) inherited = reader.given.filter(({ name }) => PROPAGATED.has(name));
    const refused = resolveDraft(draft);
    if (refused !== undefined)
      result.mistakes.push({ message: `sbatch refuses these options: ${refused}`, part: text, from: 0 });
    const request = { ...draft.request, id: requests++ };
    components.push({ request, ...draft.job, het: [] });
  } while (rest.length > 0);
  result.submission = { ...components[0]!, het: components.slice(1) };
  return result;
}

/** An option that was given, by its full name. */
interface Given {
  name: string;
  value: string;
}

interface Reader {
  draft: Draft;
  result: ParsedOptions;
  context: ReadContext;
  /** In order. */
  given: Given[];
}

/** Of an option given twice the last one counts; names of jobs matter only to singletons. */
function canonical(given: readonly Given[]): string {
  const last = new Map(given.map(({ name, value }) => [name, value]));
  if (!/singleton/i.test(last.get("dependency") ?? "")) last.delete("job-name");
  return [...last]
    .filter(([name]) => sbatchOptions[name]!.apply !== undefined)
    .map(([name, value]) => (value === "" ? `--${name}` : `--${name}=${quoted(value)}`))
    .join(" ");
}

function quoted(value: string): string {
  return /^[\w@%+=:,./[\]-]*$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** Reads words up to a ` : `; returns those behind it. */
function readComponent(words: readonly Word[], command: boolean, reader: Reader): Word[] {
  const { result } = reader;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word.text === ":") return words.slice(i + 1);
    if (!word.text.startsWith("-") || word.text === "-") {
      if (command) return [];
      result.mistakes.push({
        message: `"${word.text}" is not an option`,
        part: word.text,
        from: word.from,
        hint: `options begin with - or --, such as --${word.text}`,
      });
    } else if (word.text.startsWith("--")) {
      if (word.text === "--") return [];
      i += readLong(word, words[i + 1], reader);
    } else i += readShort(word, words[i + 1], reader);
  }
  return [];
}

/** Returns how many further words it took. */
function readLong(word: Word, next: Word | undefined, reader: Reader): number {
  const { result } = reader;
  const equals = word.text.indexOf("=");
  const written = word.text.slice(2, equals < 0 ? undefined : equals);
  const name = longName(written);
  if (name === undefined) {
    const near = closest(written, Object.keys(sbatchOptions));
    result.mistakes.push({
      message: `sbatch has no option --${written}`,
      part: `--${written}`,
      from: word.from,
      hint: near === undefined ? "see sbatch(1)" : `did you mean --${near}?`,
    });
    return 0;
  }
  const option = sbatchOptions[name]!;
  if (equals >= 0 || option.value !== "needed") {
    const value = equals < 0 ? "" : word.text.slice(equals + 1);
    if (equals >= 0 && option.value === "none")
      result.mistakes.push({ message: `--${name} takes no value`, part: word.text, from: word.from });
    else
      put(
        name,
        option,
        value,
        value === "" ? word : { ...word, from: word.from + equals + 1, length: value.length },
        reader,
      );
    return 0;
  }
  if (next === undefined) {
    result.mistakes.push({ message: `--${name} needs a value`, part: word.text, from: word.from });
    return 0;
  }
  put(name, option, next.text, next, reader);
  return 1;
}

/** The full name of a long option: itself, or the only one that begins so. */
function longName(written: string): string | undefined {
  if (Object.hasOwn(sbatchOptions, written)) return written;
  const names = Object.keys(sbatchOptions).filter((name) => name.startsWith(written));
  return names.length === 1 ? names[0] : undefined;
}

/** Reads `-N2`, `-N 2`, `-Hs`. */
function readShort(word: Word, next: Word | undefined, reader: Reader): number {
  const { result } = reader;
  for (let i = 1; i < word.text.length; i++) {
    const short = word.text[i]!;
    const name = Object.keys(sbatchOptions).find((one) => sbatchOptions[one]!.short === short);
    if (name === undefined) {
      result.mistakes.push({
        message: `sbatch has no option -${short}`,
        part: word.text,
        from: word.from,
        hint: "see sbatch(1)",
      });
      return 0;
    }
    const option = sbatchOptions[name]!;
    if (option.value === "none") {
      put(name, option, "", word, reader);
      continue;
    }
    const attached = word.text.slice(i + 1).replace(/^=/, "");
    if (attached !== "" || option.value === "optional") {
      const from = word.from + word.text.length - attached.length;
      put(name, option, attached, { text: attached, from, length: attached.length }, reader);
      return 0;
    }
    if (next === undefined) {
      result.mistakes.push({ message: `-${short} needs a value`, part: word.text, from: word.from });
      return 0;
    }
    put(name, option, next.text, next, reader);
    return 1;
  }
  return 0;
}

function put(name: string, option: SbatchOption, value: string, at: Word, reader: Reader): void {
  const { draft, result, context } = reader;
  reader.given.push({ name, value });
  if (option.misses !== undefined) result.unmodelled.set(`--${name}`, option.misses);
  const must = option.apply?.(draft, value, context);
  if (must === undefined) return;
  const message = value === "" ? `--${name} must be ${must}` : `--${name} must be ${must}, not "${value}"`;
  result.mistakes.push({ message, part: at.text, from: at.from });
}
