import { Node } from "../usage/tres.js";
import type { Applicable } from "./applicable.js";
import type { TresLimit } from "./compiled.js";

const none = Number.POSITIVE_INFINITY;

/**
 * The most nodes that limits let any job have (`acct_policy_get_max_nodes`), with the reason of the limit that says so. Of
 * the associations the first with a GrpTRES of nodes counts.
 */
export function maxNodes({ qos, associations }: Applicable): { nodes: number; reason: string } {
  let nodes = none;
  let reason = "";
  const tighter = (limits: TresLimit, name: string) => {
    const limit = nodeLimit(limits);
    if (limit >= nodes) return;
    nodes = limit;
    reason = name;
  };
  for (const { limits } of qos) tighter(limits.maxTresPerAccount, "MaxNodePerAccount");
  for (const { limits } of qos) tighter(limits.maxTresPerJob, "QOSMaxNodePerJobLimit");
  for (const { limits } of qos) tighter(limits.maxTresPerUser, "QOSMaxNodePerUserLimit");
  const byQos = nodes;
  for (const { limits } of qos) tighter(limits.grpTres, "QOSGrpNodeLimit");
  for (const { limits, leaf } of associations) {
    const before = nodes;
    tighter(limits.grpTres, "AssocGrpNodeLimit");
    const grouped = nodes < before;
    if (leaf && byQos === none) tighter(limits.maxTresPerJob, "AssocMaxNodePerJobLimit");
    if (grouped) break;
  }
  return { nodes, reason };
}

function nodeLimit(limits: TresLimit): number {
  return limits.find(({ position }) => position === Node)?.limit ?? none;
}
