import { Names } from "../../core/names.js";
import type { JobBatch } from "../batch.js";
import { Reason } from "../reasons.js";
import type { SubmissionMistake } from "../submission.js";
import { idText } from "../write/writer.js";
import { internName, MISSING } from "./cells.js";
import type { ColumnSet } from "./columns.js";
import { DemandCache, demandShape } from "./demand.js";
import type { JobInput } from "./format.js";
import { JobTimes } from "./job-times.js";
import { Members, Submissions, type Submitted } from "./submitted.js";

/** The columns of our own job formats. */
export const JOB_COLUMNS: ColumnSet = {
  known: [
    "id",
    "submit",
    "run",
    "estimate",
    "cancel",
    "gpus",
    "nodes",
    "gpus_per_node",
    "tasks",
    "cpus",
    "memory",
    "gpu_type",
    "user",
    "account",
    "queue",
    "sbatch",
    "group",
    "member",
    "start",
    "exit",
  ],
  required: ["submit", "run"],
};

const TYPE = 6;
const MOST_EXIT = 255;

/** One job as our own formats write it, checked and turned into a row; reused for each line. */
export class JobRow {
  id = 0;
  submit = MISSING;
  run = MISSING;
  estimate = MISSING;
  cancel = MISSING;
  user = -1;
  account = -1;
  queue = -1;
  /** How it was submitted, as text; empty when the row does not say. */
  submission = "";
  /** Of a row that is one task or component alone: the name of the whole, and its place there. */
  group = "";
  member = MISSING;
  start = MISSING;
  exit = MISSING;
  /** Run times, µs, and exit codes of the members in order, for a row that gives each its own. */
  runs: readonly number[] | undefined;
  exits: readonly number[] | undefined;
  /** What is wrong with the submission, when that is why `write` gives a reason. */
  mistake: SubmissionMistake | undefined;
  /** gpus, nodes, gpus_per_node, tasks, cpus, memory as given (MISSING when not), and the number of the GPU type. */
  readonly demand = new Float64Array(TYPE + 1);
  /** The column to blame when `write` gives a reason. */
  blame = "";

  readonly #input: JobInput;
  readonly #times: JobTimes;
  readonly #cache = new DemandCache();
  readonly #types = new Names();
  readonly #submissions: Submissions;
  readonly #members: Members;

  constructor(input: JobInput) {
    this.#input = input;
    this.#times = new JobTimes(input.options, input.tally);
    this.#submissions = new Submissions(input.context, input.options.gpusPerNode);
    this.#members = new Members(input.context, this.#times);
    this.#types.intern("");
  }

  gpuType(name: string): void {
    this.demand[TYPE] = name === "" ? 0 : this.#types.intern(name);
  }

  gpuTypeName(): string {
    return this.#types.name(this.demand[TYPE]!);
  }

  /** Writes the row at `batch.length`; with `shape` given, the demand columns are not looked at. Returns why not. */
  write(batch: JobBatch, shape = -1): string | undefined {
    const { submit, run, cancel } = this;
    const i = batch.length;
    this.blame = "submit";
    if (submit < 0) return submit === MISSING ? Reason.unknownSubmit : Reason.negativeSubmit;
    this.blame = "run";
    if (run < 0) return Reason.unknownRun;
    this.blame = "cancel";
    if (cancel >= 0 && cancel < submit) return Reason.cancelBeforeSubmit;
    const submitted = this.submission === "" ? undefined : this.#submissions.get(this.submission);
    if (submitted !== undefined && "wrong" in submitted) {
      this.blame = "sbatch";
      this.mistake = submitted;
      return Reason.badSubmission;
    }
    this.blame = "exit";
    if (this.exit > MOST_EXIT) return Reason.notCount;
    this.blame = "start";
    if (this.start >= 0 && this.start < submit) return Reason.startBeforeSubmit;
    if (shape < 0) {
      const found = submitted !== undefined && !this.#demands() ? submitted.shapes[0]! : this.#shape();
      if (typeof found === "string") return found;
      shape = found;
    }
    batch.id[i] = this.id;
    batch.submit[i] = submit;
    batch.cancel[i] = cancel < 0 ? Number.POSITIVE_INFINITY : cancel;
    batch.recordedStart[i] = this.start;
    batch.shape[i] = shape;
    batch.user[i] = this.user;
    batch.account[i] = this.account;
    batch.queue[i] = this.queue;
    batch.submission[i] = -1;
    batch.group[i] = -1;
    batch.exit[i] = Math.max(0, this.exit);
    const estimate = this.estimate < 0 ? Number.POSITIVE_INFINITY : this.estimate;
    if (submitted === undefined) this.#times.write(batch, run, estimate);
    else this.#submitted(batch, submitted, estimate);
    return undefined;
  }

  /** Rows of this one that are still to come. */
  get pending(): number {
    return this.#members.pending;
  }

  more(batch: JobBatch): void {
    this.#members.write(batch);
  }

  /** Does the row itself say what the job needs? */
  #demands(): boolean {
    for (let k = 0; k < TYPE; k++) if (this.demand[k]! > 0) return true;
    return false;
  }

  /** Fills in what only the submission says; an array or heterogeneous job becomes its members. */
  #submitted(batch: JobBatch, { facts, shapes, texts }: Submitted, given: number): void {
    const i = batch.length;
    const { accounts, queues, ids } = this.#input.context.names;
    const estimate = Number.isFinite(given) ? given : (facts.estimate ?? given);
    if (batch.account[i]! < 0) batch.account[i] = internName(accounts, facts.account);
    if (batch.queue[i]! < 0) batch.queue[i] = internName(queues, facts.queue);
    batch.submission[i] = texts[0]!;
    if (this.group === "" && (facts.tasks !== undefined || facts.parts.length > 1)) {
      const { run, exit, runs, exits } = this;
      this.#members.begin(batch, { facts, shapes, texts }, idText(ids, this.id), estimate, {
        run: (place) => runs?.[place] ?? run,
        exit: (place) => exits?.[place] ?? Math.max(0, exit),
      });
      return;
    }
    if (this.group !== "") {
      batch.group[i] = ids.intern(this.group);
      batch.member[i] = this.member;
    }
    this.#times.write(batch, this.run, estimate);
  }

  #shape(): number | string {
    const d = this.demand;
    const known = this.#cache.find(d);
    if (known >= 0) return known;
    this.blame = "gpus";
    const found = demandShape(
      {
        gpus: Math.max(0, d[0]!),
        nodes: Math.max(0, d[1]!),
        gpusPerNode: Math.max(0, d[2]!),
        tasks: Math.max(0, d[3]!),
        cpus: Math.max(0, d[4]!),
        memory: Math.max(0, d[5]!),
        gpuType: this.gpuTypeName(),
      },
      this.#input.options.gpusPerNode,
      this.#input.context.shapes,
    );
    if (typeof found === "number") this.#cache.put(d, found);
    return found;
  }
}
