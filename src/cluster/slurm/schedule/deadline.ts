import type { SlurmJob } from "../model/job.js";

/** Can it still end before its deadline, if it starts now with the least time that it accepts? `deadline_ok`, 22.05. */
export function meetsDeadline(job: SlurmJob, now: number): boolean {
  const least = job.timeMin > 0 ? job.timeMin : job.timeLimit;
  if (least === undefined || least === Number.POSITIVE_INFINITY) return true;
  return job.deadline >= now + 60 * least;
}

/** Minutes left before the deadline, for a job that has one. */
export function minutesLeft(job: SlurmJob, now: number): number {
  return Math.trunc((job.deadline - now) / 60);
}
