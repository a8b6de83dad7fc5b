import { InputError } from "../../core/errors.js";
import type { JobBatch } from "../batch.js";
import type { JobContext } from "../stream.js";
import type { SubmissionFacts, SubmissionMistake } from "../submission.js";
import type { Tally } from "../tally.js";
import type { JobTimes } from "./job-times.js";

/** What a row that says how its job was submitted stands for: one job, the tasks of an array, or several components. */
export interface Submitted {
  facts: SubmissionFacts;
  /** By component: number of its shape, and of its text in the stream's `submissions`. */
  shapes: readonly number[];
  texts: readonly number[];
}

/** Texts of submissions by their number, read once each. */
export class Submissions {
  readonly #context: JobContext;
  readonly #gpusPerNode: number;
  readonly #known = new Map<string, Submitted | SubmissionMistake>();

  constructor(context: JobContext, gpusPerNode: number) {
    this.#context = context;
    this.#gpusPerNode = gpusPerNode;
  }

  get(text: string): Submitted | SubmissionMistake {
    let known = this.#known.get(text);
    if (known === undefined) {
      known = this.#read(text);
      this.#known.set(text, known);
    }
    return known;
  }

  #read(text: string): Submitted | SubmissionMistake {
    const { submissions, names, shapes } = this.#context;
    const facts = submissions?.read(text, this.#gpusPerNode);
    if (facts === undefined)
      return { wrong: "nobody here can read how jobs were submitted", part: text, from: 0 };
    if ("wrong" in facts) return facts;
    return {
      facts,
      shapes: facts.parts.map(({ shape }) => shapes.intern(shape).id),
      texts: facts.parts.map((part) => names.submissions.intern(part.text)),
    };
  }
}

/** A mistake in a submission, located: its text stands in the line `bytes[start..end)`, not before `from`. */
export function submissionError(
  { wrong, part, hint }: SubmissionMistake,
  tally: Tally,
  bytes: Buffer,
  start: number,
  end: number,
  from: number,
): InputError {
  const found = bytes.indexOf(part, from);
  const at = found < 0 || found + Buffer.byteLength(part) > end ? from : found;
  return new InputError({
    code: "trace/bad-submission",
    message: wrong,
    at: tally.at(bytes, start, end, at, Math.min(end, at + Buffer.byteLength(part))),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What differs between the members of one submission, by place from 0. */
export interface MemberValues {
  /** Run time, µs. */
  run(place: number): number;
  /** Exit code. */
  exit(place: number): number;
}

/**
 * Turns the row of a submission into the rows of its members: tasks in order, or components. The first is the row that
 * was written; the others repeat it with a name, a run time and an exit code of their own.
 */
export class Members {
  /** Still to come. */
  pending = 0;
  readonly #context: JobContext;
  readonly #times: JobTimes;
  #submitted: Submitted | undefined;
  #values: MemberValues | undefined;
  #name = "";
  #group = -1;
  #next = 0;
  #submit = 0;
  #cancel = 0;
  #estimate = 0;
  #user = -1;
  #account = -1;
  #queue = -1;

  constructor(context: JobContext, times: JobTimes) {
    this.#context = context;
    this.#times = times;
  }

  /**
   * The row at `batch.length` becomes the first member, and the others are pending.
   *
   * @param estimate µs; Infinity when there is none
   */
  begin(batch: JobBatch, submitted: Submitted, name: string, estimate: number, values: MemberValues): void {
    const i = batch.length;
    const { tasks, parts } = submitted.facts;
    this.#submitted = submitted;
    this.#values = values;
    this.#name = name;
    this.#group = this.#context.names.ids.intern(name);
    this.#next = 0;
    this.#submit = batch.submit[i]!;
    this.#cancel = batch.cancel[i]!;
    this.#estimate = estimate;
    this.#user = batch.user[i]!;
    this.#account = batch.account[i]!;
    this.#queue = batch.queue[i]!;
    this.pending = tasks === undefined ? parts.length : tasks.length;
    this.write(batch);
  }

  /** Writes the next member at `batch.length`. */
  write(batch: JobBatch): void {
    const { facts, shapes, texts } = this.#submitted!;
    const i = batch.length;
    const place = this.#next++;
    const task = facts.tasks?.[place];
    const part = task === undefined ? place : 0;
    const name = `${this.#name}${task === undefined ? `+${place}` : `_${task}`}`;
    batch.id[i] = -1 - this.#context.names.ids.intern(name);
    batch.submit[i] = this.#submit;
    batch.cancel[i] = this.#cancel;
    batch.recordedStart[i] = -1;
    batch.user[i] = this.#user;
    batch.account[i] = this.#account;
    batch.queue[i] = this.#queue;
    batch.shape[i] = shapes[part]!;
    batch.submission[i] = texts[part]!;
    batch.group[i] = this.#group;
    batch.member[i] = task ?? -1 - place;
    batch.exit[i] = this.#values!.exit(place);
    this.#times.write(batch, this.#values!.run(place), this.#estimate);
    this.pending--;
  }
}
