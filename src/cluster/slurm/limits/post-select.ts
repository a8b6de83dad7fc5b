import type { BitVector } from "../../../core/bit-vector.js";
import type { Usage } from "../model/accounting.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { type Applicable, accountCounters, userCounters } from "./applicable.js";
import type { CompiledLimits } from "./compiled.js";
import { chargedMinutes } from "./pre-select.js";
import { type TresLimitKind, tresReason } from "./reasons.js";
import {
  exceeds,
  exceedsMinutes,
  exceedsPerNode,
  exceedsRunMinutes,
  exceedsTogether,
  fallsShort,
} from "./tests.js";

/** What a job would take: by TRES, by TRES in minutes of its time limit, and on which nodes, or how many. */
interface Request {
  tres: Float64Array;
  minutes: Float64Array;
  nodes: BitVector | number;
  /** A QOS with UsageFactor 0 lets jobs run whatever was used. */
  counts: boolean;
}

/**
 * The limits on what a job would hold once nodes are chosen (`acct_policy_job_runnable_post_select`), with the TRES that it
 * would get. Answers the reason of the first that holds it back.
 */
export function postSelect(
  state: SlurmState,
  applicable: Applicable,
  job: SlurmJob,
  partition: Partition,
  tres: Float64Array,
  nodes: BitVector | number,
): string | undefined {
  const { defaultTime, maxTime } = partition.config;
  const limit = chargedMinutes(job, job.timeLimit ?? defaultTime ?? maxTime);
  const minutes = tres.map((count) => count * limit);
  const request = { tres, minutes, nodes, counts: job.qos?.config.usageFactor !== 0 };
  const { safe } = state.config.enforce;
  for (const { qos, limits } of applicable.qos) {
    const reason = (position: number, kind: TresLimitKind) => tresReason(state, position, "QOS", kind);
    const blocked =
      grouped(state, limits, qos.usage, request, safe, "QOS") ??
      first(exceeds(limits.maxTresMinsPerJob, minutes), "perJobMinutes", reason) ??
      first(exceeds(limits.maxTresPerJob, tres), "perJob", reason) ??
      first(exceedsPerNode(limits.maxTresPerNode, tres), "perNode", reason) ??
      first(fallsShort(limits.minTresPerJob, tres), "min", reason) ??
      shared(state, limits, accountCounters(state, qos, job), request, "perAccount") ??
      shared(state, limits, userCounters(state, qos, job), request, "perUser") ??
      running(state, limits, accountCounters(state, qos, job), request, "accountRunMinutes") ??
      running(state, limits, userCounters(state, qos, job), request, "userRunMinutes");
    if (blocked !== undefined) return blocked;
  }
  for (const { association, limits, leaf } of applicable.associations) {
    const reason = (position: number, kind: TresLimitKind) => tresReason(state, position, "Assoc", kind);
    const blocked =
      grouped(state, limits, association.usage, request, safe, "Assoc") ??
      (leaf
        ? (first(exceeds(limits.maxTresMinsPerJob, minutes), "perJobMinutes", reason) ??
          first(exceeds(limits.maxTresPerJob, tres), "perJob", reason) ??
          first(exceedsPerNode(limits.maxTresPerNode, tres), "perNode", reason))
        : undefined);
    if (blocked !== undefined) return blocked;
  }
  return undefined;
}

/** GrpTRESMins, GrpTRES, GrpTRESRunMins. */
function grouped(
  state: SlurmState,
  limits: CompiledLimits,
  usage: Usage,
  request: Request,
  safe: boolean,
  owner: "QOS" | "Assoc",
): string | undefined {
  const { tres, minutes, counts } = request;
  const reason = (position: number, kind: TresLimitKind) => tresReason(state, position, owner, kind);
  return (
    first(
      exceedsMinutes(limits.grpTresMins, minutes, usage.runSeconds, usage.tresRaw, safe, counts),
      "grpMinutes",
      reason,
    ) ??
    first(exceedsTogether(limits.grpTres, tres, usage.tres, newNodes(usage, request)), "grp", reason) ??
    first(
      exceedsRunMinutes(limits.grpTresRunMins, minutes, usage.runSeconds, counts),
      "grpRunMinutes",
      reason,
    )
  );
}

/** MaxTRESPerAccount, MaxTRESPerUser. */
function shared(
  state: SlurmState,
  limits: CompiledLimits,
  usage: Usage,
  request: Request,
  kind: "perAccount" | "perUser",
): string | undefined {
  const limit = kind === "perUser" ? limits.maxTresPerUser : limits.maxTresPerAccount;
  const position = exceedsTogether(limit, request.tres, usage.tres, newNodes(usage, request));
  return position < 0 ? undefined : tresReason(state, position, "QOS", kind);
}

/** MaxTRESRunMins of an account or a user. */
function running(
  state: SlurmState,
  limits: CompiledLimits,
  usage: Usage,
  { minutes, counts }: Request,
  kind: "accountRunMinutes" | "userRunMinutes",
): string | undefined {
  const limit = kind === "userRunMinutes" ? limits.maxTresRunMinsPerUser : limits.maxTresRunMinsPerAccount;
  const position = exceedsRunMinutes(limit, minutes, usage.runSeconds, counts);
  return position < 0 ? undefined : tresReason(state, position, "QOS", kind);
}

function first(
  position: number,
  kind: TresLimitKind,
  reason: (position: number, kind: TresLimitKind) => string,
): string | undefined {
  return position < 0 ? undefined : reason(position, kind);
}

/** A node on which these jobs run already counts once. */
function newNodes({ nodeJobs }: Usage, { nodes }: Request): number {
  if (typeof nodes === "number") return nodes;
  let fresh = 0;
  for (let node = nodes.next(0); node >= 0; node = nodes.next(node + 1)) if (!nodeJobs.has(node)) fresh++;
  return fresh;
}
