import type { RunFacts } from "../journal/facts.js";
import type { JournalListener } from "../journal/journal.js";
import { roomFor } from "./grow.js";
import type { Warning } from "./warnings.js";

/** Names that are listed for one reason. */
const MOST_NAMES = 5;

/** Names the jobs that never ran, by the reason: refused when they came, or waiting still when nothing happened any more. */
export class NeverRan implements JournalListener {
  readonly #refused = new Map<number, { count: number; names: string[] }>();
  readonly #waiting = new Map<number, { count: number; names: string[] }>();
  #facts!: RunFacts;
  #reason = new Int32Array(0);
  #since = new Float64Array(0);
  /** 1 while it waits and has not started. */
  #fresh = new Uint8Array(0);
  readonly #present = new Set<number>();

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
  }

  submit(_time: number, job: number): void {
    if (this.#facts.jobs.isReplica(job)) return;
    this.#reason = roomFor(this.#reason, job);
    this.#since = roomFor(this.#since, job);
    this.#fresh = roomFor(this.#fresh, job);
    this.#reason[job] = -1;
    this.#fresh[job] = 1;
    this.#present.add(job);
  }

  reason(time: number, job: number, reason: number): void {
    if (this.#fresh[job] !== 1) return;
    this.#reason[job] = reason;
    this.#since[job] = time;
  }

  start(_time: number, job: number): void {
    if (this.#fresh[job] !== 1) return;
    this.#fresh[job] = 0;
    this.#present.delete(job);
  }

  cancel(time: number, job: number): void {
    if (this.#fresh[job] !== 1) return;
    // Who is refused leaves with a reason given at that instant; who is taken back leaves with an older one.
    if (this.#reason[job]! >= 0 && this.#since[job] === time) this.#book(this.#refused, job);
    this.#fresh[job] = 0;
    this.#present.delete(job);
  }

  runEnd(): void {
    for (const job of this.#present) this.#book(this.#waiting, job);
  }

  #book(into: Map<number, { count: number; names: string[] }>, job: number): void {
    const reason = this.#reason[job]!;
    const entry = into.get(reason) ?? { count: 0, names: [] };
    into.set(reason, entry);
    entry.count++;
    if (entry.names.length < MOST_NAMES) entry.names.push(this.#facts.jobs.id(job));
  }

  /** @param settled nothing could happen any more: who waits then waits for ever */
  warnings(settled: boolean): Warning[] {
    return [
      ...this.#warning(this.#refused, "jobs/refused", "refused when they were submitted"),
      ...(settled
        ? this.#warning(this.#waiting, "jobs/never-ran", "waiting when nothing could happen any more")
        : []),
    ];
  }

  #warning(from: Map<number, { count: number; names: string[] }>, code: string, what: string): Warning[] {
    const all = [...from].sort((a, b) => b[1].count - a[1].count);
    if (all.length === 0) return [];
    const total = all.reduce((sum, [, { count }]) => sum + count, 0);
    const list = all.map(([reason, { count, names }]) => {
      const more = count > names.length ? ", …" : "";
      return `${count} by ${reason < 0 ? "no reason" : this.#facts.reasonName(reason)} (${names.join(", ")}${more})`;
    });
    return [
      { code, message: `${total} ${total === 1 ? "job" : "jobs"} never ran, ${what}: ${list.join("; ")}` },
    ];
  }
}
