import type { AssociationConfig, QosConfig } from "./config.js";

/** Names of trackable resources as numbers: cpu, mem, energy, node, billing, then those of AccountingStorageTRES. */
export interface TresTable {
  readonly names: readonly string[];
  /** -1 when it is not tracked. */
  index(name: string): number;
}

/** What usage counters a QOS or an association keeps. Arrays are by TRES. */
export interface Usage {
  /** Decayed billing seconds: what fair-share measures. */
  raw: number;
  /** Decayed TRES seconds; kept, as those of `wall`, where limits are enforced. */
  tresRaw: Float64Array;
  /** Decayed wall-clock seconds of jobs. */
  wall: number;
  jobs: number;
  submitted: number;
  /** Held by running jobs now. */
  tres: Float64Array;
  /** Remaining TRES seconds of running jobs, as of the last tick. */
  runSeconds: Float64Array;
  /** Nodes held, with the number of jobs on each: a node counts once. */
  nodeJobs: Map<number, number>;
  /** Pending jobs whose age counts, for MaxJobsAccrue and GrpJobsAccrue. */
  accruing: number;
}

/** A QOS with its usage; users and accounts that use it have counters of their own. */
export interface Qos {
  readonly index: number;
  readonly name: string;
  readonly config: QosConfig;
  /** QOS that it may preempt, by index. */
  readonly preempts: ReadonlySet<number>;
  readonly usage: Usage;
  readonly byUser: Map<string, Usage>;
  readonly byAccount: Map<string, Usage>;
}

/**
 * What ticks of the decay thread change, by the index of an association: they go through all of it, so that it lies
 * together. An association's properties of these names are its places here.
 */
export interface ShareColumns {
  /** Index of the parent; -1 of the root. */
  readonly parents: Int32Array;
  /** `usage.raw`. */
  readonly raw: Float64Array;
  readonly sharesNorm: Float64Array;
  readonly usageNorm: Float64Array;
  readonly usageEffective: Float64Array;
  readonly levelFairshare: Float64Array;
  readonly fairshare: Float64Array;
}

/** A node of the account tree: an account, or a user in one. */
export interface Association {
  readonly index: number;
  readonly columns: ShareColumns;
  readonly account: string;
  /** Empty for an account. */
  readonly user: string;
  readonly config: AssociationConfig;
  readonly parent: Association | undefined;
  readonly children: Association[];
  readonly usage: Usage;
  /** Norm of its raw shares among its siblings, and down from the root. */
  sharesNorm: number;
  /** As of the last calculation. */
  usageNorm: number;
  usageEffective: number;
  levelFairshare: number;
  /** The factor of a user, 0 to 1. */
  fairshare: number;
}
