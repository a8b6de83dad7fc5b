import type { SlurmJob } from "../model/job.js";
import type { Limits, Priorities, SchedulerActions, Selector } from "../model/parts.js";
import type { SlurmState } from "../model/state.js";

/** The schedulers and plugins that a controller is made of. */
export interface ControllerParts {
  selector: Selector;
  limits: Limits;
  priorities: Priorities;
  /** One pass of the main scheduler, over the full queue or with its depth limited; how many jobs it started. */
  main(full: boolean): number;
  /** One pass of the backfill thread; how many jobs it started. */
  backfill(): number;
  /** That pass has planned a job for later. */
  plans(): boolean;
  /** Those two when passes take time. */
  timed?: TimedSchedulers;
  /** What sprio -l or sshare -l prints now. */
  print(what: "sprio" | "sshare"): readonly string[];
  /** Why a submission is refused, in Slurm's words; undefined when it is let in. */
  admit(job: SlurmJob): string | undefined;
  /** Says why a job that was let in waits, before a scheduler has looked at it. */
  firstLook(job: SlurmJob): void;
}

/** Schedulers whose passes take time; all times are µs. */
export interface TimedSchedulers {
  /** As `main` of `ControllerParts`; how long it takes. */
  main(full: boolean, now: number): number;
  readonly backfill: PausablePass;
}

/** A pass of the backfill thread, which gives its locks away from time to time. */
export interface PausablePass {
  /** A new one. */
  begin(now: number): void;
  /** Goes on until it gives its locks away. True when it is over. */
  run(now: number): boolean;
  /** Ends it where it is. */
  stop(): void;
  /** A job has left a node. */
  freed(node: number): void;
  /** How long it has just held its locks. */
  readonly took: number;
  /** A pass that is over has planned a job for later. */
  readonly plans: boolean;
  /** It has planned with a node on which nothing runs. */
  readonly plansIdle: boolean;
}

export type MakeParts = (state: SlurmState, actions: SchedulerActions, epoch: number) => ControllerParts;
