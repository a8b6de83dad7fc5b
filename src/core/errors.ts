/**
 * What can go wrong, and whose fault it is.
 *
 * `InputError`: the user's input; carries where and how to mend it (exit status 2).
 * `InvariantError`: ours; the run's books do not balance (exit status 4).
 */

/** A stretch of text in a file that the user wrote. Lines and columns count from 1. */
export interface Position {
  file: string;
  line: number;
  column: number;
  /** How many characters to mark; at least 1. */
  length: number;
  /** The whole source line, for showing; absent when it cannot be quoted (a binary file). */
  text?: string;
  /** The line before it, when that helps to find the place. */
  above?: string;
}

export interface Problem {
  /** Stable name such as `scenario/unknown-key`; documented, never renumbered. */
  code: string;
  /** One sentence without a final full stop. */
  message: string;
  at?: Position;
  /** Keys from the scenario's root to the offending value; `scenario` turns them into a position. */
  path?: readonly (string | number)[];
  /** The part of the text at `path` that is wrong, and the index at which it starts. */
  within?: { from: number; part: string };
  /** What would be right. */
  hint?: string;
}

/** Everything that is wrong with one input, found in one go, in source order. */
export class InputError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[]) {
    const all = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(all.map((p) => p.message).join("; "));
    this.name = "InputError";
    this.problems = all;
  }
}

/** The simulation contradicts itself: a bug of ours, to be reported. */
export class InvariantError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InvariantError";
  }
}
