/** What sbatch prints after "Batch job submission failed:" (`slurm_errno.c`, 22.05). */
export const messages = {
  partitionNotAvailable: "Required partition not available (inactive or drain)",
  account: "Invalid account or account/partition combination specified",
  qos: "Invalid qos specification",
  timeLimit: "Requested time limit is invalid (missing or exceeds some limit)",
  timeMin: "Invalid time-min specification (exceeds job's time or other limits)",
  nodeCount: "Node count specification invalid",
  nodeName: "Invalid node name specified",
  nodeConfiguration: "Requested node configuration is not available",
  partitionConfiguration: "Requested partition configuration not available now",
  cpuCount: "More processors requested than permitted",
  features: "Invalid feature specification",
  licenses: "Invalid license specification",
  reservation: "Requested reservation is invalid",
  reservationAccess: "Access denied to requested reservation",
  array: "Invalid job array specification",
  policy: "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
} as const;
