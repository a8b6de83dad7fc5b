import { InputError, type Position, type Problem } from "../core/errors.js";
import type { Path } from "./positions.js";

/** Knows where values were written. */
export interface Located {
  locate(path: Path, what: "key" | "value"): Position | undefined;
}

/** Problems whose path ends in a key that is wrong itself, whatever its value. */
const ABOUT_KEYS: ReadonlySet<string> = new Set([
  "scenario/unknown-key",
  "scenario/unknown-option",
  "scenario/contradiction",
  "slurm/unknown-key",
]);

/** Problems with a position for each that only has a path, in source order. */
export function locateProblems(problems: readonly Problem[], source: Located): Problem[] {
  const located = problems.map((problem) => {
    if (problem.at !== undefined || problem.path === undefined) return problem;
    // A key within a text, such as a whole line of slurm.conf, is a part of that value.
    const isKey = ABOUT_KEYS.has(problem.code) && problem.within === undefined;
    const at = source.locate(problem.path, isKey ? "key" : "value");
    return at === undefined ? problem : { ...problem, at: narrowed(at, problem.within) };
  });
  const line = (at: Position | undefined) => (at === undefined ? Number.POSITIVE_INFINITY : at.line);
  return located.sort((a, b) => line(a.at) - line(b.at) || (a.at?.column ?? 0) - (b.at?.column ?? 0));
}

/** The place of a part of some text; the whole when the text is not written as it reads (escapes, folded lines). */
function narrowed(at: Position, within: Problem["within"]): Position {
  if (within === undefined || at.text === undefined) return at;
  const quote = /["']/.test(at.text[at.column - 1] ?? "") ? 1 : 0;
  const column = at.column + quote + within.from;
  const isThere = at.text.startsWith(within.part, column - 1);
  return isThere ? { ...at, column, length: Math.max(1, within.part.length) } : at;
}

/**
 * The same error with its problems located. Later stages find out more about a scenario's values, but only the loaded
 * scenario knows where they were written.
 */
export function locateError(error: InputError, source: Located): InputError {
  return new InputError(locateProblems(error.problems, source));
}
