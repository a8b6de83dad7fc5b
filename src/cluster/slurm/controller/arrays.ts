import type { SlurmJob } from "../model/job.js";

/** The head stands for all tasks that nobody has looked at yet. A task that arrives joins it. */
export function addTask(head: SlurmJob, task: number, host: number): void {
  const at = head.tasksLeft.findIndex((other) => other > task);
  const index = at < 0 ? head.tasksLeft.length : at;
  head.tasksLeft.splice(index, 0, task);
  head.hostsLeft.splice(index, 0, host);
  head.array!.unfinished++;
}

/**
 * Takes the lowest task off the head as a record of its own with the id `id`. The last task is the head itself, which
 * keeps the array's id.
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
  };
  job.array!.records.push(job);
  return job;
}
