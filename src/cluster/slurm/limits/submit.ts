import type { Usage } from "../model/accounting.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { type Applicable, accountCounters, userCounters } from "./applicable.js";
import type { CompiledLimits, TresLimit } from "./compiled.js";
import { type TresLimitKind, tresReason } from "./reasons.js";
import { exceeds, exceedsPerNode, fallsShort } from "./tests.js";

const none = Number.POSITIVE_INFINITY;

/** What the limits say to a submission: a reason to refuse it, and the time limit that they give a job without one. */
export interface Verdict {
  reason?: string;
  /** Minutes. */
  timeLimit?: number;
}

/**
 * The limits at submission (`acct_policy_validate`). Numbers of submitted jobs refuse always, what a single job asks
 * for only where limits are strict. A job without a time limit gets the first wall-clock limit as its own.
 */
export function submission(
  state: SlurmState,
  applicable: Applicable,
  job: SlurmJob,
  partition: Partition,
  tres: Float64Array,
  tasks: number,
): Verdict {
  const check = new Submission(state, applicable.strict, job, partition, tres, tasks);
  const reason = check.qos(applicable) ?? check.associations(applicable);
  const timeLimit = check.timeLimit === job.timeLimit ? undefined : check.timeLimit;
  return { ...(reason === undefined ? {} : { reason }), ...(timeLimit === undefined ? {} : { timeLimit }) };
}

class Submission {
  /** Minutes. */
  timeLimit: number | undefined;

  constructor(
    private readonly state: SlurmState,
    private readonly strict: boolean,
    private readonly job: SlurmJob,
    private readonly partition: Partition,
    private readonly tres: Float64Array,
    private readonly tasks: number,
  ) {
    this.timeLimit = job.timeLimit;
  }

  qos(applicable: Applicable): string | undefined {
    const { state, job, tres } = this;
    for (const { qos, limits } of applicable.qos) {
      const reason =
        this.tresLimit("QOS", "perAccount", exceeds(limits.maxTresPerAccount, tres)) ??
        this.tresLimit("QOS", "perUser", exceeds(limits.maxTresPerUser, tres)) ??
        this.tresLimit("QOS", "grp", exceeds(limits.grpTres, tres)) ??
        this.submitted(qos.usage, limits.grpSubmitJobs, "QOSGrpSubmitJobsLimit") ??
        this.minutes("QOS", "perJobMinutes", limits.maxTresMinsPerJob) ??
        this.minutes("QOS", "grpMinutes", limits.grpTresMins) ??
        this.minutes("QOS", "grpRunMinutes", limits.grpTresRunMins) ??
        this.minutes("QOS", "accountRunMinutes", limits.maxTresRunMinsPerAccount) ??
        this.minutes("QOS", "userRunMinutes", limits.maxTresRunMinsPerUser) ??
        this.wall(limits.maxWall, "QOSMaxWallDurationPerJobLimit") ??
        this.wall(limits.grpWall, "QOSGrpWallLimit") ??
        this.perJob("QOS", limits) ??
        this.submitted(
          accountCounters(state, qos, job),
          limits.maxSubmitPerAccount,
          "MaxSubmitJobsPerAccount",
        ) ??
        this.submitted(
          userCounters(state, qos, job),
          limits.maxSubmitPerUser,
          "QOSMaxSubmitJobPerUserLimit",
        ) ??
        this.tresLimit("QOS", "min", fallsShort(limits.minTresPerJob, tres));
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  associations(applicable: Applicable): string | undefined {
    for (const { association, limits, leaf } of applicable.associations) {
      const reason =
        this.tresLimit("Assoc", "grp", exceeds(limits.grpTres, this.tres)) ??
        this.submitted(association.usage, limits.grpSubmitJobs, "AssocGrpSubmitJobsLimit") ??
        this.minutes("Assoc", "grpMinutes", limits.grpTresMins) ??
        this.minutes("Assoc", "grpRunMinutes", limits.grpTresRunMins) ??
        this.wall(limits.grpWall, "AssocGrpWallLimit") ??
        (leaf
          ? (this.perJob("Assoc", limits) ??
            this.submitted(association.usage, limits.maxSubmitJobs, "AssocMaxSubmitJobLimit") ??
            this.minutes("Assoc", "perJobMinutes", limits.maxTresMinsPerJob) ??
            this.wall(limits.maxWall, "AssocMaxWallDurationPerJobLimit"))
          : undefined);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  private perJob(owner: "QOS" | "Assoc", limits: CompiledLimits): string | undefined {
    return (
      this.tresLimit(owner, "perJob", exceeds(limits.maxTresPerJob, this.tres)) ??
      this.tresLimit(owner, "perNode", exceedsPerNode(limits.maxTresPerNode, this.tres))
    );
  }

  private tresLimit(owner: "QOS" | "Assoc", kind: TresLimitKind, position: number): string | undefined {
    return this.strict && position >= 0 ? tresReason(this.state, position, owner, kind) : undefined;
  }

  private submitted(usage: Usage, limit: number, reason: string): string | undefined {
    return limit !== none && usage.submitted + this.tasks > limit ? reason : undefined;
  }

  /** Minutes of a TRES allow so many minutes of a job that takes so much of it. */
  private minutes(owner: "QOS" | "Assoc", kind: TresLimitKind, limits: TresLimit): string | undefined {
    if (!this.strict) return undefined;
    for (const { position, limit } of limits) {
      const count = this.tres[position]!;
      if (count === 0) continue;
      const most = Math.trunc(limit / count);
      this.timeLimit ??= most || this.partition.config.maxTime;
      if (this.timeLimit > most) return tresReason(this.state, position, owner, kind);
    }
    return undefined;
  }

  private wall(limit: number, reason: string): string | undefined {
    if (limit === none) return undefined;
    this.timeLimit ??= limit || this.partition.config.maxTime;
    return this.strict && this.timeLimit > limit ? reason : undefined;
  }
}
