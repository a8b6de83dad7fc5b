import { InputError, type Problem } from "../core/errors.js";
import type { JobBatch } from "./batch.js";
import { findCircles } from "./dependency-circles.js";
import type { Observer } from "./facts.js";
import type { JobContext, JobStream } from "./stream.js";

/** Circles that are shown, and jobs that are named. */
const SHOWN = 5;
const LONGEST_QUOTE = 1000;

/** Dependencies that hold nobody back, as their jobs are not there when the dependent comes. */
export interface LooseDependencies {
  /** Jobs that depend on one that no row has, and on one that is submitted later. */
  unknown: { count: number; first: readonly string[] };
  later: { count: number; first: readonly string[] };
}

/** A submission that depends on others. */
interface Dependent {
  name: string;
  line: number;
  /** The line itself, where it may be needed to show a circle. */
  text: string | undefined;
  /** Names of jobs, as written. */
  on: readonly string[];
  /** Its place in the order of submission; -1 not seen. */
  order: number;
}

/** A job on which others depend. */
interface Target {
  /** The submission that it is part of, and that one's place in the order of submission; -1 not seen. */
  unit: number;
  order: number;
}

/**
 * Looks for dependencies that cannot be: circles, which are an error, and jobs that the trace does not have or has too
 * late. Only rows with dependencies are remembered, and rows are gone through a second time only when there are any.
 *
 * Submissions are called by one number, their unit: the id of a job (a name k in `ids` is `-1 - k`), for the tasks of an
 * array and the components of a heterogeneous job that of their group.
 */
export class DependencyBook {
  readonly #context: JobContext;
  readonly #file: string;
  readonly #dependents = new Map<number, Dependent>();
  /** By number of a submission's text, the jobs that it depends on. */
  readonly #known = new Map<number, readonly string[]>();

  constructor(context: JobContext, file: string) {
    this.#context = context;
    this.#file = file;
  }

  readonly observe: Observer<JobBatch> = (batch, row, line, lineText) => {
    const submission = batch.submission[row]!;
    if (submission < 0) return;
    let on = this.#known.get(submission);
    if (on === undefined) {
      on = this.#read(submission);
      this.#known.set(submission, on);
    }
    if (on.length === 0) return;
    const unit = unitOf(batch, row);
    if (this.#dependents.has(unit)) return;
    const name = this.#name(unit);
    // Slurm's ids ascend: who names lower ones alone cannot close a circle.
    const mayClose = on.some((job) => !(Number(job.split(/[_+]/)[0]) < Number(name)));
    const text = mayClose ? lineText?.() : undefined;
    this.#dependents.set(unit, { name, line, text, on, order: -1 });
  };

  #read(submission: number): readonly string[] {
    const { names, submissions } = this.#context;
    const text = names.submissions.name(submission);
    if (!text.includes("--dependency=")) return [];
    const facts = submissions?.read(text, 1);
    return facts === undefined || "wrong" in facts ? [] : facts.dependencies;
  }

  #name(unit: number): string {
    return unit >= 0 ? String(unit) : this.#context.names.ids.name(-1 - unit);
  }

  /** Numbers by which a job may be called: a whole number's own, and that of the text. */
  #keys(job: string): number[] {
    const text = this.#context.names.ids.find(job);
    return [...(/^(?:0|[1-9]\d{0,14})$/.test(job) ? [Number(job)] : []), ...(text < 0 ? [] : [-1 - text])];
  }

  /**
   * After the first pass.
   *
   * @param open the rows in the order in which they are submitted
   * @throws InputError when dependencies form a circle
   */
  async check(open: () => JobStream): Promise<LooseDependencies | undefined> {
    const dependents = this.#dependents;
    this.#known.clear();
    if (dependents.size === 0) return undefined;
    const targets = new Map<number, Target>();
    for (const { on } of dependents.values())
      for (const job of on) for (const key of this.#keys(job)) targets.set(key, { unit: key, order: -1 });
    await this.#order(targets, open());
    const find = (job: string) => this.#keys(job).flatMap((key) => targets.get(key) ?? []);
    const seen = (job: string) => find(job).filter(({ order }) => order >= 0);
    const circles = findCircles(dependents.keys(), (unit) =>
      (dependents.get(unit)?.on ?? []).flatMap((job) => seen(job).map((target) => target.unit)),
    );
    if (circles.length > 0) throw new InputError(this.#problems(circles, seen));
    return this.#loose(seen);
  }

  async #order(targets: ReadonlyMap<number, Target>, rows: JobStream): Promise<void> {
    let order = 0;
    for (let batch = await rows.next(); batch !== null; batch = await rows.next())
      for (let row = 0; row < batch.length; row++, order++) {
        const unit = unitOf(batch, row);
        const dependent = this.#dependents.get(unit);
        if (dependent !== undefined && dependent.order < 0) dependent.order = order;
        for (const key of [batch.id[row]!, unit]) {
          const target = targets.get(key);
          if (target === undefined || target.order >= 0) continue;
          target.unit = unit;
          target.order = order;
        }
      }
    await rows.close();
  }

  #problems(circles: readonly (readonly number[])[], seen: (job: string) => Target[]): Problem[] {
    const problems = circles.slice(0, SHOWN).map((circle): Problem => {
      const members = circle.map((unit) => this.#dependents.get(unit)!);
      // Who comes first names a job that was not there yet: that is the one to mend.
      const at = members.reduce((first, one) => (one.order < first.order ? one : first));
      const next = circle[(members.indexOf(at) + 1) % circle.length];
      const job = at.on.find((name) => seen(name).some(({ unit }) => unit === next))!;
      const from = circle.indexOf([...this.#dependents].find(([, one]) => one === at)![0]);
      const round = [...members.slice(from), ...members.slice(0, from), at].map(({ name }) => name);
      return {
        code: "trace/circular-dependency",
        message:
          circle.length === 1
            ? `job ${at.name} depends on itself`
            : `jobs depend on each other in a circle: ${round.join(" waits for ")}`,
        at: this.#place(at, job),
        hint: "none of them could ever run, and Slurm refuses it (Circular job dependency): let each depend on jobs submitted before it",
      };
    });
    if (circles.length > SHOWN)
      problems.push({
        code: "trace/circular-dependency",
        message: `${circles.length - SHOWN} more circles of dependencies`,
      });
    return problems;
  }

  /** The name of the job depended on, in the dependent's line. */
  #place({ line, text = "" }: Dependent, job: string): NonNullable<Problem["at"]> {
    const from = text.search(/(?:^|[\s"',])(?:-d|--depend)/);
    const name = new RegExp(`(?<=[:,?=\\s'"d])${job.replaceAll(/[^\w]/g, "\\$&")}(?![\\w.-])`);
    const at = text.slice(Math.max(0, from)).search(name);
    const place = { file: this.#file, line };
    if (from < 0 || at < 0) return { ...place, column: 1, length: 1 };
    const found = { ...place, column: from + at + 1, length: job.length };
    return text.length <= LONGEST_QUOTE ? { ...found, text } : found;
  }

  #loose(seen: (job: string) => Target[]): LooseDependencies | undefined {
    const unknown = { count: 0, first: [] as string[] };
    const later = { count: 0, first: [] as string[] };
    for (const { name, line, on, order } of this.#dependents.values()) {
      const missed = on.find((job) => seen(job).length === 0);
      const early = on.find((job) => seen(job).length > 0 && seen(job).every((one) => one.order > order));
      for (const [into, job] of [
        [unknown, missed],
        [later, early],
      ] as const) {
        if (job === undefined) continue;
        into.count++;
        if (into.first.length < SHOWN) into.first.push(`${name} on ${job} at line ${line}`);
      }
    }
    return unknown.count + later.count === 0 ? undefined : { unknown, later };
  }
}

function unitOf(batch: JobBatch, row: number): number {
  const group = batch.group[row]!;
  return group >= 0 ? -1 - group : batch.id[row]!;
}

/** What a reader of the numbers must know of dependencies that hold nobody back; a sentence each. */
export function looseDependencies({ unknown, later }: LooseDependencies): string[] {
  const sentence = ({ count, first }: LooseDependencies["later"], what: string, as: string) => {
    if (count === 0) return [];
    const names = `${first.join("; ")}${count > first.length ? "; …" : ""}`;
    return [`${count} ${count === 1 ? "job depends" : "jobs depend"} on ${what} (${names}): ${as}`];
  };
  return [
    ...sentence(
      unknown,
      "jobs that the trace does not have",
      "taken as met, as Slurm takes ids that it does not know, or no longer knows",
    ),
    ...sentence(
      later,
      "jobs that are submitted later",
      "taken as met, as when sbatch is given an id that is not there yet",
    ),
  ];
}
