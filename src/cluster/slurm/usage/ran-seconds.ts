import { type SlurmJob, SlurmJobState } from "../model/job.js";

/** Seconds that a started job has really run up to `now`: without the time in which it was suspended. */
export function ranSeconds(job: SlurmJob, now: number): number {
  if (job.startTime < 0) return 0;
  if (job.state === SlurmJobState.Suspended) return job.preSuspended;
  return job.suspendTime < 0 ? now - job.startTime : job.preSuspended + (now - job.suspendTime);
}
