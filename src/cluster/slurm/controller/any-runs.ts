import { SlurmJobState } from "../model/job.js";
import type { SlurmState } from "../model/state.js";

/** Does a job run, so that it will end? One that is suspended holds its nodes and may stay so for ever. */
export function anyRuns({ running }: SlurmState): boolean {
  for (const job of running) if (job.state !== SlurmJobState.Suspended) return true;
  return false;
}
