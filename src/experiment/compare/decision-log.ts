import { grown } from "../../core/column.js";
import { Names } from "../../core/names.js";

/** A job or request whose turn a scheduler decides on. */
export interface Subject {
  /** A replica's job holds GPUs like any other, but is nobody's work. */
  readonly kind: "job" | "request" | "replica";
  /** Its name in the trace; with the service's for a request. */
  readonly id: string;
  /** User of a job, tenant of a request. */
  readonly tenant: string;
  /** GPUs of a job (cores where it holds none), input tokens of a request. */
  readonly size: number;
}

export const Act = { Start: 0, Preempt: 1 } as const;
export type Act = (typeof Act)[keyof typeof Act];

export interface Decision {
  /** µs since the run's start. */
  time: number;
  act: Act;
  /** Nodes of a job, replica of a request; empty for a preemption. */
  where: string;
}

const NONE = -1;

/**
 * What the schedulers of one run decided, subject by subject, each told in the order of its time. Kept in columns: a run
 * decides millions of times.
 */
export class DecisionLog {
  readonly subjects: Subject[] = [];
  readonly #byId = new Map<string, number>();
  readonly #places = new Names();
  readonly #reasons = new Names();
  #decisions = new Chains();
  #waits = new Chains();

  /** The number under which what happens to a new subject is told; equal names are told apart by their order. */
  subject(subject: Subject): number {
    const number = this.subjects.push(subject) - 1;
    let key = `${subject.kind} ${subject.id}`;
    while (this.#byId.has(key)) key += " again";
    this.#byId.set(key, number);
    return number;
  }

  /** Numbers of all subjects, by what is the same in another run of the same work. */
  get keys(): ReadonlyMap<string, number> {
    return this.#byId;
  }

  decide(time: number, subject: number, act: Act, where = ""): void {
    this.#decisions.add(subject, time, this.#places.intern(where) * 2 + act);
  }

  /** Why the subject waits from now on. */
  hold(time: number, subject: number, reason: string): void {
    this.#waits.add(subject, time, this.#reasons.intern(reason));
  }

  *decisionsOn(subject: number): Generator<Decision> {
    for (const { time, value } of this.#decisions.of(subject))
      yield { time, act: (value % 2) as Act, where: this.#places.name(value >> 1) };
  }

  /** When it first started, µs; undefined when it never did. */
  firstStart(subject: number): number | undefined {
    for (const { time, value } of this.#decisions.of(subject)) if (value % 2 === Act.Start) return time;
    return undefined;
  }

  /** Why it waited at a time; undefined when nobody had said. */
  reasonAt(subject: number, time: number): string | undefined {
    let reason: string | undefined;
    for (const wait of this.#waits.of(subject))
      if (wait.time <= time) reason = this.#reasons.name(wait.value);
    return reason;
  }
}

/** One list of times and values for each subject, all in the same columns. */
class Chains {
  #head = new Int32Array(0);
  #tail = new Int32Array(0);
  #subjects = 0;
  #time = new Float64Array(1024);
  #value = new Int32Array(1024);
  #next = new Int32Array(1024);
  #length = 0;

  add(subject: number, time: number, value: number): void {
    const at = this.#length++;
    if (at === this.#time.length) {
      this.#time = grown(this.#time, 2 * at);
      this.#value = grown(this.#value, 2 * at);
      this.#next = grown(this.#next, 2 * at);
    }
    this.#time[at] = time;
    this.#value[at] = value;
    this.#next[at] = NONE;
    this.#meet(subject);
    if (this.#head[subject] === NONE) this.#head[subject] = at;
    else this.#next[this.#tail[subject]!] = at;
    this.#tail[subject] = at;
  }

  *of(subject: number): Generator<{ time: number; value: number }> {
    if (subject >= this.#subjects) return;
    for (let at = this.#head[subject]!; at !== NONE; at = this.#next[at]!)
      yield { time: this.#time[at]!, value: this.#value[at]! };
  }

  #meet(subject: number): void {
    if (subject < this.#subjects) return;
    if (subject >= this.#head.length) {
      const size = Math.max(1024, 2 * (subject + 1));
      this.#head = grown(this.#head, size);
      this.#tail = grown(this.#tail, size);
    }
    this.#head.fill(NONE, this.#subjects, subject + 1);
    this.#subjects = subject + 1;
  }
}
