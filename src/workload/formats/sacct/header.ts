/** Columns of sacct that a replay reads, in small letters; all others are passed over. */
export const SACCT_COLUMNS = [
  "jobid",
  "jobidraw",
  "jobname",
  "user",
  "account",
  "partition",
  "qos",
  "submit",
  "eligible",
  "start",
  "end",
  "elapsed",
  "elapsedraw",
  "timelimit",
  "timelimitraw",
  "state",
  "exitcode",
  "nnodes",
  "ncpus",
  "reqcpus",
  "reqmem",
  "reqtres",
  "alloctres",
  "reqgres",
  "allocgres",
  "nodelist",
  "reservation",
  "submitline",
] as const;
export type SacctColumn = (typeof SACCT_COLUMNS)[number];

/** Columns that may hold the delimiter: sacct quotes nothing. */
const FREE_TEXT: ReadonlySet<string> = new Set([
  "jobname",
  "comment",
  "admincomment",
  "systemcomment",
  "submitline",
  "workdir",
  "container",
  "constraints",
  "extra",
]);

/** How the rows of one dump are divided. */
export interface SacctHeader {
  delimiter: string;
  /** Number of columns. */
  width: number;
  /** Where each column that is read stands; -1 when it is not there. */
  at: Readonly<Record<SacctColumn, number>>;
  /** The one column that may hold the delimiter; -1 when there is none or more than one. */
  free: number;
}

/** The header of a dump, or undefined when the line is none: names of columns with `|`, or whatever `--delimiter` said. */
export function readSacctHeader(line: string): SacctHeader | undefined {
  const [, delimiter] = /^[A-Za-z]+([^A-Za-z0-9]+)[A-Za-z]/.exec(line.trim()) ?? [];
  if (delimiter === undefined) return undefined;
  const names = line.trim().toLowerCase().split(delimiter);
  // -p prints a delimiter behind the last column as well.
  if (names.at(-1) === "") names.pop();
  const at = Object.fromEntries(SACCT_COLUMNS.map((name) => [name, names.indexOf(name)])) as Record<
    SacctColumn,
    number
  >;
  const told = (at.jobid >= 0 || at.jobidraw >= 0) && at.submit >= 0 && at.state >= 0 && at.start >= 0;
  if (!told) return undefined;
  const free = names.flatMap((name, i) => (FREE_TEXT.has(name) ? [i] : []));
  return { delimiter, width: names.length, at, free: free.length === 1 ? free[0]! : -1 };
}

/**
 * The cells of a row. Too many parts are joined again when one column may have held the delimiter; undefined when they
 * cannot be, and when there are too few (a line break in a comment).
 */
export function splitRow(
  line: string,
  { delimiter, width, free }: SacctHeader,
): string[] | "short" | undefined {
  const parts = line.split(delimiter);
  if (parts.length === width + 1 && parts.at(-1) === "") parts.pop();
  if (parts.length === width) return parts;
  if (parts.length < width) return "short";
  if (free < 0) return undefined;
  const extra = parts.length - width;
  const joined = parts.slice(free, free + extra + 1).join(delimiter);
  return [...parts.slice(0, free), joined, ...parts.slice(free + extra + 1)];
}
