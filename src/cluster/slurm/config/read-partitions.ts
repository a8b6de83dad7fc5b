import { compareNames, expandHostlist, splitOutside } from "../../../core/hostlist.js";
import { closest } from "../../../core/suggest.js";
import type { PartitionConfig, PreemptMode } from "../model/config.js";
import { checkKeys } from "./check-keys.js";
import { partitionKeys } from "./node-keys.js";
import type { Setting } from "./place.js";
import type { Groups } from "./read-groups.js";
import type { ConfPairs } from "./read-lines.js";
import { nearest, type ReadNodes } from "./read-nodes.js";
import { suspendTimeRange, timeoutRange } from "./read-power.js";
import { Section } from "./section.js";
import { readTresNumbers } from "./tres.js";
import type { Unmodelled } from "./unmodelled.js";

const MOST_SHORT = 65_533;

/** PartitionName lines. A `PartitionName=DEFAULT` line holds for those that follow it. `groups`: whose users are known. */
export function readPartitions(
  lines: readonly ConfPairs[],
  conf: Section,
  nodes: ReadNodes,
  unmodelled: Unmodelled,
  groups?: Groups,
): PartitionConfig[] {
  const { problems } = conf;
  let defaults: Section | undefined;
  const partitions: PartitionConfig[] = [];
  for (const [head, ...settings] of lines) {
    if (head.key.toLowerCase() !== "partitionname") continue;
    checkKeys(settings, partitionKeys, "PartitionName", problems, unmodelled);
    const section = new Section(problems, settings, defaults);
    if (head.value.toUpperCase() === "DEFAULT") defaults = section;
    else if (partitions.some(({ name }) => name === head.value))
      conf.wrong(head, `the partition ${head.value} is defined twice`);
    else {
      const allowUsers = usersAllowed(section, unmodelled, groups);
      partitions.push({ ...partition(head.value, section, nodes), allowUsers });
    }
  }
  // slurmctld takes the last one that says so.
  const last = partitions.findLastIndex((one) => one.default);
  for (const [i, one] of partitions.entries()) one.default = i === last;
  return partitions;
}

/** Without `groups` nobody can say who is in them. Slurm passes over a group that there is not. */
function usersAllowed(
  line: Section,
  unmodelled: Unmodelled,
  groups: Groups | undefined,
): ReadonlySet<string> | undefined {
  const names = allowed(line, "AllowGroups", false);
  if (names === undefined) return undefined;
  if (groups === undefined) {
    unmodelled.add(
      "AllowGroups",
      "admits only users of these groups: `groups` says who they are",
      line.get("AllowGroups")!.place.key(),
    );
    return undefined;
  }
  return new Set(names.flatMap((name) => [...(groups.get(name) ?? [])]));
}

function partition(name: string, line: Section, nodes: ReadNodes): Omit<PartitionConfig, "allowUsers"> {
  const both = line.integer("Priority", { most: MOST_SHORT });
  const allowAccounts = allowed(line, "AllowAccounts", true);
  const allowQos = allowed(line, "AllowQos", true);
  return {
    name,
    default: line.boolean("Default") ?? false,
    nodes: nodesOf(line, nodes),
    state: line.oneOf("State", ["UP", "DOWN", "DRAIN", "INACTIVE"]) ?? "UP",
    maxTime: line.minutes("MaxTime") ?? Number.POSITIVE_INFINITY,
    defaultTime: line.minutes("DefaultTime"),
    minNodes: line.integer("MinNodes") ?? 0,
    maxNodes: line.integer("MaxNodes", { unlimited: true }) ?? Number.POSITIVE_INFINITY,
    maxCpusPerNode: line.integer("MaxCPUsPerNode", { unlimited: true }) ?? Number.POSITIVE_INFINITY,
    priorityJobFactor: both ?? line.integer("PriorityJobFactor", { most: MOST_SHORT }) ?? 1,
    priorityTier: both ?? line.integer("PriorityTier", { most: MOST_SHORT }) ?? 1,
    preemptMode: preemptMode(line),
    graceTime: line.integer("GraceTime") ?? 0,
    overTimeLimit: line.integer("OverTimeLimit", { unlimited: true }),
    overSubscribe: overSubscribe(line),
    leastLoaded: line.boolean("LLN") ?? false,
    exclusiveUser: line.boolean("ExclusiveUser") ?? false,
    qos: (line.text("QOS") ?? "").toLowerCase(),
    allowAccounts,
    denyAccounts: allowAccounts === undefined ? lower(line.names("DenyAccounts")) : [],
    allowQos,
    denyQos: allowQos === undefined ? lower(line.names("DenyQos")) : [],
    ...memoryLimits(line),
    suspendTime: line.integer("SuspendTime", suspendTimeRange),
    suspendTimeout: line.integer("SuspendTimeout", timeoutRange),
    resumeTimeout: line.integer("ResumeTimeout", { ...timeoutRange, unlimited: true }),
    powerDownOnIdle: line.boolean("PowerDownOnIdle") ?? false,
    tresBillingWeights: readTresNumbers(line, "TRESBillingWeights"),
  };
}

/**
 * Defaults for GPUs, and memory limits, of the cluster or of a partition, MiB; those of a node win over those of a CPU.
 * 0 is none; for GPUs a partition's 0 also turns the cluster's off.
 */
export function memoryLimits(
  line: Section,
): Pick<
  PartitionConfig,
  "defCpuPerGpu" | "defMemPerGpu" | "defMemPerCpu" | "defMemPerNode" | "maxMemPerCpu" | "maxMemPerNode"
> {
  const some = (name: string) => line.integer(name, { unlimited: true }) || undefined;
  const defMemPerNode = some("DefMemPerNode");
  const maxMemPerNode = some("MaxMemPerNode");
  return {
    defCpuPerGpu: line.integer("DefCPUPerGPU"),
    defMemPerGpu: line.integer("DefMemPerGPU"),
    defMemPerCpu: defMemPerNode === undefined ? some("DefMemPerCPU") : undefined,
    defMemPerNode,
    maxMemPerCpu: maxMemPerNode === undefined ? some("MaxMemPerCPU") : undefined,
    maxMemPerNode,
  };
}

function lower(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase());
}

function allowed(line: Section, key: string, fold: boolean): string[] | undefined {
  const names = line.names(key);
  if (names.length === 0 || (names.length === 1 && names[0]!.toUpperCase() === "ALL")) return undefined;
  return fold ? lower(names) : names;
}

/** `ALL`, node sets and host lists, in the cluster's order. */
function nodesOf(line: Section, { names, sets }: ReadNodes): string[] {
  const setting = line.get("Nodes");
  if (setting === undefined) return [];
  if (setting.value.toUpperCase() === "ALL") return [...names];
  const known = new Set(names);
  const members = new Set<string>();
  for (const { part, from } of splitOutside(setting.value))
    for (const name of sets.get(part) ?? expand(line, setting, part, from)) {
      if (known.has(name)) members.add(name);
      else
        line.wrong(
          setting,
          `there is no node ${name}`,
          nearest(name, [...names, ...sets.keys()]),
          part,
          from,
        );
      if (line.problems.length > 100) return [...members];
    }
  return [...members].sort(compareNames);
}

function expand(line: Section, setting: Setting, part: string, from: number): string[] {
  return expandHostlist(part, (message, inner, at, hint) =>
    line.wrong(setting, message, hint, inner, from + at),
  );
}

function preemptMode(line: Section): PreemptMode | undefined {
  const setting = line.get("PreemptMode");
  if (setting === undefined) return undefined;
  const modes: Readonly<Record<string, PreemptMode>> = {
    off: "OFF",
    cancel: "CANCEL",
    requeue: "REQUEUE",
    suspend: "SUSPEND",
    "suspend,gang": "SUSPEND",
    "gang,suspend": "SUSPEND",
    gang: "OFF",
  };
  const mode = modes[setting.value.toLowerCase()];
  if (mode === undefined) {
    const near = closest(setting.value, ["OFF", "CANCEL", "REQUEUE", "SUSPEND"]);
    line.wrong(
      setting,
      "PreemptMode of a partition must be OFF, CANCEL, REQUEUE or SUSPEND",
      near === undefined ? undefined : `did you mean ${near}?`,
    );
  }
  return mode;
}

/** `NO`, `EXCLUSIVE`, `YES[:n]` or `FORCE[:n]`; without a number 4 jobs share. */
function overSubscribe(line: Section): PartitionConfig["overSubscribe"] {
  const setting = line.get("OverSubscribe") ?? line.get("Shared");
  const none: PartitionConfig["overSubscribe"] = { mode: "NO", jobs: 1 };
  if (setting === undefined) return none;
  const [, mode, jobs] = /^(?:(NO|EXCLUSIVE)|(?:YES|FORCE)(?::(\d+))?)$/i.exec(setting.value) ?? [];
  const word = setting.value.split(":")[0]!.toUpperCase();
  const count = jobs === undefined ? 4 : Number(jobs);
  if (mode !== undefined) return { mode: word as "NO" | "EXCLUSIVE", jobs: 1 };
  if (word === "YES" && count > 1) return { mode: "YES", jobs: count };
  if (word === "FORCE" && count >= 1 && /^FORCE(:\d+)?$/i.test(setting.value))
    return { mode: "FORCE", jobs: count };
  line.wrong(
    setting,
    `${setting.key} must be NO, EXCLUSIVE, YES, FORCE, YES:n or FORCE:n`,
    "n is how many jobs share",
  );
  return none;
}
