import type { JobAllocation } from "../../../../src/cluster/slurm/model/job.js";
import type { SlurmState } from "../../../../src/cluster/slurm/model/state.js";
import type { JobOutcome, JournalListener } from "../../../../src/journal/journal.js";

/** A stay of a job on its nodes, from its start until it leaves them; µs. */
export interface Stay {
  /** The job's number in the workload. */
  id: string;
  partition: string;
  tier: number;
  allocation: JobAllocation;
  from: number;
  to: number;
  /** When it ran and did not stand still. */
  spells: { from: number; to: number }[];
  /** Undefined when it went back into the queue. */
  outcome: JobOutcome | undefined;
}

/** Writes down when jobs hold what, and when they run on it. */
export class Stays implements JournalListener {
  readonly all: Stay[] = [];
  readonly #open = new Map<number, Stay>();

  constructor(readonly state: SlurmState) {}

  /** Stays that have not ended. */
  get left(): number {
    return this.#open.size;
  }

  start(time: number, host: number): void {
    const job = [...this.state.running].find((one) => one.host === host)!;
    const stay: Stay = {
      id: job.label,
      partition: job.partition.name,
      tier: job.partition.config.priorityTier,
      allocation: job.allocation!,
      from: time,
      to: Number.POSITIVE_INFINITY,
      spells: [],
      outcome: undefined,
    };
    this.all.push(stay);
    this.#open.set(host, stay);
    this.resume(time, host);
  }

  resume(time: number, host: number): void {
    this.#open.get(host)!.spells.push({ from: time, to: Number.POSITIVE_INFINITY });
  }

  suspend(time: number, host: number): void {
    this.#open.get(host)!.spells.at(-1)!.to = time;
  }

  preempt(time: number, host: number): void {
    this.#leave(time, host);
  }

  end(time: number, host: number, outcome: JobOutcome): void {
    this.#leave(time, host).outcome = outcome;
  }

  #leave(time: number, host: number): Stay {
    const stay = this.#open.get(host)!;
    this.#open.delete(host);
    stay.to = time;
    const last = stay.spells.at(-1)!;
    last.to = Math.min(last.to, stay.to);
    return stay;
  }
}
