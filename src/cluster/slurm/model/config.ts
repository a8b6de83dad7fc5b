import type { PowerConfig } from "./power.js";
import type { TestTimes } from "./test-times.js";

/**
 * What a Slurm installation is configured to be: slurm.conf, topology.conf and the accounts database, read, checked and
 * with Slurm's defaults filled in. Names are Slurm's own in camel case. Units are stated because Slurm mixes them:
 * minutes for limits of time, seconds for most intervals, MiB for memory. `Infinity` is UNLIMITED or INFINITE.
 */
export interface SlurmConfig {
  /** The release whose decisions are followed, such as `22.05`. */
  version: SlurmVersion;
  scheduler: SchedulerConfig;
  select: SelectConfig;
  priority: PriorityConfig;
  preempt: PreemptConfig;
  topology: TopologyConfig;
  nodes: NodeLine[];
  /** In order of definition; one has `default`. */
  partitions: PartitionConfig[];
  licenses: Record<string, number>;
  /** Undefined without slurmdbd: no associations, no QOS, and no age or fair-share in priorities. */
  accounting: AccountingConfig | undefined;
  /** AccountingStorageEnforce; `limits` implies `associations`, `safe` implies `limits`. */
  enforce: { associations: boolean; limits: boolean; qos: boolean; safe: boolean; nojobs: boolean };
  /** AccountingStorageTRES beyond the built-in ones: only these can be limited or weighed. */
  trackedTres: string[];
  enforcePartLimits: "NO" | "ANY" | "ALL";
  /** Seconds. */
  killWait: number;
  /** Minutes. */
  overTimeLimit: number;
  /** Seconds. */
  resvOverRun: number;
  completeWait: number;
  minJobAge: number;
  messageTimeout: number;
  slurmdTimeout: number;
  /** Seconds; the delay of a requeued batch job is one more. */
  credentialLifetime: number;
  /** JobRequeue: may batch jobs be requeued when their submission does not say. */
  jobRequeue: boolean;
  maxArraySize: number;
  maxJobCount: number;
  returnToService: 0 | 1 | 2;
  power: PowerConfig;
  /** Undefined when passes take no time. */
  testTime: TestTimes | undefined;
  /** MiB, and CPUs for each GPU; undefined when none is set. Partitions may set their own. */
  defCpuPerGpu: number | undefined;
  defMemPerGpu: number | undefined;
  defMemPerCpu: number | undefined;
  defMemPerNode: number | undefined;
  maxMemPerCpu: number | undefined;
  maxMemPerNode: number | undefined;
}

export const slurmVersions = ["22.05", "23.11", "24.05", "24.11", "25.05", "25.11", "26.05"] as const;
export type SlurmVersion = (typeof slurmVersions)[number];

export function versionAtLeast(version: SlurmVersion, least: SlurmVersion): boolean {
  return slurmVersions.indexOf(version) >= slurmVersions.indexOf(least);
}

export interface SchedulerConfig {
  type: "builtin" | "backfill";
  /** SchedulerTimeSlice, seconds. */
  timeSlice: number;
  /** SchedulerParameters, each under its own name. */
  parameters: SchedulerParameters;
}

/** SchedulerParameters; 0 is "no limit" where Slurm has it so. Seconds unless stated. */
export interface SchedulerParameters {
  bf_interval: number;
  bf_max_time: number;
  /** Minutes. */
  bf_window: number;
  bf_window_linear: number;
  bf_resolution: number;
  bf_max_job_test: number;
  bf_max_job_part: number;
  bf_max_job_user: number;
  bf_max_job_user_part: number;
  bf_max_job_assoc: number;
  bf_max_job_start: number;
  bf_max_job_array_resv: number;
  bf_node_space_size: number;
  bf_min_age_reserve: number;
  bf_min_prio_reserve: number;
  bf_job_part_count_reserve: number;
  bf_one_resv_per_job: boolean;
  bf_continue: boolean;
  /** Microseconds. */
  bf_yield_interval: number;
  /** Microseconds. */
  bf_yield_sleep: number;
  bf_running_job_reserve: boolean;
  bf_busy_nodes: boolean;
  bf_licenses: boolean;
  bf_ignore_newly_avail_nodes: boolean;
  default_queue_depth: number;
  partition_job_depth: number;
  sched_interval: number;
  /** Microseconds. */
  sched_min_interval: number;
  sched_max_job_start: number;
  max_sched_time: number;
  batch_sched_delay: number;
  defer: boolean;
  max_switch_wait: number;
  assoc_limit_stop: boolean;
  correspond_after_task_cnt: number;
  kill_invalid_depend: boolean;
  pack_serial_at_end: boolean;
  preempt_youngest_first: boolean;
  preempt_reorder_count: number;
  preempt_strict_order: boolean;
  reduce_completing_frag: boolean;
  ignore_prefer_validation: boolean;
}

export interface SelectConfig {
  /** CR_CPU, CR_Core, CR_Socket; with or without _Memory. */
  consumes: "cpu" | "core" | "socket" | "node";
  memory: boolean;
  /** CR_LLN. */
  leastLoaded: boolean;
  /** CR_PACK_NODES */
  packNodes: boolean;
  oneTaskPerCore: boolean;
}

export interface PriorityConfig {
  type: "basic" | "multifactor";
  weightAge: number;
  weightAssoc: number;
  weightFairshare: number;
  weightJobSize: number;
  weightPartition: number;
  weightQos: number;
  /** By TRES name, such as `cpu` or `gres/gpu`. */
  weightTres: Record<string, number>;
  /** Seconds. */
  maxAge: number;
  /** Half-life in seconds; 0 never decays. */
  decayHalfLife: number;
  /** Seconds between two ticks of the decay thread. */
  calcPeriod: number;
  usageResetPeriod: "NONE" | "NOW" | "DAILY" | "WEEKLY" | "MONTHLY" | "QUARTERLY" | "YEARLY";
  favorSmall: boolean;
  /** FairShareDampeningFactor. */
  dampeningFactor: number;
  flags: {
    accrueAlways: boolean;
    calculateRunning: boolean;
    depthOblivious: boolean;
    noFairTree: boolean;
    incrOnly: boolean;
    maxTres: boolean;
    noNormalAll: boolean;
    noNormalAssoc: boolean;
    noNormalPart: boolean;
    noNormalQos: boolean;
    noNormalTres: boolean;
    smallRelativeToTime: boolean;
  };
}

export type PreemptMode = "OFF" | "CANCEL" | "REQUEUE" | "SUSPEND" | "WITHIN";

export interface PreemptConfig {
  type: "none" | "partition_prio" | "qos";
  /** PreemptMode without GANG and WITHIN, which are flags. */
  mode: Exclude<PreemptMode, "WITHIN">;
  gang: boolean;
  within: boolean;
  /** Seconds. */
  exemptTime: number;
}

export interface TopologyConfig {
  type: "default" | "tree" | "block";
  /** TopologyParam=TopoOptional: only jobs that ask for switches are placed by the tree. */
  optional: boolean;
  /** SwitchName lines in order; `nodes` or `switches` as host lists, expanded. */
  switches: { name: string; nodes: string[]; switches: string[] }[];
  blocks: { name: string; nodes: string[] }[];
  /** BlockSizes in nodes. */
  blockSizes: number[];
}

/** Equal nodes: one NodeName line, its names in order. */
export interface NodeLine {
  names: string[];
  cpus: number;
  boards: number;
  sockets: number;
  coresPerSocket: number;
  threadsPerCore: number;
  /** RealMemory, MiB. */
  realMemory: number;
  /** MemSpecLimit, MiB. */
  memSpecLimit: number;
  /** CoreSpecCount. */
  coreSpecCount: number;
  weight: number;
  features: string[];
  /** Such as `{name: "gpu", type: "a100", count: 8}`, in order; type empty when not given. */
  gres: { name: string; type: string; count: number; sockets?: number[] }[];
  state: "UP" | "DOWN" | "DRAIN" | "FAIL" | "FUTURE" | "CLOUD";
  /** The GPU of the fleet's catalogue that its GRES are, when a scenario names one. */
  gpu?: string;
}

export interface PartitionConfig {
  name: string;
  default: boolean;
  /** Node names in the cluster's order. */
  nodes: string[];
  state: "UP" | "DOWN" | "DRAIN" | "INACTIVE";
  /** Minutes. */
  maxTime: number;
  /** Minutes; undefined: MaxTime. */
  defaultTime: number | undefined;
  minNodes: number;
  maxNodes: number;
  maxCpusPerNode: number;
  priorityJobFactor: number;
  priorityTier: number;
  preemptMode: PreemptMode | undefined;
  /** Seconds. */
  graceTime: number;
  /** Minutes; undefined: the cluster's. */
  overTimeLimit: number | undefined;
  overSubscribe: { mode: "NO" | "YES" | "FORCE" | "EXCLUSIVE"; jobs: number };
  leastLoaded: boolean;
  exclusiveUser: boolean;
  /** Name of the partition QOS; empty for none. */
  qos: string;
  /** Undefined: all. */
  allowAccounts: string[] | undefined;
  denyAccounts: string[];
  allowQos: string[] | undefined;
  denyQos: string[];
  /** Those in AllowGroups; undefined: everybody. */
  allowUsers: ReadonlySet<string> | undefined;
  /** 0 turns the cluster's off. */
  defCpuPerGpu: number | undefined;
  defMemPerGpu: number | undefined;
  defMemPerCpu: number | undefined;
  defMemPerNode: number | undefined;
  maxMemPerCpu: number | undefined;
  maxMemPerNode: number | undefined;
  /** Of power saving, seconds; undefined: the cluster's. */
  suspendTime?: number | undefined;
  suspendTimeout?: number | undefined;
  resumeTimeout?: number | undefined;
  /** Nodes that its jobs get are powered down when they come to be idle; since 23.02. */
  powerDownOnIdle: boolean;
  /** By TRES name; undefined: billing is the number of CPUs. */
  tresBillingWeights: Record<string, number> | undefined;
}

/** The accounts database: `sacctmgr dump`, `sacctmgr -P show assoc`, `show qos`, or inline. */
export interface AccountingConfig {
  qos: QosConfig[];
  /** Parents before children; the first is root. */
  accounts: AssociationConfig[];
  users: AssociationConfig[];
}

/** A limit for each TRES that has one, such as `{"gres/gpu": 40}`; memory in MiB. */
export type TresLimits = Record<string, number>;

/** Limits that QOS and associations share; absent means none. Minutes for times. */
export interface CommonLimits {
  grpJobs?: number;
  grpSubmitJobs?: number;
  grpTres?: TresLimits;
  grpTresMins?: TresLimits;
  grpTresRunMins?: TresLimits;
  grpWall?: number;
  maxTresPerJob?: TresLimits;
  maxTresPerNode?: TresLimits;
  maxTresMinsPerJob?: TresLimits;
  maxWall?: number;
  grpJobsAccrue?: number;
  /** Of a QOS: for each user. */
  maxJobsAccrue?: number;
  /** Priority below which backfill makes no reservation. */
  minPrioThreshold?: number;
}

/** What was used before the run, decayed as of its start; undefined: of an account what its members have, else nothing. */
export interface UsedBefore {
  /** Billing seconds. */
  rawUsage?: number;
  /** Minutes of each TRES, for GrpTRESMins. */
  grpTresRaw?: TresLimits;
  /** Minutes of jobs, for GrpWall. */
  grpWallRaw?: number;
}

export interface QosConfig extends CommonLimits, UsedBefore {
  name: string;
  priority: number;
  /** QOS whose jobs it may preempt. */
  preempt: string[];
  /** Undefined: the cluster's. */
  preemptMode: PreemptMode | undefined;
  /** Seconds. */
  graceTime: number;
  /** Seconds; undefined: the cluster's. */
  preemptExemptTime: number | undefined;
  usageFactor: number;
  usageThreshold?: number;
  limitFactor?: number;
  flags: QosFlag[];
  maxJobsPerUser?: number;
  maxJobsPerAccount?: number;
  maxSubmitPerUser?: number;
  maxSubmitPerAccount?: number;
  maxJobsAccruePerAccount?: number;
  maxTresPerUser?: TresLimits;
  maxTresPerAccount?: TresLimits;
  maxTresRunMinsPerUser?: TresLimits;
  maxTresRunMinsPerAccount?: TresLimits;
  minTresPerJob?: TresLimits;
}

export const qosFlags = [
  "DenyOnLimit",
  "EnforceUsageThreshold",
  "NoDecay",
  "NoReserve",
  "OverPartQOS",
  "PartitionMaxNodes",
  "PartitionMinNodes",
  "PartitionTimeLimit",
  "RequiresReservation",
  "Relative",
  "UsageFactorSafe",
] as const;
export type QosFlag = (typeof qosFlags)[number];

/** An account, or a user in an account. */
export interface AssociationConfig extends CommonLimits, UsedBefore {
  /** The account. */
  account: string;
  /** The user; empty for an account itself. */
  user: string;
  /** Of a partition only; empty for all. */
  partition: string;
  /** Of an account; empty for root. */
  parent: string;
  /** Raw shares; `parent` uses the parent's. */
  fairshare: number | "parent";
  /** PriorityWeightAssoc's factor. */
  priority: number;
  maxJobs?: number;
  maxSubmitJobs?: number;
  /** Names; undefined inherits. */
  qos?: string[];
  defaultQos?: string;
  /** The user's default account. */
  isDefault?: boolean;
}
