import type { Problem } from "../../../../core/errors.js";
import { logicalLines } from "../lines.js";
import { type ConfLine, placeInLine, type Setting } from "../place.js";
import type { ConfFile } from "../read-lines.js";

/** One row or line of what sacctmgr prints: its settings under the names that it gives them. */
export interface AccountRecord {
  /** `Account`, `User`, `QOS` … */
  kind: string;
  name: Setting;
  settings: Setting[];
}

/**
 * The records of a text that sacctmgr printed: a dump (`Account - 'x':Fairshare=1`), or a table of `show assoc -P` or
 * `show qos -P` with its header, whatever columns it has.
 */
export function readRecords(text: string, { name: file }: ConfFile, problems: Problem[]): AccountRecord[] {
  const first =
    text.split("\n").find((line) => line.trim() !== "" && !line.trimStart().startsWith("#")) ?? "";
  if (/^\s*(Cluster|Parent|Account|User)\s+-\s+/i.test(first)) return readDump(text, file, problems);
  if (first.includes("|")) return readTable(text, file, problems);
  const at = { file, line: 1, column: 1, length: Math.max(1, first.length), text: first };
  problems.push({
    code: "slurm/unknown-accounts",
    message: `${file} is neither a dump nor a table of sacctmgr`,
    at,
    hint: "make it by sacctmgr dump CLUSTER file=FILE, or sacctmgr -P show assoc, or sacctmgr -P show qos",
  });
  return [];
}

const DUMP_LINE = /^\s*(Cluster|Parent|Account|User|Machine)\s+-\s+(?:'([^']*)'|([^\s:']+))/i;

/** `Kind - 'name':Key=value:Key='value'`, the parts in any order. */
function readDump(text: string, file: string, problems: Problem[]): AccountRecord[] {
  const records: AccountRecord[] = [];
  let parent: Setting | undefined;
  for (const line of logicalLines(text, file)) {
    const match = DUMP_LINE.exec(line.text);
    if (match === null) {
      problems.push({
        code: "slurm/syntax",
        message: `"${line.text.trim().slice(0, 40)}" is not a line of a dump`,
        ...line.where(0, line.text.length),
        hint: "such as Account - 'lab':Fairshare=1",
      });
      continue;
    }
    const value = match[2] ?? match[3]!;
    const from = match[0].lastIndexOf(value);
    const name = {
      key: match[1]!,
      value,
      place: placeInLine(line, [0, match[1]!.length], [from, value.length]),
    };
    const kind = match[1]!.toLowerCase();
    if (kind === "parent") parent = name;
    const settings = dumpSettings(line, match[0].length, problems);
    if (parent !== undefined && kind === "account") settings.push({ ...parent, key: "ParentName" });
    if (parent !== undefined && kind === "user") settings.push({ ...parent, key: "Account" });
    if (kind === "account" || kind === "user" || kind === "cluster") records.push({ kind, name, settings });
  }
  return records;
}

/** A colon begins a new part only before `Key=`: `gres/gpu:a100=4` has one too. */
function dumpSettings(line: ConfLine, from: number, problems: Problem[]): Setting[] {
  const settings: Setting[] = [];
  const pattern = /:([A-Za-z]+)\s*=\s*(?:'([^']*)'|((?:(?!:[A-Z][A-Za-z]*=)[^'])*))/y;
  let at = from;
  while (line.text.slice(at).trim() !== "" && line.text.slice(at).trim() !== ":") {
    pattern.lastIndex = at;
    const match = pattern.exec(line.text);
    if (match === null) {
      problems.push({
        code: "slurm/syntax",
        message: "this is not :Key=value",
        ...line.where(at, line.text.length - at),
        hint: "the line may have been cut off",
      });
      break;
    }
    const value = (match[2] ?? match[3]!).trim();
    const valueFrom = at + match[0].indexOf(value, match[1]!.length + 2);
    const place = placeInLine(line, [at + 1, match[1]!.length], [valueFrom, value.length]);
    settings.push({ key: match[1]!, value, place });
    at = pattern.lastIndex;
  }
  return settings;
}

/** Rows of a parsable table: values between bars, named by the first line. */
function readTable(text: string, file: string, problems: Problem[]): AccountRecord[] {
  const rows = text.split(/\r?\n/);
  const start = rows.findIndex((row) => row.trim() !== "");
  const header = rows[start]!.split("|").map((name) => name.trim());
  const records: AccountRecord[] = [];
  for (const [i, row] of rows.entries()) {
    if (i <= start || row.trim() === "") continue;
    const line: ConfLine = {
      text: row,
      where: (from, length) => ({
        at: { file, line: i + 1, column: from + 1, length: Math.max(1, length), text: row },
      }),
    };
    const cells = row.split("|");
    // With -p a bar follows the last column as well.
    const extra = cells.length - header.length;
    if (extra !== 0 && !(extra === 1 && cells.at(-1) === "")) {
      problems.push({
        code: "slurm/syntax",
        message: `this row has ${cells.length} columns, and the header ${header.length}`,
        ...line.where(0, row.length),
        hint: "the file may have been cut off: make it again",
      });
      continue;
    }
    let from = 0;
    const settings: Setting[] = [];
    for (const [column, cell] of cells.entries()) {
      const key = header[column] ?? "";
      const at = from + cell.length - cell.trimStart().length;
      from += cell.length + 1;
      const value = cell.trim();
      if (key !== "")
        settings.push({
          key: columnName(key),
          value,
          place: placeInLine(line, [at, value.length], [at, value.length]),
        });
    }
    const get = (key: string) => settings.find((one) => one.key.toLowerCase() === key);
    const user = get("user");
    const account = get("account");
    const named = user !== undefined && user.value !== "" ? user : (account ?? get("name"));
    if (named === undefined) {
      problems.push({
        code: "slurm/unknown-accounts",
        message: "the table has neither Account nor Name",
        at: {
          file,
          line: start + 1,
          column: 1,
          length: Math.max(1, rows[start]!.length),
          text: rows[start]!,
        },
        hint: "keep these columns in format=",
      });
      return records;
    }
    const kind = named === user ? "user" : named === account ? "account" : "qos";
    records.push({ kind, name: named, settings: settings.filter((one) => one.value !== "") });
  }
  return records;
}

/** Headings that differ from the names of options. */
function columnName(heading: string): string {
  const names: Readonly<Record<string, string>> = {
    "def qos": "DefaultQOS",
    "def acct": "DefaultAccount",
    "par name": "ParentName",
    usagethres: "UsageThreshold",
  };
  return names[heading.toLowerCase()] ?? heading.replaceAll(" ", "");
}
