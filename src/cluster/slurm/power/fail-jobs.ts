import type { Controller } from "../controller/controller.js";
import type { SlurmJob } from "../model/job.js";

/** Jobs on a node that fails go back into the queue, or end when they are not to be requeued. */
export function failJobsOn(controller: Controller, node: number): void {
  const on = (job: SlurmJob) => job.allocation?.nodes.has(node);
  for (const job of [...controller.state.running].filter(on)) {
    if (job.requeue) controller.requeue(job, controller.afterCredential());
    else controller.host.kill(job, "NODE_FAIL");
  }
}
