import type { JobRequest } from "./request.js";

/**
 * A submission as sbatch sends it to the controller: what is asked for (`request`) and everything that is the job's own.
 * Made once for each distinct text of options, so it says nothing of time, user or name in the trace.
 */
export interface Submission {
  request: JobRequest;
  /** --job-name; empty when not given. */
  name: string;
  /** --account, --qos; empty when not given. */
  account: string;
  qos: string;
  /** --partition, in order; empty for the default. */
  partitions: string[];
  /** --time in minutes, Infinity for UNLIMITED; undefined when not given. */
  timeLimit: number | undefined;
  /** --time-min, minutes; 0 not given. */
  timeMin: number;
  /** --begin: seconds after submission (`now+60`), or from the run's start; undefined when not given. */
  begin: { after: number } | { at: number } | undefined;
  /** --deadline, likewise. */
  deadline: { after: number } | { at: number } | undefined;
  nice: number;
  /** --priority; undefined when not given. */
  priority: number | undefined;
  hold: boolean;
  /** --requeue, --no-requeue; undefined when not given. */
  requeue: boolean | undefined;
  /** --dependency: terms with the names of jobs as in the trace. */
  dependencies: SubmittedDependency[];
  killOnInvalidDependency: boolean | undefined;
  /** --array. */
  array: { tasks: number[]; maxRunning: number } | undefined;
  /** Components behind the first, of a heterogeneous job. */
  het: Submission[];
}

export interface SubmittedDependency {
  kind: "after" | "afterany" | "afterok" | "afternotok" | "aftercorr" | "singleton" | "expand";
  /** A job's or array's name in the trace, with `_task` for one task; empty for singleton. */
  job: string;
  /** Minutes, of `after`. */
  delay: number;
  /** Joined to the others by `?`. */
  or: boolean;
}
