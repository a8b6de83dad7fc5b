import type { Position, Problem } from "../core/errors.js";
import type { Paint } from "./terminal.js";

export interface ShowOptions {
  paint: Paint;
  /** Columns to stay within. */
  width: number;
  severity?: "error" | "warning";
}

/**
 * Problems for people: what is wrong and where, the line with the place marked, and what would be right.
 *
 * ```
 * scenario.yaml:7:11 error[scenario/unknown-policy]: "eazy" is not a cluster policy
 *   6 | scheduler:
 *   7 |   policy: eazy
 *     |           ^^^^ did you mean "easy"?
 * ```
 */
export function showProblems(problems: readonly Problem[], options: ShowOptions): string {
  return problems.map((problem) => showProblem(problem, options)).join("\n");
}

function showProblem(problem: Problem, { paint, width, severity = "error" }: ShowOptions): string {
  const { at, code, message, hint } = problem;
  const place = at === undefined ? "" : `${paint("bold", placeName(at))} `;
  const kind = paint(severity === "error" ? ["red", "bold"] : ["yellow", "bold"], `${severity}[${code}]:`);
  const lines = [`${place}${kind} ${message}`];
  const gutter = (label: string, text: string) => {
    const margin = " ".repeat(Math.max(0, labelWidth(at) - label.length));
    lines.push(`${margin}${paint("blue", label)} ${paint("blue", "|")}${text === "" ? "" : ` ${text}`}`);
  };
  let hinted = hint === undefined;
  if (at?.text !== undefined) {
    const room = width - labelWidth(at) - 3;
    const view = around(at, room);
    if (at.above !== undefined) gutter(String(at.line - 1), cut(flat(at.above), room));
    gutter(at.line > 0 ? String(at.line) : "", view.text);
    const carets = " ".repeat(view.column) + "^".repeat(view.length);
    const beside = hint !== undefined && carets.length + 1 + hint.length <= room;
    gutter(
      "",
      `${" ".repeat(view.column)}${paint(severity === "error" ? "red" : "yellow", carets.trim())}${beside ? ` ${hint}` : ""}`,
    );
    hinted ||= beside;
  }
  if (!hinted) lines.push(`${" ".repeat(at?.text === undefined ? 2 : labelWidth(at) + 1)}= ${hint}`);
  return `${lines.join("\n")}\n`;
}

/** `file:line:column`, which editors and terminals make clickable; a file or option alone when there is no more to say. */
function placeName(at: Position): string {
  if (at.line === 0 || (at.text === undefined && at.line === 1 && at.column === 1)) return at.file;
  return `${at.file}:${at.line}:${at.column}`;
}

function labelWidth(at: Position | undefined): number {
  return 2 + String(Math.max(1, at?.line ?? 1)).length;
}

/** The part of a long line that shows the marked text. */
function around(at: Position, room: number): { text: string; column: number; length: number } {
  const text = flat(at.text!);
  const column = at.column - 1;
  const length = Math.max(1, Math.min(at.length, text.length - column));
  if (text.length <= room) return { text, column, length };
  const from = Math.max(0, Math.min(column - 20, text.length - room));
  const shown = text.slice(from, from + room);
  const start = from > 0 ? `…${shown.slice(1)}` : shown;
  const whole = from + room < text.length ? `${start.slice(0, -1)}…` : start;
  return {
    text: whole,
    column: column - from,
    length: Math.max(1, Math.min(length, room - (column - from))),
  };
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

/** Tabs and control characters as one column each, so that marks stand right and no file can steer the terminal. */
function flat(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}
