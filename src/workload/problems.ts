import { InputError, type Position } from "../core/errors.js";
import { formatBytes } from "../core/units.js";

/** What is wrong with a trace, in words: every sentence that readers can say about a file as a whole. */

/** A position that names the file only. */
export function inFile(file: string): Position {
  return { file, line: 1, column: 1, length: 1 };
}

function problem(code: string, file: string, message: string, hint: string): InputError {
  return new InputError({ code: `trace/${code}`, message, at: inFile(file), hint });
}

export const problems = {
  notFound: (file: string, hint: string) =>
    problem("not-found", file, `there is no trace file ${file}`, hint),

  isFolder: (file: string, hint: string) =>
    problem("is-a-folder", file, `${file} is a folder, not a trace file`, hint),

  unreadable: (file: string, why: string) =>
    problem("unreadable", file, `cannot read ${file}: ${why}`, "check the file's permissions and its disk"),

  binary: (file: string, what: string, hint: string) =>
    problem("binary", file, `${file} is ${what}, not a trace in text form`, hint),

  damagedGzip: (file: string, truncated: boolean, bytes: number, rows: number) =>
    problem(
      truncated ? "truncated-gzip" : "corrupt-gzip",
      file,
      `${file} ${truncated ? "ends in the middle of its gzip data" : "holds damaged gzip data"}, after ${formatBytes(bytes)} (${bytes} bytes) and ${rows} rows that were good`,
      truncated ? "copy or download the file again" : "copy or download the file again; gzip -t tests it",
    ),

  longLine: (file: string, line: number, limit: number) =>
    new InputError({
      code: "trace/long-line",
      message: `line ${line} of ${file} is longer than ${formatBytes(limit)}`,
      at: { file, line, column: 1, length: 1 },
      hint: "a trace has one row a line; is this another kind of file?",
    }),

  empty: (file: string) =>
    problem("empty", file, `${file} holds no rows`, "a trace needs at least one job or request"),

  unknownFormat: (file: string, text: string, names: readonly string[]) =>
    new InputError({
      code: "trace/unknown-format",
      message: `cannot tell the format of ${file} from its name and first line`,
      at: { file, line: 1, column: 1, length: Math.max(1, text.length), text },
      hint: `name it: format: ${names.join(" | ")}`,
    }),

  noSuchFormat: (file: string, format: string, names: readonly string[], near?: string) =>
    problem(
      "no-such-format",
      file,
      `there is no trace format "${format}"`,
      `${near === undefined ? "" : `did you mean ${near}? `}formats: ${names.join(", ")}`,
    ),

  shuffled: (file: string, why: string) =>
    problem(
      "columns-shuffled",
      file,
      `the columns of ${file} are not those of the Standard Workload Format: ${why}`,
      "the file may have its columns in another order; take the original log (order: sort_stable accepts rows out of time order)",
    ),

  tooLargeUnsorted: (file: string, budget: number) =>
    problem(
      "too-large-unsorted",
      file,
      `${file} is not sorted by time and too large to be sorted in memory (${formatBytes(budget)})`,
      "sort the file by its time column first, or allow more memory for traces",
    ),

  tooLargeStdin: (file: string, budget: number) =>
    problem(
      "too-large-stdin",
      file,
      `standard input is larger than what may be kept in memory (${formatBytes(budget)}), and it cannot be read twice`,
      "write it to a file first, or allow more memory for traces",
    ),

  noSacctHeader: (at: Position) =>
    new InputError({
      code: "trace/missing-header",
      message: "the first line does not name the columns of sacct",
      at,
      hint: "sacct -P -o JobID,User,Account,Partition,QOS,Submit,Eligible,Start,End,TimelimitRaw,State,ReqTRES,SubmitLine, without -n",
    }),

  changed: (file: string) =>
    problem(
      "changed",
      file,
      `${file} changed while it was being read`,
      "run again when the file is complete",
    ),
};
