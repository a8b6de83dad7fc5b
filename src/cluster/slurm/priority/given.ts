import type { SlurmJob } from "../model/job.js";
import type { PriorityFactors } from "../model/parts.js";

/** Gives a job a priority that no plugin works out again, in all its partitions. */
export function setPriority(job: SlurmJob, priority: number): void {
  job.priority = priority;
  job.priorities = job.priorities?.map(() => priority);
  job.priorityGiven = true;
}

/** What sprio prints of a job whose priority nobody works out. */
export function givenFactors({ priority }: SlurmJob, nice = 0): PriorityFactors {
  return {
    priority,
    site: 0,
    age: 0,
    assoc: 0,
    fairshare: 0,
    jobsize: 0,
    partition: 0,
    qos: 0,
    nice,
    tres: {},
  };
}
