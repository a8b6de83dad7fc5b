import type { Position } from "../../../core/errors.js";
import type { ConfLine } from "./place.js";

/** A stretch of a logical line and where it stands in the file. */
interface Piece {
  /** Index in the logical line. */
  from: number;
  line: number;
  column: number;
}

/**
 * The logical lines of a file of Slurm's: everything behind an unescaped `#` is a comment, a backslash at the end goes
 * on in the next line, and other backslashes only protect the character behind them (`parse_config.c`). Blank lines
 * are left out.
 */
export function logicalLines(text: string, file: string): ConfLine[] {
  const source = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const lines: ConfLine[] = [];
  for (let row = 0; row < source.length; row++) {
    const pieces: Piece[] = [];
    let logical = "";
    for (; ; row++) {
      const { kept, continues } = cut(source[row]!);
      for (let i = 0; i < kept.length; ) {
        pieces.push({ from: logical.length, line: row + 1, column: i + 1 });
        const backslash = kept.indexOf("\\", i);
        const end = backslash < 0 ? kept.length : backslash;
        logical += kept.slice(i, end);
        if (backslash >= 0) {
          pieces.push({ from: logical.length, line: row + 1, column: end + 2 });
          logical += kept.slice(end + 1, end + 2);
        }
        i = backslash < 0 ? kept.length : end + 2;
      }
      if (!continues || row + 1 >= source.length) break;
    }
    if (logical.trim() !== "")
      lines.push({
        text: logical,
        where: (from, length) => ({ at: positionIn(file, source, pieces, from, length) }),
      });
  }
  return lines;
}

function cut(line: string): { kept: string; continues: boolean } {
  let kept = line;
  for (let i = 0, escapes = 0; i < line.length; i++) {
    if (line[i] === "#" && escapes % 2 === 0) {
      kept = line.slice(0, i);
      break;
    }
    escapes = line[i] === "\\" ? escapes + 1 : 0;
  }
  const end = /\\*\s*$/.exec(kept)![0].trimEnd();
  return end.length % 2 === 1
    ? { kept: kept.trimEnd().slice(0, -1), continues: true }
    : { kept, continues: false };
}

function positionIn(
  file: string,
  source: readonly string[],
  pieces: readonly Piece[],
  from: number,
  length: number,
): Position {
  const piece = pieces.findLast((p) => p.from <= from) ?? { from: 0, line: 1, column: 1 };
  const text = source[piece.line - 1] ?? "";
  const column = piece.column + from - piece.from;
  const above = source[piece.line - 2] ?? "";
  return {
    file,
    line: piece.line,
    column,
    length: Math.max(1, Math.min(length, text.length - column + 1)),
    text,
    ...(above.trim() === "" ? {} : { above }),
  };
}
