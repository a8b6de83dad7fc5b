import type { SlurmJob } from "../model/job.js";

/**
 * Takes the lowest task off an array's head as a record of its own with the id `id`. The last task is the head itself,
 * which keeps the array's id.
 */
export function splitOff(head: SlurmJob, id: number): SlurmJob {
  const task = head.tasksLeft.shift()!;
  const host = head.hostsLeft.shift()!;
  if (head.tasksLeft.length === 0) {
    head.task = task;
    head.host = host;
    return head;
  }
  const job: SlurmJob = {
    ...head,
    id,
    host,
    task,
    tasksLeft: [],
    hostsLeft: [],
    priorities: head.priorities?.slice(),
    dependencies: head.dependencies.map((dependency) => ({ ...dependency })),
    plannedNodes: undefined,
    expectedStart: -1,
    agedFor: undefined,
  };
  job.array!.records.push(job);
  return job;
}
