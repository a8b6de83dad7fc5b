import type { Dependency, SlurmJob } from "../model/job.js";
import { SlurmJobState } from "../model/job.js";
import type { SlurmState } from "../model/state.js";

/** Nothing holds it back; something still does; or it can never be. */
export type Dependence = "met" | "waiting" | "never";

/**
 * Evaluates a job's dependencies as of now and remembers terms that are settled. Met ones are forgotten as a whole.
 *
 * `test_job_dependency` of src/slurmctld/job_scheduler.c, 22.05.
 */
export function evaluateDependencies(job: SlurmJob, state: SlurmState): Dependence {
  const { dependencies } = job;
  if (dependencies.length === 0) return "met";
  let any = false;
  let anyMet = false;
  let failed = false;
  let open = false;
  for (const term of dependencies) {
    if (term.state === "unfulfilled") term.state = settle(term, job, state);
    any = term.or;
    if (term.state === "unfulfilled") open = true;
    else if (term.or && term.state === "fulfilled") anyMet = true;
    else if (!term.or && term.state === "failed") failed = true;
  }
  if (anyMet || (!any && !failed && !open)) {
    job.dependencies = [];
    return "met";
  }
  return failed || (any && !open) ? "never" : "waiting";
}

/** Whom a term waits for, as far as it is one of these. */
interface Target {
  pending: boolean;
  /** Ended, and its nodes are released. */
  ended: boolean;
  /** Ended with exit code 0. */
  ok: boolean;
  start: number;
}

function settle(term: Dependency, job: SlurmJob, state: SlurmState): Dependency["state"] {
  if (term.kind === "singleton") return isSingle(job, state) ? "fulfilled" : "unfulfilled";
  const target = find(term, term.task, state);
  // The record is gone: whatever was waited for is over.
  if (target === undefined) return "fulfilled";
  switch (term.kind) {
    case "after":
      return !target.pending && (term.delay === 0 || state.now - target.start >= 60 * term.delay)
        ? "fulfilled"
        : "unfulfilled";
    case "afterany":
      return target.ended ? "fulfilled" : "unfulfilled";
    case "afterok":
      return !target.ended ? "unfulfilled" : target.ok ? "fulfilled" : "failed";
    case "afternotok":
      return !target.ended ? "unfulfilled" : target.ok ? "failed" : "fulfilled";
    case "aftercorr":
      return corresponding(term, job, target, state);
    case "expand":
      return target.pending ? "unfulfilled" : target.ended ? "failed" : "fulfilled";
  }
}

/** Task i waits for task i; where there is no such task, for the whole, and the undivided head never fails. */
function corresponding(
  term: Dependency,
  job: SlurmJob,
  whole: Target,
  state: SlurmState,
): Dependency["state"] {
  const task = job.task >= 0 ? taskRecord(term.job, job.task, state) : undefined;
  const target = task === undefined ? whole : ofRecord(task);
  if (!target.ended) return "unfulfilled";
  if (target.ok) return "fulfilled";
  return task === undefined && job.array !== undefined && job.task < 0 ? "unfulfilled" : "failed";
}

function find(term: Dependency, task: number, state: SlurmState): Target | undefined {
  if (task >= 0) {
    const record = taskRecord(term.job, task, state);
    return record === undefined ? undefined : ofRecord(record);
  }
  const record = state.jobById.get(term.job);
  if (record === undefined) return undefined;
  if (record.array === undefined) return ofRecord(record);
  const { records, unfinished, failed } = record.array;
  const ended = unfinished === 0 && records.every((one) => one.state === SlurmJobState.Ended);
  return {
    // It waits as long as one of its tasks does.
    pending: records.some((one) => one.state === SlurmJobState.Pending),
    ended,
    ok: ended && failed === 0,
    start: record.startTime,
  };
}

function taskRecord(array: number, task: number, state: SlurmState): SlurmJob | undefined {
  const head = state.jobById.get(array);
  if (head?.array === undefined) return undefined;
  return (
    head.array.records.find((one) => one.task === task) ?? (head.tasksLeft.includes(task) ? head : undefined)
  );
}

function ofRecord(job: SlurmJob): Target {
  return {
    pending: job.state === SlurmJobState.Pending,
    ended: job.state === SlurmJobState.Ended,
    ok: job.finished === "COMPLETED",
    start: job.startTime,
  };
}

/** No job of that user and name runs, or waits and is older. */
function isSingle(job: SlurmJob, state: SlurmState): boolean {
  for (const other of state.running) if (other.user === job.user && other.name === job.name) return false;
  for (const other of state.pending)
    if (other.id < job.id && other.user === job.user && other.name === job.name) return false;
  return true;
}
