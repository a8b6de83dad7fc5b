import { expandHostlist } from "../../../core/hostlist.js";
import { SECOND } from "../../../core/units.js";
import type { JobBatch } from "../../batch.js";
import { Timestamps } from "../../bytes/timestamp.js";
import { problems } from "../../problems.js";
import { Adjusted, Reason } from "../../reasons.js";
import { Line } from "../../tally.js";
import { internId, internName } from "../cells.js";
import type { JobFormat, JobInput, RowParser } from "../format.js";
import { JobTimes } from "../job-times.js";
import { readSacctHeader, type SacctColumn, type SacctHeader, splitRow } from "./header.js";
import { Requests } from "./request.js";
import { parseElapsed } from "./values.js";

/** Lines that one row may take: a comment may have line breaks. */
const MOST_JOINED = 3;
/** Slurm's flags and base states, by which sacct's State begins. */
const ENDED: ReadonlySet<string> = new Set(
  "COMPLETED CANCELLED FAILED TIMEOUT NODE_FAIL PREEMPTED BOOT_FAIL DEADLINE OUT_OF_MEMORY COMPLETING SPECIAL_EXIT STAGE_OUT STOPPED LAUNCH_FAILED RECONFIG_FAIL".split(
    " ",
  ),
);
const PRESENT: ReadonlySet<string> = new Set(
  "PENDING RUNNING SUSPENDED CONFIGURING RESIZING SIGNALING EXPEDITING REQUEUE_HOLD REQUEUE_FED RESV_DEL_HOLD POWER_UP_NODE".split(
    " ",
  ),
);
/** Later rows have the job again, or another cluster has it. */
const ELSEWHERE: ReadonlySet<string> = new Set(["REQUEUED", "REVOKED"]);

/** `sacct -P`: Slurm's accounting, columns by name. */
export const sacct: JobFormat = {
  summary: "Slurm accounting: sacct -P, columns by name",
  extensions: [".sacct"],
  looksLike: (line) => line.includes("|") && readSacctHeader(line) !== undefined,
  parser: (input) => new SacctParser(input),
};

class SacctParser implements RowParser<JobBatch> {
  readonly #input: JobInput;
  readonly #times: JobTimes;
  readonly #requests: Requests;
  readonly #timestamps = new Timestamps();
  #header: SacctHeader | undefined;
  #cells: string[] = [];
  /** The beginning of a row that goes on in the next line. */
  #begun = "";
  #joined = 0;

  constructor(input: JobInput) {
    this.#input = input;
    this.#times = new JobTimes(input.options, input.tally);
    this.#requests = new Requests(input);
    input.origin.submissions = true;
  }

  line(bytes: Buffer, start: number, end: number, batch: JobBatch): Line {
    const { tally } = this.#input;
    const text = bytes.toString("utf8", start, end);
    if (this.#header === undefined) {
      this.#header = readSacctHeader(text);
      if (this.#header === undefined) throw problems.noSacctHeader(tally.at(bytes, start, end, start, end));
      return Line.Nothing;
    }
    let row = text;
    if (this.#begun !== "") {
      // A whole row says that the one before it has lost its end.
      if (this.#begins(text) && typeof splitRow(text, this.#header) === "object") this.#lose();
      else row = `${this.#begun}\n${text}`;
    }
    const cells = splitRow(row, this.#header);
    if (cells === "short" && this.#joined < MOST_JOINED && this.#begins(row)) {
      this.#begun = row;
      this.#joined++;
      return Line.Nothing;
    }
    this.#begun = "";
    this.#joined = 0;
    if (cells === "short" || cells === undefined) return tally.drop(Reason.wrongFields, start, end);
    this.#cells = cells;
    const reason = this.#row(batch);
    if (reason === undefined || reason === "") return reason === undefined ? Line.Row : Line.Nothing;
    if (reason !== Reason.badState || row !== text) return tally.drop(reason, start, end);
    const [from, to] = this.#place("state");
    return tally.drop(reason, start + from, start + to);
  }

  /** Where a cell lies in its line, in bytes. */
  #place(column: SacctColumn): [from: number, to: number] {
    const { at, delimiter } = this.#header!;
    const before = this.#cells.slice(0, at[column]).map((cell) => cell + delimiter);
    const from = Buffer.byteLength(before.join(""));
    return [from, from + Buffer.byteLength(this.#cells[at[column]]!)];
  }

  /** A row without its end: the dump was cut off. */
  end(): Buffer | undefined {
    if (this.#begun === "") return undefined;
    const row = Buffer.from(this.#begun);
    this.#input.tally.drop(Reason.cutOff, 0, row.length);
    return row;
  }

  /** Does the text begin with as many cells as lead to a job's id? */
  #begins(text: string): boolean {
    const { at, delimiter } = this.#header!;
    const cell = text.split(delimiter)[at.jobid >= 0 ? at.jobid : at.jobidraw];
    return cell !== undefined && /^\s*\d/.test(cell) && text.includes(delimiter);
  }

  #lose(): void {
    this.#input.tally.lose(Reason.cutOff, Buffer.from(this.#begun));
    this.#begun = "";
    this.#joined = 0;
  }

  readonly #cell = (column: string): string => {
    const at = this.#header!.at[column as SacctColumn];
    return at === undefined || at < 0 ? "" : this.#cells[at]!.trim();
  };

  /** Writes the row at `batch.length`; else why it cannot be used, empty when it is no job. */
  #row(batch: JobBatch): string | undefined {
    const cell = this.#cell;
    const { tally, context } = this.#input;
    const id = cell("jobid") || cell("jobidraw");
    if (id.includes(".") || cell("jobidraw").includes(".")) return "";
    const [state = ""] = cell("state").replace(/\+$/, "").split(" ");
    if (ELSEWHERE.has(state)) return state === "REQUEUED" ? Reason.requeued : Reason.revoked;
    if (!ENDED.has(state) && !PRESENT.has(state)) return Reason.badState;
    const submit = this.#time(cell("submit"));
    if (!(submit >= 0)) return Reason.unknownSubmit;
    const parts = /^(.+?)(?:_(\d+)|\+(\d+)|_\[(.*)\])$/.exec(id);
    if (parts?.[4] !== undefined) return Reason.arrayRest;
    const component = parts?.[3] === undefined ? 0 : Number(parts[3]);
    const eligible = this.#time(cell("eligible"));
    const request = this.#requests.read(cell, component, this.#delay(submit, eligible));
    if (request === undefined) return Reason.nothingAsked;

    const { facts } = request.submitted;
    const estimate = facts.estimate ?? Number.POSITIVE_INFINITY;
    const start = this.#time(cell("start"));
    const end = this.#time(cell("end"));
    let run = this.#elapsed(start, end);
    let cancel = Number.POSITIVE_INFINITY;
    const changes = [...request.changes];
    if (!(start >= 0) && ENDED.has(state)) {
      if (!(end >= 0)) return Reason.cancelledUnknown;
      cancel = Math.max(end, submit);
    }
    if (!(start >= 0) || PRESENT.has(state)) {
      if (!Number.isFinite(estimate)) return Reason.unknownRun;
      run = estimate;
      changes.push(PRESENT.has(state) ? Adjusted.notEnded : Adjusted.runFromEstimate);
    }
    if (!(run >= 0)) return Reason.unknownRun;
    const timedOut = state === "TIMEOUT" && start >= 0 && run >= estimate - SECOND;
    if (state === "TIMEOUT" && start >= 0 && Number.isFinite(estimate))
      changes.push(timedOut ? Adjusted.timedOut : Adjusted.stopped);

    const { names } = context;
    const i = batch.length;
    batch.id[i] = internId(names.ids, id, tally.rows + 1);
    batch.submit[i] = submit;
    batch.cancel[i] = cancel;
    batch.recordedStart[i] = start >= submit ? start : -1;
    batch.shape[i] = request.submitted.shapes[0]!;
    batch.user[i] = internName(names.users, cell("user"));
    batch.account[i] = internName(names.accounts, cell("account"));
    batch.queue[i] = internName(names.queues, cell("partition"));
    batch.submission[i] = request.submitted.texts[0]!;
    batch.group[i] = parts === null ? -1 : names.ids.intern(parts[1]!);
    batch.member[i] = parts?.[2] === undefined ? -1 - component : Number(parts[2]);
    batch.exit[i] = exitCode(cell("exitcode"), state);
    this.#times.write(batch, run, estimate, timedOut);
    this.#countNodes(cell("nodelist"));
    for (const change of changes) tally.adjust(change);
    return undefined;
  }

  /** µs since 1970, NaN for Unknown, None and nothing; seconds since 1970 are understood as well. */
  #time(text: string): number {
    if (/^\d{9,11}$/.test(text)) return Number(text) * SECOND;
    const bytes = Buffer.from(text);
    return this.#timestamps.read(bytes, 0, bytes.length);
  }

  /** µs that it ran, without the time for which it was suspended. */
  #elapsed(start: number, end: number): number {
    const raw = this.#cell("elapsedraw");
    if (/^\d+$/.test(raw)) return Number(raw) * SECOND;
    const elapsed = parseElapsed(this.#cell("elapsed"));
    return elapsed === undefined ? end - start : elapsed * SECOND;
  }

  /** Seconds by which a job was told to begin later; what dependencies held back is not known from these times. */
  #delay(submit: number, eligible: number): number {
    const line = this.#cell("submitline");
    if (!/\s(--begin|-b)/.test(line) || !(eligible > submit)) return 0;
    return Math.round((eligible - submit) / SECOND);
  }

  #countNodes(list: string): void {
    const { nodes } = this.#input.context;
    if (nodes === undefined || list === "" || /^none/i.test(list)) return;
    if (expandHostlist(list, () => {}).some((name) => !nodes.has(name)))
      this.#input.tally.adjust(Adjusted.goneNode);
  }
}

/** A failure without a code of its own counts as 1: it must not fulfil afterok. */
function exitCode(text: string, state: string): number {
  const [code = 0, signal = 0] = text.split(":").map((part) => Number(part) || 0);
  if (code !== 0) return Math.min(255, code);
  return signal !== 0 || !/^(COMPLETED|COMPLETING|RUNNING|PENDING|SUSPENDED)/.test(state) ? 1 : 0;
}
