import type { Problem } from "../../../core/errors.js";
import { type NodeLine, type SlurmConfig, slurmVersions } from "../model/config.js";
import { catalogue } from "./catalogue.js";
import { checkKeys } from "./check-keys.js";
import type { Setting } from "./place.js";
import { readEnforce, readLicenses } from "./read-enforce.js";
import type { Groups } from "./read-groups.js";
import type { ConfPairs } from "./read-lines.js";
import { type ReadNodes, readNodes } from "./read-nodes.js";
import { memoryLimits, readPartitions } from "./read-partitions.js";
import { readPower } from "./read-power.js";
import { readPreempt } from "./read-preempt.js";
import { readPriority } from "./read-priority.js";
import { readScheduler } from "./read-scheduler.js";
import { readSelect } from "./read-select.js";
import { readTopology } from "./read-topology.js";
import { Section } from "./section.js";
import { isTres, tresName } from "./tres.js";
import { Unmodelled } from "./unmodelled.js";

/** What a configuration is made of: lines of slurm.conf, and what a scenario lays over them. */
export interface ConfSource {
  /** Lines of slurm.conf and of what it includes, then inline settings, of which the last wins. */
  lines: readonly ConfPairs[];
  /** Those of topology.conf. */
  topology?: readonly ConfPairs[];
  /** SchedulerParameters that win over those of the text, one by one. */
  schedulerParameters?: readonly Setting[];
  version?: Setting;
  /** Nodes of the scenario's fleet, for when no line defines one. */
  fleet?: readonly NodeLine[];
  /** Users by Unix group; undefined when nobody knows. */
  groups?: Groups;
}

/** First keys of lines that are more than settings of the cluster. */
const RECORDS: ReadonlySet<string> = new Set([
  "nodename",
  "partitionname",
  "nodeset",
  "downnodes",
  "frontendname",
  "slurmctldhost",
]);

/**
 * The cluster that a slurm.conf describes, without its accounts. Everything wrong goes into `problems`; the result is
 * only meaningful when nothing was. What is not modelled goes into `warnings`.
 */
export function readConfig(source: ConfSource, problems: Problem[], warnings: Problem[]): SlurmConfig {
  const conf = new Section(problems);
  const unmodelled = new Unmodelled();
  for (const pairs of source.lines)
    for (const [i, setting] of pairs.entries())
      if (i === 0 || !RECORDS.has(pairs[0].key.toLowerCase())) {
        checkKeys([setting], catalogue, "slurm.conf", problems, unmodelled);
        if (!RECORDS.has(setting.key.toLowerCase())) conf.set(setting);
      }
  const short = (name: string, fallback: number, most = 65_533) => conf.integer(name, { most }) ?? fallback;
  const messageTimeout = short("MessageTimeout", 10);
  const defined = readNodes(source.lines, conf, unmodelled);
  const nodes = defined.lines.length > 0 ? defined : ofFleet(defined, source.fleet ?? []);
  const scheduler = readScheduler(conf, source.schedulerParameters ?? [], messageTimeout, unmodelled);
  if (
    conf
      .flags("DependencyParameters", ["disable_remote_singleton", "kill_invalid_depend", "max_depend_depth"])
      .has("kill_invalid_depend")
  )
    scheduler.parameters.kill_invalid_depend = true;
  const select = readSelect(conf, unmodelled);
  const topology = readTopology(conf, source.topology ?? [], nodes);
  const partitions = readPartitions(source.lines, conf, nodes, unmodelled, source.groups);
  const config: SlurmConfig = {
    version: readVersion(source.version, problems),
    scheduler,
    select,
    priority: readPriority(conf),
    preempt: readPreempt(conf),
    topology,
    nodes: nodes.lines,
    partitions,
    licenses: readLicenses(conf),
    accounting: undefined,
    enforce: readEnforce(conf),
    trackedTres: readTracked(conf),
    enforcePartLimits: enforcePartLimits(conf),
    killWait: short("KillWait", 30),
    overTimeLimit: conf.integer("OverTimeLimit", { most: 65_533, unlimited: true }) ?? 0,
    resvOverRun: 60 * (conf.integer("ResvOverRun", { most: 65_533, unlimited: true }) ?? 0),
    completeWait: short("CompleteWait", 0),
    minJobAge: conf.integer("MinJobAge") ?? 300,
    messageTimeout,
    slurmdTimeout: short("SlurmdTimeout", 300),
    credentialLifetime: credentialLifetime(conf),
    jobRequeue: (conf.integer("JobRequeue", { most: 1 }) ?? 1) === 1,
    maxArraySize: conf.integer("MaxArraySize", { most: 4_000_001 }) ?? 1001,
    maxJobCount: conf.integer("MaxJobCount", { least: 1 }) ?? 10_000,
    returnToService: short("ReturnToService", 0, 2) as 0 | 1 | 2,
    power: readPower(conf, nodes, partitions, warnings),
    testTime: undefined,
    ...memoryLimits(conf),
  };
  conf.oneOf("AccountingStorageType", [
    "accounting_storage/none",
    "accounting_storage/slurmdbd",
    "accounting_storage/ctld_relay",
  ]);
  warnings.push(...unmodelled.warnings());
  return config;
}

function ofFleet({ sets }: ReadNodes, fleet: readonly NodeLine[]): ReadNodes {
  return { lines: [...fleet], names: fleet.flatMap(({ names }) => names), sets };
}

function readVersion(setting: Setting | undefined, problems: Problem[]): SlurmConfig["version"] {
  if (setting === undefined) return "22.05";
  const known = slurmVersions.find((version) => version === setting.value);
  if (known === undefined)
    problems.push({
      code: "slurm/wrong-value",
      message: `there is no Slurm version "${setting.value}" to follow`,
      ...setting.place.value(),
      hint: `versions: ${slurmVersions.map((version) => `"${version}"`).join(", ")}`,
    });
  return known ?? "22.05";
}

/** AccountingStorageTRES: what is counted beside the built-in TRES. */
function readTracked(conf: Section): string[] {
  return conf.list("AccountingStorageTRES").flatMap(({ part, from, setting }) => {
    const name = tresName(part);
    if (isTres(name)) return [name];
    conf.wrong(setting, `"${part}" is not a TRES`, "such as gres/gpu or license/matlab", part, from);
    return [];
  });
}

/** EnforcePartLimits; YES and NO of old are ALL and NO. */
function enforcePartLimits(conf: Section): SlurmConfig["enforcePartLimits"] {
  const value = conf.oneOf("EnforcePartLimits", ["NO", "ANY", "ALL", "YES", "TRUE", "FALSE"]);
  return value === "ANY" ? "ANY" : value === "ALL" || value === "YES" || value === "TRUE" ? "ALL" : "NO";
}

/** AuthInfo=cred_expire, seconds: how long a requeued job's credentials last, and so how long it waits. */
function credentialLifetime(conf: Section): number {
  const option = conf.names("AuthInfo").find((part) => part.startsWith("cred_expire="));
  return Number(option?.slice("cred_expire=".length)) || 120;
}
