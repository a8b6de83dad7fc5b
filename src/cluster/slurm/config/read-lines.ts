import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { Problem } from "../../../core/errors.js";
import { logicalLines } from "./lines.js";
import { type ConfLine, placeInLine, type Setting, type Where } from "./place.js";

const DEEPEST_INCLUDE = 16;
const LARGEST = 64 * 2 ** 20;
const PAIR = /\s*([A-Za-z0-9_.]+)\s*([-+*/]?)=\s*(?:"([^"]*)"|([^\s"]\S*)|)(?=\s|$)/y;

/** A file to read: where it lies, and how it is called in messages. */
export interface ConfFile {
  path: string;
  name: string;
}

/** The `key=value` pairs of one line. The first says what kind of line it is. */
export type ConfPairs = readonly [Setting, ...Setting[]];

/**
 * The lines of a configuration file, with those of the files that it includes in their place. An include's path is
 * relative to the file that has it.
 *
 * @param problems gets what cannot be read or is not `key=value`
 * @param from what names the file, when that is not the user's command line
 */
export function readConfLines(file: ConfFile, problems: Problem[], from?: Where): ConfPairs[] {
  const reader = { out: [], problems, clusterName: "" };
  readFile(reader, file, from ?? { at: { file: file.name, line: 1, column: 1, length: 1 } }, []);
  return reader.out;
}

/** As `readConfLines`, of a text that is at hand; includes are relative to where `file` lies. */
export function parseConfLines(text: string, file: ConfFile, problems: Problem[]): ConfPairs[] {
  const reader = { out: [], problems, clusterName: "" };
  readLines(reader, text, file, []);
  return reader.out;
}

interface Reader {
  out: ConfPairs[];
  problems: Problem[];
  /** What `%c` in an include stands for. */
  clusterName: string;
}

function readFile(reader: Reader, file: ConfFile, where: Where, chain: readonly string[]): void {
  const { problems } = reader;
  if (chain.includes(file.path) || chain.length >= DEEPEST_INCLUDE) {
    problems.push({ code: "slurm/include-cycle", message: `${file.name} includes itself`, ...where });
    return;
  }
  const text = readText(file, problems, where);
  if (text !== undefined) readLines(reader, text, file, chain);
}

function readLines(reader: Reader, text: string, file: ConfFile, chain: readonly string[]): void {
  for (const line of logicalLines(text, file.name)) {
    const include = /^(\s*include\s+)(\S+)/i.exec(line.text);
    if (include !== null) {
      const written = include[2]!.replaceAll("%c", reader.clusterName.toLowerCase());
      const at = line.where(include[1]!.length, include[2]!.length);
      const beside = (path: string) => (isAbsolute(written) ? written : join(dirname(path), written));
      const inner = { path: beside(file.path), name: beside(file.name) };
      readFile(reader, inner, at, [...chain, file.path]);
      continue;
    }
    const pairs = readPairs(line, reader.problems);
    if (pairs === undefined) continue;
    for (const { key, value } of pairs) if (key.toLowerCase() === "clustername") reader.clusterName = value;
    reader.out.push(pairs);
  }
}

/** The pairs of a line; what cannot be read is reported, and what came before it is kept. */
export function readPairs(line: ConfLine, problems: Problem[]): ConfPairs | undefined {
  const pairs: Setting[] = [];
  const { text } = line;
  let at = 0;
  while (text.slice(at).trim() !== "") {
    PAIR.lastIndex = at;
    const match = PAIR.exec(text);
    if (match === null) {
      const rest = text.slice(at);
      const word = rest.trim().split(/\s/)[0]!;
      problems.push({
        code: "slurm/syntax",
        message: `"${word}" is not Key=Value`,
        ...line.where(at + rest.indexOf(word), word.length),
        hint: word.includes('"')
          ? 'a value with blanks is quoted: Key="a b"'
          : "a value has no blanks unless it is quoted; comments begin with #",
      });
      break;
    }
    const [whole, key, , quoted, bare] = match;
    const value = quoted ?? bare ?? "";
    const keyFrom = at + whole.indexOf(key!);
    const valueFrom = at + whole.length - value.length - (quoted === undefined ? 0 : 1);
    const place = placeInLine(line, [keyFrom, key!.length], [valueFrom, value.length]);
    pairs.push({ key: key!, value, place });
    at = PAIR.lastIndex;
  }
  return pairs.length === 0 ? undefined : (pairs as unknown as ConfPairs);
}

/** The text of a file; undefined, with a problem, when it cannot be read. */
export function readText({ path, name }: ConfFile, problems: Problem[], where: Where): string | undefined {
  const wrong = (message: string, hint: string) =>
    problems.push({ code: "slurm/unreadable", message, hint, ...where });
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT")
      wrong(`there is no file ${name}`, "paths are relative to the file that names them");
    else if (code === "EISDIR") wrong(`${name} is a folder`, "name a file in it");
    else wrong(`${name} cannot be read: ${code ?? String(error)}`, "check its permissions");
    return undefined;
  }
  const text = bytes.length <= LARGEST ? bytes.toString("utf8") : "\0";
  if (!text.includes("\0")) return text;
  wrong(`${name} is not a text file`, "Slurm's configuration is plain text");
  return undefined;
}
