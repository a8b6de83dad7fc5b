import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import { InputError, type Position, type Problem } from "../core/errors.js";

/** Keys and list indexes from the scenario's root. */
export type Path = readonly (string | number)[];

/** A parsed file that remembers where each value stands. */
export interface Source {
  readonly data: unknown;
  /** Where the key, or the value, at a path stands; undefined when the file does not have it. */
  locate(path: Path, what: "key" | "value"): Position | undefined;
}

/**
 * Parses YAML 1.2, of which JSON is a part.
 *
 * @param file name for messages
 * @throws InputError `scenario/syntax` or `scenario/duplicate-key` with every error of the text
 */
export function parseSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const position = (from: number, to: number): Position => {
    const { line, col } = lines.linePos(from);
    const source = lineText(text, lines, line);
    const length = Math.max(1, Math.min(to - from, source.length - col + 1));
    return { file, line, column: col, length, text: source, ...above(text, lines, line) };
  };
  if (doc.errors.length > 0)
    throw new InputError(
      doc.errors.map((error): Problem => {
        const [from, to] = error.pos;
        if (error.code !== "DUPLICATE_KEY")
          return { code: "scenario/syntax", message: sentence(error.message), at: position(from, to) };
        const at = position(from, wordEnd(text, from));
        const key = text.slice(from, wordEnd(text, from));
        return { code: "scenario/duplicate-key", message: `the key "${key}" is there twice`, at };
      }),
    );
  let data: unknown;
  try {
    data = doc.toJS();
  } catch (error) {
    throw new InputError({
      code: "scenario/syntax",
      message: sentence(error instanceof Error ? error.message : String(error)),
      at: position(0, 1),
    });
  }
  const rangeOf = (node: Node | null | undefined): Position | undefined =>
    node?.range ? position(node.range[0], node.range[1]) : undefined;
  return {
    data,
    locate(path, what) {
      let node = doc.contents as Node | null;
      if (node === null && path.length === 0) return position(0, 1);
      let pair: Pair<Node, Node | null> | undefined;
      for (const key of path) {
        if (isAlias(node)) node = node.resolve(doc) ?? null;
        if (!isCollection(node)) return undefined;
        if (isMap(node)) {
          pair = (node.items as Pair<Node, Node | null>[]).find(
            (p) => isScalar(p.key) && String(p.key.value) === String(key),
          );
          if (pair === undefined) return undefined;
          node = pair.value;
        } else {
          pair = undefined;
          node = (node.items as Node[])[Number(key)] ?? null;
          if (node === null) return undefined;
        }
      }
      if (what === "key" && pair !== undefined) return rangeOf(pair.key);
      // A mapping or list of several lines is best shown by where it is named.
      const unseen = node === null || (isScalar(node) && node.source === "");
      return pair !== undefined && (unseen || (isCollection(node) && !node.flow))
        ? rangeOf(pair.key)
        : rangeOf(node);
    },
  };
}

function lineText(text: string, lines: LineCounter, line: number): string {
  const start = lines.lineStarts[line - 1] ?? text.length;
  const end = lines.lineStarts[line] ?? text.length;
  return text.slice(start, end).replace(/\r?\n$/, "");
}

/** The line before, for orientation. */
function above(text: string, lines: LineCounter, line: number): { above?: string } {
  const before = line > 1 ? lineText(text, lines, line - 1) : "";
  return before.trim() === "" ? {} : { above: before };
}

function wordEnd(text: string, from: number): number {
  const match = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s:,{}[\]]+)/.exec(text.slice(from, from + 200));
  return from + (match?.[0].length ?? 1);
}

/** The parser's sentence as ours: one line, small first letter, no full stop. */
function sentence(message: string): string {
  const line = message.split("\n")[0]!.trim().replace(/[.:]$/, "");
  return /^[A-Z][a-z]/.test(line) ? line[0]!.toLowerCase() + line.slice(1) : line;
}
