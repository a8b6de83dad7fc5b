import { IntList } from "../core/int-list.js";
import type { Names } from "../core/names.js";
import type { Journal } from "../journal/journal.js";
import { JobState, type Jobs } from "./jobs.js";

/** Why jobs wait, told to the journal at each change. A job about which its first pass says nothing waits by Priority. */
export class WaitReasons {
  /** Does anybody want to know? */
  readonly wanted: boolean;
  /** Have joined the queue since the last pass. */
  readonly #fresh = new IntList();

  constructor(
    readonly names: Names,
    private readonly jobs: Jobs,
    private readonly journal: Journal,
  ) {
    this.wanted = journal.wantsReasons;
  }

  /** The job has joined the queue. */
  joined(job: number): void {
    if (this.wanted) this.#fresh.push(job);
  }

  /** From now on the job waits by this reason. */
  set(now: number, job: number, reason: string): void {
    const { jobs } = this;
    const state = jobs.state[job];
    if (!this.wanted || (state !== JobState.Pending && state !== JobState.Suspended)) return;
    const id = this.names.intern(reason);
    if (jobs.reason[job] === id) return;
    jobs.reason[job] = id;
    this.journal.reason(now, job, id);
  }

  /** A pass is over. */
  passed(now: number): void {
    const { jobs } = this;
    const fresh = this.#fresh;
    for (let i = 0; i < fresh.length; i++) {
      const job = fresh.items[i]!;
      if (jobs.state[job] === JobState.Pending && jobs.reason[job] === -1) this.set(now, job, "Priority");
    }
    fresh.clear();
  }
}
