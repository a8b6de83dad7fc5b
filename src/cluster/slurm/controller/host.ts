import type { NodeState } from "../../../journal/journal.js";
import type { JobEnd, SlurmJob } from "../model/job.js";

/** The cluster that carries out what the controller decides. `host` is the cluster's number of a job. */
export interface Host {
  /** The job begins on its allocation. */
  start(job: SlurmJob): void;
  /** The running job is ended before its work is done; one that is configuring leaves. */
  kill(job: SlurmJob, end: JobEnd): void;
  /** The running job loses its resources and its work, and waits again. */
  requeue(job: SlurmJob): void;
  suspend(job: SlurmJob): void;
  resume(job: SlurmJob): void;
  /** A pending job leaves. */
  withdraw(host: number, reason: string): void;
  /** Puts down what a command of Slurm's prints now. */
  note(command: string, print: () => readonly string[]): void;
  /** A command is refused, with what it prints then. */
  refused(command: string, message: string): void;
  /** What a node is from now on. */
  nodeState(node: number, is: NodeState): void;
  /** Why a job waits from now on. */
  reason(host: number, reason: string): void;
}
