import type { Association, Qos, ShareColumns, Usage } from "../model/accounting.js";
import type { SlurmJob } from "../model/job.js";
import type { SlurmState } from "../model/state.js";
import { emptyUsage } from "../state/accounts.js";
import { billing } from "./billing.js";
import { limitSeconds } from "./limit-seconds.js";
import { RunningCharges } from "./running-charges.js";
import { allocatedTres, Energy, Node } from "./tres.js";

/** A running job's share in the books: what it holds, and whose counters it moves. */
interface Charge {
  tres: Float64Array;
  nodes: Int32Array;
  /** Billing as a fraction, which the TRES of that name has truncated. */
  billing: number;
  /** The job's QOS, then the partition's when it is another. */
  qos: readonly Qos[];
  /** From the user's association up to the root. */
  associations: readonly Association[];
  /** Counters of what is held and still to run, where limits are enforced. */
  held: readonly Usage[];
}

/**
 * The books of usage: what `priority_multifactor.c` (`_apply_decay`, `_apply_new_usage`) and `acct_policy.c` keep of
 * running jobs. Times are seconds. A tick costs one multiplication for each counter of an association or QOS and one
 * addition for each running job and its ancestors.
 */
export class UsageLedger {
  /** When the decay thread ran last: usage of running jobs is in the books up to here. */
  lastTick = 0;
  /** By how much usage shrinks in a second: Slurm's 1 - 0.693 / half-life. */
  readonly decayPerSecond: number;
  private readonly charges = new Map<SlurmJob, Charge>();
  private readonly running = new RunningCharges();
  private readonly shares: ShareColumns | undefined;
  private readonly limits: boolean;

  constructor(private readonly state: SlurmState) {
    const { decayHalfLife } = state.config.priority;
    // Slurm's ln 2 has three digits.
    // biome-ignore lint/suspicious/noApproximativeNumericConstant: as the real one
    this.decayPerSecond = decayHalfLife > 0 ? 1 - 0.693 / decayHalfLife : 1;
    this.limits = state.config.enforce.limits;
    this.shares = state.associations[0]?.columns;
  }

  /** What a running job holds, by TRES. */
  tresOf(job: SlurmJob): Float64Array {
    return this.chargeOf(job).tres;
  }

  /** Lets all usage decay over `seconds`; QOS with NoDecay keep theirs. */
  decay(seconds: number): void {
    const factor = Math.max(this.decayPerSecond ** seconds, 2.2250738585072014e-308);
    if (factor === 1) return;
    this.shrinkAll(factor);
    for (const { usage, config } of this.state.qos.values())
      if (!config.flags.includes("NoDecay")) this.shrink(usage, factor);
  }

  /** PriorityUsageResetPeriod: forgets all usage. */
  reset(): void {
    this.shrinkAll(0);
    for (const { usage } of this.state.qos.values()) this.shrink(usage, 0);
  }

  /** Books the use of all running jobs since the last tick (or their start), in the order in which they started. */
  chargeAll(now: number): void {
    if (this.limits) for (const job of this.state.running) this.charge(job, now);
    else if (this.shares !== undefined) this.bookRaw(this.shares, now);
  }

  /** Books a running job's use since the last tick (or its start). */
  charge(job: SlurmJob, now: number): void {
    this.book(job, this.chargeOf(job), now, false);
  }

  /** It starts: its resources and its whole time limit count against limits. */
  open(job: SlurmJob): void {
    const charge = this.chargeOf(job);
    if (!this.limits) return;
    const remaining = Math.trunc(limitSeconds(job) * usageFactor(job));
    for (const usage of charge.held) {
      usage.jobs++;
      hold(usage, charge, 1);
      for (let i = 0; i < charge.tres.length; i++)
        if (i !== Energy) usage.runSeconds[i]! += charge.tres[i]! * remaining;
    }
  }

  /** It had its nodes and now begins to run. */
  launch(job: SlurmJob): void {
    this.running.update(job);
  }

  /**
   * It ends: the rest of its use is booked, and what it held counts no longer. Slurm books the rest only where limits
   * are enforced; elsewhere the time since the last tick is lost to fair-share.
   */
  close(job: SlurmJob, now: number): void {
    const charge = this.charges.get(job);
    if (charge === undefined) return;
    if (this.limits) {
      this.book(job, charge, now, true);
      for (const usage of charge.held) {
        usage.jobs--;
        hold(usage, charge, -1);
      }
    }
    this.charges.delete(job);
    this.running.remove(job);
  }

  /** The administrator gives a running job another limit (minutes). */
  alter(job: SlurmJob, limit: number): void {
    const charge = this.charges.get(job);
    if (charge === undefined || !this.limits) return;
    const factor = usageFactor(job);
    const change = Math.trunc(limitSeconds(job, limit) * factor) - Math.trunc(limitSeconds(job) * factor);
    for (const usage of charge.held)
      for (let i = 0; i < charge.tres.length; i++)
        if (i !== Energy) usage.runSeconds[i] = Math.max(usage.runSeconds[i]! + charge.tres[i]! * change, 0);
  }

  private chargeOf(job: SlurmJob): Charge {
    let charge = this.charges.get(job);
    if (charge === undefined) {
      const { state } = this;
      const tres = allocatedTres(state, job, job.partition, job.allocation!);
      const qos = qosOf(job);
      const associations: Association[] = [];
      for (let one = job.association; one !== undefined; one = one.parent) associations.push(one);
      charge = {
        tres,
        nodes: job.allocation!.node,
        billing: billing(state, job.partition, tres),
        qos,
        associations,
        held: this.limits ? heldCounters(state, job, qos, associations) : [],
      };
      this.charges.set(job, charge);
      if (!this.limits) this.running.add(job, charge.billing, qos);
    }
    return charge;
  }

  private book(job: SlurmJob, charge: Charge, now: number, last: boolean): void {
    if (charge.associations.length === 0) return;
    const from = Math.max(job.startTime, this.lastTick);
    const until = last && job.endTime >= 0 ? Math.min(now, job.endTime) : now;
    const ran = Math.max(until - from, 0);
    const factor = usageFactor(job);
    const decayed = ran * this.#leftAfter(ran);
    for (const { usage, config } of charge.qos) {
      const seconds = (config.flags.includes("NoDecay") ? ran : decayed) * factor;
      this.use(usage, charge, seconds);
    }
    for (const { usage } of charge.associations) this.use(usage, charge, decayed * factor);
    if (!this.limits) return;
    const done = Math.trunc(this.elapsed(job, from, until, ran, last) * factor);
    for (const usage of charge.held)
      for (let i = 0; i < charge.tres.length; i++)
        if (i !== Energy) usage.runSeconds[i] = Math.max(usage.runSeconds[i]! - charge.tres[i]! * done, 0);
  }

  /** What `book` does for all running jobs, where only their billing seconds matter. */
  private bookRaw({ raw, parents }: ShareColumns, now: number): void {
    const { running, lastTick } = this;
    const { jobs, starts, users, billing, qos } = running;
    const count = running.compact();
    for (let i = 0; i < count; i++) {
      const ran = Math.max(now - Math.max(starts[i]!, lastTick), 0);
      const decayed = ran * this.#leftAfter(ran);
      // The first QOS is the job's own.
      const factor = qos[i]!.length === 0 ? 1 : usageFactor(jobs[i]!);
      for (const { usage, config } of qos[i]!)
        usage.raw += billing[i]! * ((config.flags.includes("NoDecay") ? ran : decayed) * factor);
      const used = billing[i]! * (decayed * factor);
      for (let at = users[i]!; at >= 0; at = parents[at]!) raw[at]! += used;
    }
  }

  /** What decay leaves of a second's use after so many. Most jobs have run since the last tick: the last answer is kept. */
  #leftAfter(seconds: number): number {
    if (seconds !== this.#seconds) {
      this.#seconds = seconds;
      this.#left = this.decayPerSecond ** seconds;
    }
    return this.#left;
  }
  #seconds = 0;
  #left = 1;

  private use(usage: Usage, { tres, billing }: Charge, seconds: number): void {
    usage.raw += billing * seconds;
    // Only limits are compared with the rest.
    if (!this.limits) return;
    usage.wall += seconds;
    for (let i = 0; i < tres.length; i++) if (i !== Energy) usage.tresRaw[i]! += tres[i]! * seconds;
  }

  private shrinkAll(factor: number): void {
    const raw = this.shares?.raw ?? [];
    for (let i = 0; i < raw.length; i++) raw[i]! *= factor;
    if (this.limits) for (const { usage } of this.state.associations) this.shrinkRest(usage, factor);
  }

  private shrink(usage: Usage, factor: number): void {
    usage.raw *= factor;
    if (this.limits) this.shrinkRest(usage, factor);
  }

  private shrinkRest(usage: Usage, factor: number): void {
    usage.wall *= factor;
    const { tresRaw } = usage;
    for (let i = 0; i < tresRaw.length; i++) tresRaw[i]! *= factor;
  }

  /** Seconds of its time limit that are over; all that are left when it ends. */
  private elapsed(job: SlurmJob, from: number, until: number, ran: number, last: boolean): number {
    const end = job.startTime + limitSeconds(job);
    if (from >= end) return 0;
    if (last) return end - from;
    return until > job.endTime ? Math.max(job.endTime - from, 0) : ran;
  }
}

const noQos: readonly Qos[] = [];

/** The job's QOS, then the partition's when it is another. */
function qosOf({ qos, partition }: SlurmJob): readonly Qos[] {
  if (qos === undefined && partition.qos === undefined) return noQos;
  return [qos, partition.qos].filter(
    (one, i, both): one is Qos => one !== undefined && both.indexOf(one) === i,
  );
}

function usageFactor(job: SlurmJob): number {
  return job.qos?.config.usageFactor ?? 1;
}

/** QOS as a whole, by user and by account, and the associations. */
function heldCounters(
  state: SlurmState,
  job: SlurmJob,
  qos: readonly Qos[],
  associations: readonly Association[],
): Usage[] {
  return [
    ...qos.flatMap((one) => [
      one.usage,
      countersOf(state, one.byUser, job.user),
      countersOf(state, one.byAccount, job.account),
    ]),
    ...associations.map((one) => one.usage),
  ];
}

/** Counters of one user or account in a QOS, made at first need. */
export function countersOf(state: SlurmState, all: Map<string, Usage>, name: string): Usage {
  let usage = all.get(name);
  if (usage === undefined) {
    usage = emptyUsage(state.tres);
    all.set(name, usage);
  }
  return usage;
}

/** Takes or gives back; nodes count once however many jobs lie on them. */
function hold(usage: Usage, { tres, nodes }: Charge, sign: 1 | -1): void {
  for (let i = 0; i < tres.length; i++) if (i !== Energy && i !== Node) usage.tres[i]! += sign * tres[i]!;
  const { nodeJobs } = usage;
  for (const node of nodes) {
    const jobs = (nodeJobs.get(node) ?? 0) + sign;
    if (jobs > 0) nodeJobs.set(node, jobs);
    else nodeJobs.delete(node);
  }
  usage.tres[Node] = nodeJobs.size;
}
