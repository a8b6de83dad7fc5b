import type { Association, Qos, Usage } from "../model/accounting.js";
import type { SlurmJob } from "../model/job.js";
import type { Partition } from "../model/partition.js";
import type { SlurmState } from "../model/state.js";
import { countersOf } from "../usage/ledger.js";
import {
  type CompiledLimits,
  compileAssociation,
  compileQos,
  numberLimits,
  tresLimits,
  without,
} from "./compiled.js";

/** A QOS whose limits a job meets, as far as an earlier one does not hide them. */
export interface QosLimits {
  qos: Qos;
  limits: CompiledLimits;
}

/** An association whose limits a job meets; `leaf`: its own, where the Max limits count. */
export interface AssociationLimits {
  association: Association;
  limits: CompiledLimits;
  leaf: boolean;
}

/** All limits of a job in a partition, in the order in which Slurm looks at them. */
export interface Applicable {
  qos: readonly QosLimits[];
  associations: readonly AssociationLimits[];
  /** Refuse at submission what exceeds a limit (DenyOnLimit, or no QOS at all). */
  strict: boolean;
  /** Whether any limit is on numbers of jobs or time, by TRES, by minutes used: most jobs need no further look. */
  byNumber: boolean;
  byTres: boolean;
  byMinutes: boolean;
}

/**
 * Which limits apply (`acct_policy_set_qos_order` of `acct_policy.c`): the partition's QOS, then the job's (the other way
 * round with OverPartQOS), then the association and its ancestors. A limit that one sets is not looked at in those
 * that follow. What is hidden depends on the QOS and the association only and is worked out once for each.
 */
export class ApplicableLimits {
  private readonly known = new Map<number, Applicable>();
  private readonly places: number;

  constructor(private readonly state: SlurmState) {
    this.places = state.qos.size + 1;
  }

  of(job: SlurmJob, partition: Partition): Applicable {
    const association = (job.association?.index ?? -1) + 1;
    const key =
      (association * this.places + (job.qos?.index ?? -1) + 1) * this.places +
      (partition.qos?.index ?? -1) +
      1;
    let limits = this.known.get(key);
    if (limits === undefined) {
      limits = this.build(qosOrder(job.qos, partition.qos), job.association);
      this.known.set(key, limits);
    }
    return limits;
  }

  private build(order: readonly Qos[], association: Association | undefined): Applicable {
    const { tres } = this.state;
    const earlier: CompiledLimits[] = [];
    const qos = order.map((one) => {
      const own = compileQos(one, tres);
      const limits = without(own, earlier);
      earlier.push(own);
      return { qos: one, limits };
    });
    const factor = order.find((one) => one.config.limitFactor !== undefined)?.config.limitFactor;
    const associations: AssociationLimits[] = [];
    for (let one = association; one !== undefined; one = one.parent)
      associations.push({
        association: one,
        limits: without(compileAssociation(one, tres, factor), earlier),
        leaf: one === association,
      });
    const strict = order.length === 0 || order.some((one) => one.config.flags.includes("DenyOnLimit"));
    const all = [...qos, ...associations].map(({ limits }) => limits);
    return {
      qos,
      associations,
      strict,
      byNumber: all.some((limits) => numberLimits.some((name) => limits[name] !== Number.POSITIVE_INFINITY)),
      byTres: all.some((limits) => tresLimits.some((name) => limits[name].length > 0)),
      byMinutes: all.some(
        (limits) =>
          limits.grpTresMins.length > 0 ||
          limits.maxTresMinsPerJob.length > 0 ||
          limits.grpWall !== Number.POSITIVE_INFINITY,
      ),
    };
  }
}

/** The QOS of a job and of a partition in the order in which their limits count. */
export function qosOrder(job: Qos | undefined, partition: Qos | undefined): readonly Qos[] {
  if (job === undefined) return partition === undefined ? [] : [partition];
  if (partition === undefined || partition === job) return [job];
  return job.config.flags.includes("OverPartQOS") ? [job, partition] : [partition, job];
}

/** What a user's jobs hold in a QOS, and an account's. */
export function userCounters(state: SlurmState, qos: Qos, job: SlurmJob): Usage {
  return countersOf(state, qos.byUser, job.user);
}

export function accountCounters(state: SlurmState, qos: Qos, job: SlurmJob): Usage {
  return countersOf(state, qos.byAccount, job.account);
}
