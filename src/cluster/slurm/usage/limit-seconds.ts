import type { SlurmJob } from "../model/job.js";

/** Slurm keeps minutes in 32 bits: UNLIMITED is the greatest of them, 8,171 years. */
export const unlimitedMinutes = 0xffffffff;

/** A job's time limit in seconds; without one of its own its partition's default, else the partition's MaxTime. */
export function limitSeconds(job: SlurmJob, minutes = job.timeLimit): number {
  const { defaultTime, maxTime } = job.partition.config;
  return Math.min(minutes ?? defaultTime ?? maxTime, unlimitedMinutes) * 60;
}
