import type { Controller } from "../controller/controller.js";
import { type Dependency, type SlurmJob, SlurmJobState } from "../model/job.js";
import type { SlurmState } from "../model/state.js";
import type { SubmittedDependency } from "../model/submission.js";

/**
 * `scontrol update JobId=… Dependency=…`; an empty list takes away what there was. Returns Slurm's message when it is
 * refused: the job no longer waits, depends on itself, or would close a circle, whatever the kinds of its dependencies
 * and whether they are joined by AND or OR.
 *
 * `update_job_dependency` and `_scan_depend` of src/slurmctld/job_scheduler.c, 22.05; [run] in x-dependency-update
 * and x-dependency-after, where jobs whose dependency could never be met go on with another.
 */
export function updateDependencies(
  controller: Controller,
  job: SlurmJob,
  asked: readonly SubmittedDependency[],
): string | undefined {
  const { state, directory, delayed } = controller;
  if (job.state !== SlurmJobState.Pending) return "Job is no longer pending execution";
  const own = job.array?.id ?? job.id;
  const terms = directory.resolve(asked);
  if (terms.some((term) => term.job === own)) return "Job dependency problem";
  if (leadsTo(terms, own, state)) return "Circular job dependency";
  job.dependencies = terms;
  if (job.reason === "DependencyNeverSatisfied") controller.reason(job, "None");
  delayed.added(job);
  return undefined;
}

/** Does one of these jobs wait for the job of that id, by others if need be? */
function leadsTo(terms: readonly Dependency[], id: number, state: SlurmState): boolean {
  const seen = new Set<number>();
  const open = [...terms];
  for (let term = open.pop(); term !== undefined; term = open.pop()) {
    if (term.job === id) return true;
    if (term.job < 0 || seen.has(term.job)) continue;
    seen.add(term.job);
    for (const next of state.jobById.get(term.job)?.dependencies ?? [])
      if (next.state === "unfulfilled") open.push(next);
  }
  return false;
}
