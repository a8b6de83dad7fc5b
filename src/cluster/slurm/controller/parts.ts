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
  /** What sprio -l or sshare -l prints now. */
  print(what: "sprio" | "sshare"): readonly string[];
  /** Why a submission is refused, in Slurm's words; undefined when it is let in. */
  admit(job: SlurmJob): string | undefined;
  /** Says why a job that was let in waits, before a scheduler has looked at it. */
  firstLook(job: SlurmJob): void;
}

export type MakeParts = (state: SlurmState, actions: SchedulerActions, epoch: number) => ControllerParts;
