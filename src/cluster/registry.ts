import { conservative } from "./policies/conservative.js";
import { easy } from "./policies/easy.js";
import { fifo } from "./policies/fifo.js";
import { gang } from "./policies/gang.js";
import type { ClusterPolicyEntry } from "./policy.js";
import { slurm } from "./slurm/slurm.js";

/** Every cluster policy by the name that a scenario uses. */
export const clusterPolicies: Record<string, ClusterPolicyEntry> = { fifo, easy, conservative, gang, slurm };
