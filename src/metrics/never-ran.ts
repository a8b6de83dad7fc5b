import type { RunFacts } from "../journal/facts.js";
import type { JournalListener } from "../journal/journal.js";
import { roomFor } from "./grow.js";
import type { Result } from "./result.js";
import type { Warning } from "./warnings.js";

/** Names that are kept for one reason, and those that a warning lists. */
const MOST_KEPT = 100;
const MOST_NAMES = 5;

type Entry = NonNullable<Result["neverRan"]>[number];
type How = Entry["how"];
interface Jobs {
  count: number;
  names: string[];
}

const CODES: Record<How, { code: string; what: string }> = {
  refused: { code: "jobs/refused", what: "refused when they were submitted" },
  removed: { code: "jobs/removed", what: "taken out of the queue by the scheduler" },
  waiting: { code: "jobs/never-ran", what: "waiting when nothing could happen any more" },
};

/**
 * Names the jobs that never ran, by the reason: refused when they came, taken out of the queue by the scheduler, or
 * waiting still when nothing happened any more.
 */
export class NeverRan implements JournalListener {
  readonly #jobs: Record<How, Map<number, Jobs>> = {
    refused: new Map(),
    removed: new Map(),
    waiting: new Map(),
  };
  #facts!: RunFacts;
  #reason = new Int32Array(0);
  #since = new Float64Array(0);
  #submitted = new Float64Array(0);
  /** 1 while it waits and has not started. */
  #fresh = new Uint8Array(0);
  readonly #present = new Set<number>();

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
  }

  submit(time: number, job: number): void {
    if (this.#facts.jobs.isReplica(job)) return;
    this.#reason = roomFor(this.#reason, job);
    this.#since = roomFor(this.#since, job);
    this.#submitted = roomFor(this.#submitted, job);
    this.#fresh = roomFor(this.#fresh, job);
    this.#reason[job] = -1;
    this.#submitted[job] = time;
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
    // Whom the scheduler sends away leaves with a reason given at that instant; who is taken back leaves with an older one.
    if (this.#reason[job]! >= 0 && this.#since[job] === time)
      this.#book(this.#submitted[job] === time ? "refused" : "removed", job);
    this.#fresh[job] = 0;
    this.#present.delete(job);
  }

  runEnd(): void {
    for (const job of this.#present) this.#book("waiting", job);
  }

  #book(how: How, job: number): void {
    const reason = this.#reason[job]!;
    const entry = this.#jobs[how].get(reason) ?? { count: 0, names: [] };
    this.#jobs[how].set(reason, entry);
    entry.count++;
    if (entry.names.length < MOST_KEPT) entry.names.push(this.#facts.jobs.id(job));
  }

  /**
   * The list, the most jobs first.
   *
   * @param settled nothing could happen any more: who waits then waits for ever
   */
  list(settled: boolean): Entry[] {
    const hows: readonly How[] = settled ? ["refused", "removed", "waiting"] : ["refused", "removed"];
    return hows.flatMap((how) =>
      [...this.#jobs[how]]
        .sort((a, b) => b[1].count - a[1].count)
        .map(([reason, { count, names }]) => ({
          how,
          reason: reason < 0 ? "" : this.#facts.reasonName(reason),
          count,
          jobs: names,
        })),
    );
  }
}

/** The list in sentences, one for each way of never running. */
export function neverRanWarnings(list: readonly Entry[]): Warning[] {
  return (Object.keys(CODES) as How[]).flatMap((of) => {
    const own = list.filter(({ how }) => how === of);
    if (own.length === 0) return [];
    const total = own.reduce((sum, { count }) => sum + count, 0);
    const parts = own.map(({ reason, count, jobs }) => {
      const more = count > MOST_NAMES ? ", …" : "";
      return `${count} by ${reason || "no reason"} (${jobs.slice(0, MOST_NAMES).join(", ")}${more})`;
    });
    const { code, what } = CODES[of];
    return [
      { code, message: `${total} ${total === 1 ? "job" : "jobs"} never ran, ${what}: ${parts.join("; ")}` },
    ];
  });
}
