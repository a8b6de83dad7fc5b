import { SlurmJobState } from "../../../../../src/cluster/slurm/model/job.js";
import type { GoldenCase } from "../case.js";
import type { Stage } from "./stage.js";

/** squeue cut the reasons off here. */
const WIDTH = 64;

/** The reasons that squeue showed at one moment, by job. */
export interface Poll {
  t: number;
  reasons: Map<string, string>;
}

/** The moments at which squeue showed something new, with all jobs that were pending then. */
export function recordedPolls({ observed }: GoldenCase): Poll[] {
  const polls: Poll[] = [];
  const pending = new Map<string, string>();
  for (const [t, job, state, reason] of observed.timeline) {
    if (job === "-") continue;
    if (polls.at(-1)?.t !== t) polls.push({ t, reasons: new Map() });
    if (state === "PD") pending.set(job, reason);
    else pending.delete(job);
    polls.at(-1)!.reasons = new Map(pending);
  }
  return polls;
}

/** Why a job waits here; undefined when it does not. */
export function reasonOf(stage: Stage, label: string): string | undefined {
  const job = stage.find(label);
  return job?.state === SlurmJobState.Pending ? job.reason.slice(0, WIDTH) : undefined;
}
