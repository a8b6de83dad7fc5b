import {
  type AssociationConfig,
  type PartitionConfig,
  type PreemptMode,
  type QosConfig,
  type SchedulerParameters,
  type SlurmConfig,
  slurmVersions,
  type TresLimits,
} from "../../../../src/cluster/slurm/model/config.js";
import { expandNodes, type GoldenCase } from "./case.js";
import { confOf } from "./conf.js";

/** The cluster part of a scenario file. */
interface Cluster {
  nodes: number;
  cpus_per_node?: number;
  gpus_per_node?: number;
  memory_mb?: number;
  node_groups?: {
    count: number;
    cpus: number;
    gpus?: number;
    gpu_type?: string;
    sockets?: number;
    weight?: number;
    features?: string;
    memory_mb?: number;
    state?: "CLOUD";
  }[];
  select?: { params?: string };
  scheduler?: { type?: "builtin" | "backfill"; params?: string | null; timeslice_s?: number };
  priority?: {
    type?: "basic" | "multifactor";
    weights?: Record<string, number | string>;
    max_age?: string;
    decay_half_life?: string;
    calc_period?: number;
    usage_reset?: SlurmConfig["priority"]["usageResetPeriod"];
    favor_small?: string;
    flags?: string;
  };
  preempt?: { type?: "none" | "qos" | "partition_prio"; mode?: string; exempt_time?: string };
  partitions?: Record<string, string | number | boolean>[];
  qos?: {
    name: string;
    priority?: number;
    preempt?: string[];
    preempt_mode?: PreemptMode;
    grace_s?: number;
    limits?: Record<string, string | number>;
  }[];
  accounts?: {
    name: string;
    parent?: string;
    fairshare?: number | "parent";
    limits?: Record<string, string | number>;
  }[];
  users?: {
    name: string;
    account: string;
    fairshare?: number | "parent";
    limits?: Record<string, string | number>;
  }[];
  accounting?: boolean;
  enforce?: string;
  topology?: string[];
  slurm_conf_extra?: string[];
  kill_wait_s?: number;
  over_time_limit_min?: number;
}

/** Lines of topology.conf, each with its keys in one order. */
function topology(lines: readonly string[], plugin: string | undefined): SlurmConfig["topology"] {
  const named = (key: string) => lines.filter((line) => line.startsWith(`${key}=`));
  const values = (line: string, key: string) =>
    expandNodes(new RegExp(`\\b${key}=(\\S+)`).exec(line)?.[1] ?? "");
  return {
    type: plugin === "topology/tree" ? "tree" : plugin === "topology/block" ? "block" : "default",
    optional: false,
    switches: named("SwitchName").map((line) => ({
      name: values(line, "SwitchName")[0]!,
      nodes: values(line, "Nodes"),
      switches: values(line, "Switches"),
    })),
    blocks: named("BlockName").map((line) => ({
      name: values(line, "BlockName")[0]!,
      nodes: values(line, "Nodes"),
    })),
    blockSizes: named("BlockSizes").flatMap((line) => line.split("=")[1]!.split(",").map(Number)),
  };
}

/** What Slurm was configured to be in a recorded case. */
export function goldenConfig(golden: GoldenCase): SlurmConfig {
  const cluster = golden.scenario.cluster as unknown as Cluster;
  const extra = new Map(
    (cluster.slurm_conf_extra ?? []).map((line) => line.split(/=(.*)/).slice(0, 2) as [string, string]),
  );
  const number = (key: string) => (extra.has(key) ? Number(extra.get(key)) : undefined);
  const groups = cluster.node_groups ?? [
    {
      count: cluster.nodes,
      cpus: cluster.cpus_per_node ?? 16,
      gpus: cluster.gpus_per_node ?? 0,
      memory_mb: cluster.memory_mb ?? 100000,
    },
  ];
  let named = 0;
  const nodes: SlurmConfig["nodes"] = groups.map((group) => ({
    names: Array.from({ length: group.count }, () => `n${++named}`),
    cpus: group.cpus,
    boards: 1,
    sockets: group.sockets ?? 1,
    coresPerSocket: group.cpus / (group.sockets ?? 1),
    threadsPerCore: 1,
    realMemory: group.memory_mb ?? 100000,
    memSpecLimit: 0,
    coreSpecCount: 0,
    weight: group.weight ?? 1,
    features: group.features?.split(",") ?? [],
    gres: group.gpus ? [{ name: "gpu", type: group.gpu_type ?? "", count: group.gpus }] : [],
    state: group.state ?? "UP",
  }));
  const all = nodes.flatMap((line) => line.names);
  const accounting = cluster.accounting ?? (cluster.qos !== undefined || cluster.accounts !== undefined);
  const select = cluster.select?.params?.split(",") ?? ["CR_Core"];
  const priority = cluster.priority ?? {};
  const weights = priority.weights ?? {};
  const flags = priority.flags?.split(",") ?? [];
  const mode = (cluster.preempt?.mode ?? "OFF").split(",");
  const enforce = accounting ? (cluster.enforce ?? "associations,limits,qos").split(",") : [];
  const tracked = accounting && groups.some((group) => group.gpus) ? ["gres/gpu"] : [];
  return {
    version: slurmVersions.find((version) => golden.observed.slurm_version.includes(` ${version}.`))!,
    scheduler: {
      type: cluster.scheduler?.type ?? "backfill",
      timeSlice: cluster.scheduler?.timeslice_s ?? 30,
      parameters: parameters(cluster.scheduler?.params ?? ""),
    },
    select: {
      consumes: select.some((one) => one.startsWith("CR_Socket")) ? "socket" : "core",
      memory: select.some((one) => one.endsWith("_Memory")),
      leastLoaded: select.includes("CR_LLN"),
      packNodes: false,
      oneTaskPerCore: false,
    },
    priority: {
      type: priority.type ?? "basic",
      weightAge: Number(weights.Age ?? 0),
      weightAssoc: Number(weights.Assoc ?? 0),
      weightFairshare: Number(weights.Fairshare ?? 0),
      weightJobSize: Number(weights.JobSize ?? 0),
      weightPartition: Number(weights.Partition ?? 0),
      weightQos: Number(weights.QOS ?? 0),
      weightTres: Object.fromEntries(
        String(weights.TRES ?? "")
          .split(",")
          .filter(Boolean)
          .map((entry) => {
            const [name, weight] = entry.split("=") as [string, string];
            return [name.toLowerCase(), Number(weight)];
          }),
      ),
      maxAge: seconds(priority.max_age ?? "7-0"),
      decayHalfLife: seconds(priority.decay_half_life ?? "7-0"),
      calcPeriod: 60 * (priority.calc_period ?? 5),
      usageResetPeriod: priority.usage_reset ?? "NONE",
      favorSmall: priority.favor_small === "YES",
      dampeningFactor: number("FairShareDampeningFactor") ?? 1,
      flags: {
        accrueAlways: flags.includes("ACCRUE_ALWAYS"),
        calculateRunning: flags.includes("CALCULATE_RUNNING"),
        depthOblivious: flags.includes("DEPTH_OBLIVIOUS"),
        noFairTree: flags.includes("NO_FAIR_TREE"),
        incrOnly: flags.includes("INCR_ONLY"),
        maxTres: flags.includes("MAX_TRES"),
        noNormalAll: false,
        noNormalAssoc: flags.includes("NO_NORMAL_ASSOC"),
        noNormalPart: flags.includes("NO_NORMAL_PART"),
        noNormalQos: flags.includes("NO_NORMAL_QOS"),
        noNormalTres: flags.includes("NO_NORMAL_TRES"),
        smallRelativeToTime: flags.includes("SMALL_RELATIVE_TO_TIME"),
      },
    },
    preempt: {
      type: cluster.preempt?.type ?? "none",
      mode: (mode.find((word) => word !== "GANG" && word !== "WITHIN") ??
        "OFF") as SlurmConfig["preempt"]["mode"],
      gang: mode.includes("GANG"),
      within: mode.includes("WITHIN"),
      exemptTime: 0,
    },
    topology: topology(cluster.topology ?? [], extra.get("TopologyPlugin")),
    nodes,
    partitions: (cluster.partitions ?? [{ name: "main", default: true }]).map((line) =>
      partition(line, all, golden.observed.users),
    ),
    licenses: Object.fromEntries(
      (extra.get("Licenses") ?? "")
        .split(",")
        .filter(Boolean)
        .map((entry) => [entry.split(":")[0]!, Number(entry.split(":")[1] ?? 1)]),
    ),
    accounting: accounting ? accounts(golden, cluster) : undefined,
    enforce: {
      associations: enforce.includes("associations"),
      limits: enforce.includes("limits"),
      qos: enforce.includes("qos"),
      safe: enforce.includes("safe"),
      nojobs: enforce.includes("nojobs"),
    },
    trackedTres: tracked,
    enforcePartLimits: (extra.get("EnforcePartLimits") ?? "NO") as SlurmConfig["enforcePartLimits"],
    killWait: cluster.kill_wait_s ?? 30,
    overTimeLimit: cluster.over_time_limit_min ?? 0,
    // Where locks are given away each microsecond, each entry of the queue and each look at a job is followed by a sleep.
    testTime: /bf_yield_interval=1,/.test(cluster.scheduler?.params ?? "")
      ? { main: 0, backfill: { entry: 1, job: 0, slot: 1 } }
      : undefined,
    power: confOf(golden.conf, (cluster.topology ?? []).join("\n")).power,
    resvOverRun: 60 * Number(/ResvOverRun=(\d+)/.exec(cluster.slurm_conf_extra?.join() ?? "")?.[1] ?? 0),
    completeWait: 0,
    minJobAge: 1000000,
    messageTimeout: 90,
    slurmdTimeout: 0,
    credentialLifetime: 120,
    jobRequeue: true,
    maxArraySize: 1001,
    maxJobCount: 20000,
    returnToService: (number("ReturnToService") ?? 2) as 0 | 1 | 2,
    defCpuPerGpu: number("DefCpuPerGPU"),
    defMemPerGpu: number("DefMemPerGPU"),
    defMemPerCpu: number("DefMemPerCPU"),
    defMemPerNode: number("DefMemPerNode"),
    maxMemPerCpu: number("MaxMemPerCPU"),
    maxMemPerNode: number("MaxMemPerNode"),
  };
}

function parameters(text: string): SchedulerParameters {
  const given = new Map(
    text
      .split(",")
      .filter(Boolean)
      .map((entry) => entry.split("=") as [string, string | undefined]),
  );
  const number = (name: string, value: number) => Number(given.get(name) ?? value);
  const interval = number("bf_interval", 30);
  const tests = number("bf_max_job_test", 500);
  return {
    bf_interval: interval,
    bf_max_time: number("bf_max_time", Math.max(1, interval)),
    bf_window: number("bf_window", 1440),
    bf_window_linear: number("bf_window_linear", 0),
    bf_resolution: number("bf_resolution", 60),
    bf_max_job_test: tests,
    bf_max_job_part: number("bf_max_job_part", 0),
    bf_max_job_user: number("bf_max_job_user", 0),
    bf_max_job_user_part: number("bf_max_job_user_part", 0),
    bf_max_job_assoc: number("bf_max_job_assoc", 0),
    bf_max_job_start: number("bf_max_job_start", 0),
    bf_max_job_array_resv: number("bf_max_job_array_resv", 20),
    bf_node_space_size: number("bf_node_space_size", tests),
    bf_min_age_reserve: number("bf_min_age_reserve", 0),
    bf_min_prio_reserve: number("bf_min_prio_reserve", 0),
    bf_job_part_count_reserve: number("bf_job_part_count_reserve", 0),
    bf_one_resv_per_job: given.has("bf_one_resv_per_job"),
    bf_continue: given.has("bf_continue"),
    bf_yield_interval: number("bf_yield_interval", 2_000_000),
    bf_yield_sleep: number("bf_yield_sleep", 500_000),
    bf_running_job_reserve: given.has("bf_running_job_reserve") || given.has("bf_licenses"),
    bf_busy_nodes: given.has("bf_busy_nodes"),
    bf_licenses: given.has("bf_licenses"),
    bf_ignore_newly_avail_nodes: given.has("bf_ignore_newly_avail_nodes"),
    default_queue_depth: number("default_queue_depth", 100),
    partition_job_depth: number("partition_job_depth", 0),
    sched_interval: number("sched_interval", 60),
    sched_min_interval: number("sched_min_interval", 2),
    sched_max_job_start: number("sched_max_job_start", 0),
    max_sched_time: number("max_sched_time", 2),
    batch_sched_delay: number("batch_sched_delay", 3),
    defer: given.has("defer"),
    max_switch_wait: number("max_switch_wait", 300),
    assoc_limit_stop: given.has("assoc_limit_stop"),
    correspond_after_task_cnt: number("correspond_after_task_cnt", 10),
    kill_invalid_depend: given.has("kill_invalid_depend"),
    pack_serial_at_end: given.has("pack_serial_at_end"),
    preempt_youngest_first: given.has("preempt_youngest_first"),
    preempt_reorder_count: number("preempt_reorder_count", 1),
    preempt_strict_order: given.has("preempt_strict_order"),
    reduce_completing_frag: given.has("reduce_completing_frag"),
    ignore_prefer_validation: given.has("ignore_prefer_validation"),
  };
}

/** Each system account has a group of its own, of the same name. */
function allowedUsers(
  groups: string | undefined,
  users: Record<string, string>,
): ReadonlySet<string> | undefined {
  const labels = Object.entries(users).filter(([, account]) => groups?.split(",").includes(account));
  return groups === undefined ? undefined : new Set(labels.map(([label]) => label));
}

function partition(
  line: Record<string, string | number | boolean>,
  all: string[],
  users: Record<string, string>,
): PartitionConfig {
  const text = (key: string) => (key in line ? String(line[key]) : undefined);
  const number = (key: string) => (key in line ? Number(line[key]) : undefined);
  const extra = new Map(
    (text("extra") ?? "").split(" ").map((setting) => setting.split("=") as [string, string]),
  );
  const more = (key: string) => (extra.has(key) ? Number(extra.get(key)) : undefined);
  const list = (key: string) => text(key)?.split(",");
  const [share, jobs] = (text("oversubscribe") ?? "NO").split(":") as [
    PartitionConfig["overSubscribe"]["mode"],
    string?,
  ];
  return {
    name: String(line.name),
    default: line.default === true,
    suspendTime: number("suspend_time"),
    suspendTimeout: number("suspend_timeout"),
    resumeTimeout: number("resume_timeout"),
    nodes: /^(ALL)?$/.test(text("nodes") ?? "") ? all : expandNodes(text("nodes")!),
    state: (text("state") ?? "UP") as PartitionConfig["state"],
    maxTime: number("max_time") ?? Number.POSITIVE_INFINITY,
    defaultTime: number("default_time"),
    minNodes: number("min_nodes") ?? 0,
    maxNodes: number("max_nodes") ?? Number.POSITIVE_INFINITY,
    maxCpusPerNode: number("max_cpus_per_node") ?? Number.POSITIVE_INFINITY,
    priorityJobFactor: number("priority_job_factor") ?? 1,
    priorityTier: number("priority_tier") ?? 1,
    preemptMode: text("preempt_mode") as PreemptMode | undefined,
    graceTime: number("grace_s") ?? 0,
    overTimeLimit: number("over_time_limit"),
    overSubscribe: { mode: share, jobs: Number(jobs ?? (share === "YES" || share === "FORCE" ? 4 : 1)) },
    leastLoaded: text("lln") === "YES",
    exclusiveUser: text("exclusive_user") === "YES",
    powerDownOnIdle: extra.get("PowerDownOnIdle") === "YES",
    qos: text("qos") ?? "",
    allowAccounts: list("allow_accounts"),
    denyAccounts: list("deny_accounts") ?? [],
    allowQos: list("allow_qos"),
    denyQos: list("deny_qos") ?? [],
    allowUsers: allowedUsers(extra.get("AllowGroups"), users),
    defCpuPerGpu: more("DefCpuPerGPU"),
    defMemPerGpu: more("DefMemPerGPU"),
    defMemPerCpu: number("def_mem_per_cpu") ?? more("DefMemPerCPU"),
    defMemPerNode: number("def_mem_per_node") ?? more("DefMemPerNode"),
    maxMemPerCpu: more("MaxMemPerCPU"),
    maxMemPerNode: number("max_mem_per_node") ?? more("MaxMemPerNode"),
    tresBillingWeights: text("tres_billing_weights") ? tresOf(text("tres_billing_weights")!) : undefined,
  };
}

function accounts(golden: GoldenCase, cluster: Cluster): NonNullable<SlurmConfig["accounting"]> {
  const names = ["normal", ...(cluster.qos ?? []).map((qos) => qos.name).filter((name) => name !== "normal")];
  const given = cluster.accounts ?? [{ name: "acct" }];
  const users =
    cluster.users ??
    Object.keys(golden.observed.users).map((name) => ({ name, account: given[0]!.name, fairshare: 1 }));
  const association = (
    account: string,
    user: string,
    parent: string,
    fairshare: number | "parent",
    limits: Record<string, string | number> = {},
  ): AssociationConfig => ({
    account,
    user,
    partition: "",
    parent,
    fairshare,
    priority: 0,
    qos: names,
    ...limitsOf(limits),
  });
  return {
    qos: names.map((name) => {
      const qos = cluster.qos?.find((one) => one.name === name);
      const { Flags, ...limits } = qos?.limits ?? {};
      const config: QosConfig = {
        name,
        priority: qos?.priority ?? 0,
        preempt: qos?.preempt ?? [],
        preemptMode: qos?.preempt_mode,
        graceTime: qos?.grace_s ?? 0,
        preemptExemptTime: undefined,
        usageFactor: 1,
        flags: String(Flags ?? "")
          .split(",")
          .filter(Boolean) as QosConfig["flags"],
        ...limitsOf(limits),
      };
      return config;
    }),
    accounts: [
      association("root", "", "", 1),
      ...given.map((account) =>
        association(
          account.name,
          "",
          ("parent" in account && account.parent) || "root",
          ("fairshare" in account && account.fairshare) || 1,
          "limits" in account ? account.limits : {},
        ),
      ),
    ],
    users: [
      association("root", "root", "", 1),
      ...users.map((user, i) => ({
        ...association(
          user.account,
          user.name,
          "",
          user.fairshare ?? 1,
          "limits" in user ? (user.limits as Record<string, string | number>) : {},
        ),
        isDefault: users.findIndex((one) => one.name === user.name) === i,
      })),
    ],
  };
}

const limitNames: Record<string, string> = {
  MaxJobsPU: "maxJobsPerUser",
  MaxJobsPA: "maxJobsPerAccount",
  MaxSubmitJobsPU: "maxSubmitPerUser",
  MaxSubmitJobsPA: "maxSubmitPerAccount",
  MaxTRESPU: "maxTresPerUser",
  MaxTRESPA: "maxTresPerAccount",
  MaxTRESPJ: "maxTresPerJob",
  MaxTRESPerJob: "maxTresPerJob",
  MaxTRESRunMinsPerUser: "maxTresRunMinsPerUser",
  MaxTRESRunMinsPerAccount: "maxTresRunMinsPerAccount",
  MaxTRESMinsPerJob: "maxTresMinsPerJob",
  MaxTRESPerNode: "maxTresPerNode",
  MinTRES: "minTresPerJob",
  MinTRESPerJob: "minTresPerJob",
  GrpTRES: "grpTres",
  GrpTRESMins: "grpTresMins",
  GrpTRESRunMins: "grpTresRunMins",
  GrpJobs: "grpJobs",
  Priority: "priority",
  GrpJobsAccrue: "grpJobsAccrue",
  MaxJobsAccruePU: "maxJobsAccrue",
  GrpSubmitJobs: "grpSubmitJobs",
  GrpWall: "grpWall",
  MaxWall: "maxWall",
  MaxJobs: "maxJobs",
  MaxSubmitJobs: "maxSubmitJobs",
  UsageFactor: "usageFactor",
  UsageThreshold: "usageThreshold",
  MinPrioThres: "minPrioThreshold",
};

function limitsOf(given: Record<string, string | number>): Record<string, number | TresLimits> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const key = limitNames[name];
      if (key === undefined) throw new Error(`limit ${name} is not known here`);
      return [key, String(value).includes("=") ? tresOf(String(value)) : Number(value)];
    }),
  );
}

function tresOf(text: string): TresLimits {
  return Object.fromEntries(
    text.split(",").map((entry) => {
      const [name, value] = entry.split("=") as [string, string];
      return [name.toLowerCase(), Number(value)];
    }),
  );
}

/** `days-hours:minutes:seconds` and `days-hours`; a bare number is minutes. */
function seconds(text: string): number {
  if (text === "0") return 0;
  const [days, rest] = text.includes("-") ? (text.split("-") as [string, string]) : ["0", text];
  const parts = rest.split(":").map(Number);
  if (text.includes("-"))
    return Number(days) * 86400 + parts[0]! * 3600 + (parts[1] ?? 0) * 60 + (parts[2] ?? 0);
  return parts.length === 1 ? parts[0]! * 60 : parts.reduce((sum, part) => sum * 60 + part, 0);
}
