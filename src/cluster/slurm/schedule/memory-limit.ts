import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { fitTo } from "../request/fitted.js";

/** Does it ask for no more memory than MaxMemPerNode or MaxMemPerCPU lets it have? */
export function memoryAdmitted({ request }: SlurmJob, partition: Partition, state: SlurmState): boolean {
  for (const { maxMemPerNode, maxMemPerCpu } of [partition.config, state.config])
    if (maxMemPerNode !== undefined || maxMemPerCpu !== undefined)
      return fitTo(request, partition, state).admitted;
  return true;
}
