import type { Problem } from "../../../../core/errors.js";
import { type ConfLine, placeInLine, type Setting } from "../place.js";
import { isTres, meantTres, tresName } from "../tres.js";
import type { AccountRecord } from "./records.js";

const ASSOCIATION = /^ClusterName=\S* Account=(\S*) UserName=([^\s(]*)\S* Partition=(\S*)/;
const QOS = /^QOS=([^\s(]+)/;
const HEADING = /^(Current Association Manager state|(User|Association|QOS) Records)\s*$/;
const CUT = "the file may have been cut off: make it again by scontrol show assoc_mgr";

/** Whether `scontrol show assoc_mgr` printed this, with or without `-o`. */
export function isAssocMgr(text: string): boolean {
  const first = text.split(/\r?\n/).find((line) => line.trim() !== "") ?? "";
  return HEADING.test(first) || ASSOCIATION.test(first) || QOS.test(first);
}

/**
 * What `scontrol show assoc_mgr` says was used: of each association and QOS UsageRaw, GrpWall and GrpTRESMins, where what
 * was used stands in brackets behind the limit. Records begin at the left margin; without `-o` further lines of theirs
 * are indented.
 */
export function readAssocMgr(text: string, file: string, problems: Problem[]): AccountRecord[] {
  const records: AccountRecord[] = [];
  const rows = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let i = 0; i < rows.length; i++) {
    const lines = [lineOf(rows, i, file)];
    while (/^\s+\S/.test(rows[i + 1] ?? "")) lines.push(lineOf(rows, ++i, file));
    const head = lines[0]!.text;
    if (ASSOCIATION.test(head) || QOS.test(head)) records.push(new UsageRecord(lines, problems).read());
    else if (head.trim() !== "" && !HEADING.test(head) && !/^UserName=/.test(head))
      problems.push({
        code: "slurm/syntax",
        message: `"${head.slice(0, 40)}" is no record of scontrol show assoc_mgr`,
        ...lines[0]!.where(0, head.length),
        hint: CUT,
      });
  }
  const last = rows.findLastIndex((row) => row.trim() !== "");
  if (records.length === 0)
    problems.push({
      code: "slurm/wrong-value",
      message: "nothing here says what was used: there is no association and no QOS",
      ...lineOf(rows, last, file).where(0, rows[last]!.length),
      hint: CUT,
    });
  return records;
}

function lineOf(rows: readonly string[], row: number, file: string): ConfLine {
  const text = rows[row]!;
  return {
    text,
    where: (from, length) => ({
      at: { file, line: row + 1, column: from + 1, length: Math.max(1, length), text },
    }),
  };
}

/** One association or QOS. */
class UsageRecord {
  readonly #settings: Setting[] = [];
  #told = false;

  constructor(
    readonly lines: readonly ConfLine[],
    readonly problems: Problem[],
  ) {}

  read(): AccountRecord {
    const [head] = this.lines as [ConfLine];
    const association = ASSOCIATION.exec(head.text);
    // Nothing that was used stands behind the limits of users and accounts; it has counters of the same names.
    const own = this.lines.map(({ text }) => text.replace(/(^|\s)(Account|User) Limits\b.*/, ""));
    const end = association ? "MinPrioThresh" : "User Limits";
    const raw = this.#number("UsageRaw", own, /UsageRaw(?:\/Norm\/Efctv)?=([^\s/]*)/, /^(\d+(?:\.\d+)?)$/);
    this.#number("GrpWall", own, /GrpWall=(\S*)/, /^(?:N|\d+)\((\d+(?:\.\d+)?)\)$/);
    this.#minutes(own, raw);
    if (!this.lines.some(({ text }) => text.includes(` ${end}`))) this.#cut(end);
    const name = association === null ? QOS.exec(head.text)![1]! : association[2] || association[1]!;
    const named = this.#word(
      "Name",
      name,
      association?.[2] ? " UserName=" : association ? " Account=" : "QOS=",
    );
    if (association === null) return { kind: "qos", name: named, settings: this.#settings };
    if (!association[2]) return { kind: "account", name: named, settings: this.#settings };
    this.#settings.push(this.#word("Account", association[1]!, " Account="));
    this.#settings.push(this.#word("Partition", association[3]!, " Partition="));
    return { kind: "user", name: named, settings: this.#settings };
  }

  /** A word of the first line. */
  #word(key: string, value: string, behind: string): Setting {
    const [head] = this.lines as [ConfLine];
    const from = head.text.indexOf(behind) + behind.length;
    return { key, value, place: placeInLine(head, [from, value.length], [from, value.length]) };
  }

  /** Of UsageRaw in seconds, of GrpWall in minutes; with as many digits as are printed. */
  #number(name: string, own: readonly string[], pattern: RegExp, form: RegExp): number | undefined {
    const found = this.#find(name, own, pattern);
    if (found === undefined) return undefined;
    const used = form.exec(found.value)?.[1];
    if (used === undefined) {
      this.#wrong(found, `${name} must have a number, not "${found.value}"`);
      return undefined;
    }
    this.#put(name === "UsageRaw" ? "RawUsage" : "GrpWallRaw", used, found);
    return Number(used);
  }

  /** `cpu=15(20),node=N(6)`: whole minutes. */
  #minutes(own: readonly string[], raw: number | undefined): void {
    const found = this.#find("GrpTRESMins", own, /GrpTRESMins=(\S*)/);
    if (found === undefined) return;
    const parts: string[] = [];
    let { from } = found;
    for (const part of found.value.split(",")) {
      const [, name = "", used] = /^([^=]+)=(?:N|\d+)\((\d+)\)$/.exec(part) ?? [];
      const tres = tresName(name);
      const at = { ...found, value: part, from };
      if (used === undefined) this.#wrong(at, `"${part}" is not TRES=limit(used minutes)`);
      else if (!isTres(tres)) this.#wrong(at, `"${tres}" is not a TRES`, meantTres(tres));
      else parts.push(`${tres}=${finer(tres, Number(used), raw)}`);
      from += part.length + 1;
    }
    this.#put("GrpTRESRaw", parts.join(","), found);
  }

  #find(name: string, own: readonly string[], pattern: RegExp): Found | undefined {
    for (const [i, text] of own.entries()) {
      const match = new RegExp(`(?:^|\\s)${pattern.source}`).exec(text);
      if (match === null) continue;
      const value = match[1]!;
      return { line: this.lines[i]!, value, from: match.index + match[0].length - value.length };
    }
    this.#cut(name);
    return undefined;
  }

  #put(key: string, value: string, { line, from, value: { length } }: Found): void {
    this.#settings.push({ key, value, place: placeInLine(line, [from, length], [from, length]) });
  }

  #wrong({ line, from, value }: Found, message: string, hint = CUT): void {
    this.#told = true;
    this.problems.push({ code: "slurm/wrong-value", message, ...line.where(from, value.length), hint });
  }

  #cut(before: string): void {
    if (this.#told) return;
    this.#told = true;
    const line = this.lines.at(-1)!;
    const from = line.text.length - line.text.trimStart().length;
    this.problems.push({
      code: "slurm/syntax",
      message: `this record ends before ${before}`,
      ...line.where(from, line.text.length - from),
      hint: CUT,
    });
  }
}

interface Found {
  line: ConfLine;
  value: string;
  from: number;
}

/**
 * UsageRaw has the digits that minutes lack: it counts billing, which is CPUs unless there are TRESBillingWeights. Where
 * both are the same minute they are taken for the same.
 */
function finer(tres: string, minutes: number, raw: number | undefined): string {
  const same =
    (tres === "billing" || tres === "cpu") && raw !== undefined && Math.floor(raw / 60) === minutes;
  return same ? (raw / 60).toFixed(9) : String(minutes);
}
