import { fifo } from "./policies/fifo.js";
import type { ClusterPolicyEntry } from "./policy.js";

/** Every cluster policy by the name that a scenario uses. */
export const clusterPolicies: Record<string, ClusterPolicyEntry> = { fifo };
