import { join } from "node:path";
import { InputError, type Problem } from "../../../core/errors.js";
import type { GpuType } from "../../../fleet/catalogue.js";
import type { PoolSpec } from "../../../fleet/pool.js";
import type { TimedOperation } from "../controller/controller.js";
import type { AccountingConfig, SlurmConfig } from "../model/config.js";
import { asText, inlineAccounts, inlineQos, inlineSettings, isMapping } from "./accounts/inline.js";
import { readAccounting } from "./accounts/read-accounting.js";
import { type AccountRecord, readRecords } from "./accounts/records.js";
import { inlineUsage, readUsageFile } from "./accounts/usage.js";
import { overlayInline } from "./inline-conf.js";
import { placeInScenario, type Setting } from "./place.js";
import { type GpuNames, nodesOf, onlyPartition, poolsOf } from "./pools.js";
import { readBoot } from "./read-boot.js";
import { readConfig } from "./read-config.js";
import { applyGresConf } from "./read-gres-conf.js";
import { readGroups } from "./read-groups.js";
import { parseConfLines, readConfLines, readText } from "./read-lines.js";
import { readOperations } from "./read-operations.js";
import { type ConfFiles, readConfFiles } from "./read-slurm-conf.js";
import { readTestTime } from "./read-test-time.js";

/** Keys of the scenario's scheduler that are not settings of slurm.conf. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  "conf",
  "accounts",
  "qos",
  "usage",
  "topology",
  "version",
  "gpu",
  "boot",
  "testTime",
  "groups",
  "operations",
  "SchedulerParameters",
]);

/** What a scenario's scheduler of kind `slurm` stands for. */
export interface ResolvedSlurm {
  config: SlurmConfig;
  /** The fleet whose nodes these are, in the same order. */
  pools: PoolSpec[];
  operations: TimedOperation[];
  warnings: Problem[];
}

/**
 * Reads the options of the policy `slurm`: files of a real cluster, what is laid over them inline, or nothing but a
 * fleet.
 *
 * @param options those of the scenario's scheduler, without its policy
 * @param folder that paths are relative to
 * @param pools the scenario's fleet, when it has one
 * @param gpuTypes the scenario's own GPU types
 * @param path keys from the scenario's root to the options
 * @throws InputError with everything that is wrong, by file and line or by path from the scenario's root
 */
export function resolveSlurm(
  options: Readonly<Record<string, unknown>>,
  folder: string,
  pools?: readonly PoolSpec[],
  gpuTypes: readonly GpuType[] = [],
  path: readonly string[] = ["scheduler"],
): ResolvedSlurm {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const files = confFiles(options, folder, problems, path);
  const inline = Object.fromEntries(Object.entries(options).filter(([key]) => !OWN_KEYS.has(key)));
  const lines = overlayInline(files.lines, inline, ["scheduler"], problems);
  const parameters = options.SchedulerParameters;
  if (parameters !== undefined && !isMapping(parameters))
    lines.push([setting("SchedulerParameters", parameters)]);
  const groups = readGroups(options.groups, folder, problems);
  const config = readConfig(
    {
      lines,
      topology: files.topology,
      fleet: nodesOf(pools ?? []),
      schedulerParameters: isMapping(parameters)
        ? switchedOn(inlineSettings(parameters, ["scheduler", "SchedulerParameters"]), parameters)
        : [],
      ...(groups === undefined ? {} : { groups }),
      ...(options.version === undefined ? {} : { version: setting("version", options.version) }),
    },
    problems,
    warnings,
  );
  applyGresConf(files.gres, config.nodes, problems);
  config.power.boot = readBoot(options.boot, config, problems);
  config.testTime = readTestTime(options.testTime, problems);
  const accounting = readAccounts(options, folder, problems, warnings);
  const operations = readOperations(options.operations, config, problems);
  if (problems.length > 0) throw new InputError(problems);
  settleAccounts(config, accounting, lines.some(isDatabase), warnings);
  const has = (key: string) => lines.some(([head]) => head.key.toLowerCase() === key);
  const fleet = settleNodes(config, options, pools, gpuTypes, {
    known: has("nodename"),
    selectGiven: has("selecttypeparameters"),
  });
  return { config, pools: fleet, operations, warnings };
}

function setting(key: string, value: unknown): Setting {
  return { key, value: asText(value), place: placeInScenario(["scheduler", key]) };
}

/** In a mapping `bf_continue: true` is the switch itself. */
function switchedOn(settings: Setting[], given: Readonly<Record<string, unknown>>): Setting[] {
  return settings.map((one) =>
    typeof given[one.key] === "boolean" ? { ...one, value: String(given[one.key]) } : one,
  );
}

function confFiles(
  options: Readonly<Record<string, unknown>>,
  folder: string,
  problems: Problem[],
  above: readonly string[],
): ConfFiles {
  const files: ConfFiles = { lines: [], topology: [], gres: [] };
  const path = pathOf(options.conf, "conf", problems);
  if (path !== undefined)
    Object.assign(files, readConfFiles(at(folder, path), problems, { path: [...above, "conf"] }));
  const { topology } = options;
  if (Array.isArray(topology))
    files.topology = parseConfLines(topology.map(String).join("\n"), at(folder, "topology"), problems);
  else {
    const own = pathOf(topology, "topology", problems);
    if (own !== undefined)
      files.topology = readConfLines(at(folder, own), problems, { path: ["scheduler", "topology"] });
  }
  return files;
}

function at(folder: string, path: string) {
  return { path: path.startsWith("/") ? path : join(folder, path), name: path };
}

function pathOf(value: unknown, key: string, problems: Problem[]): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  problems.push({
    code: "slurm/wrong-value",
    message: `"${key}" must be the path of a file`,
    path: ["scheduler", key],
  });
  return undefined;
}

const INLINE = { accounts: inlineAccounts, qos: inlineQos, usage: inlineUsage };

/** `accounts:`, `qos:` and `usage:`, each a path, a mapping, or a list of these of which later ones are laid over earlier ones. */
function readAccounts(
  options: Readonly<Record<string, unknown>>,
  folder: string,
  problems: Problem[],
  warnings: Problem[],
): AccountingConfig | undefined {
  const all: AccountRecord[] = [];
  const usage: AccountRecord[] = [];
  for (const key of ["qos", "accounts", "usage"] as const) {
    const records = key === "usage" ? usage : all;
    const value = options[key];
    if (value === undefined) continue;
    const list = Array.isArray(value) ? value : [value];
    for (const [i, one] of list.entries()) {
      const path = ["scheduler", key, ...(Array.isArray(value) ? [i] : [])];
      if (isMapping(one)) records.push(...INLINE[key](one, path, problems));
      else if (typeof one === "string") {
        const file = at(folder, one);
        const text = readText(file, problems, { path });
        if (text !== undefined)
          records.push(...(key === "usage" ? readUsageFile : readRecords)(text, file, problems));
      } else
        problems.push({
          code: "slurm/wrong-value",
          message: `"${key}" must be a file that ${key === "usage" ? "scontrol show assoc_mgr or sshare" : "sacctmgr"} wrote, or a mapping of names to settings`,
          path,
        });
    }
  }
  const ofQos = options.qos !== undefined && usage.some(({ kind }) => kind === "qos");
  if (options.usage !== undefined && options.accounts === undefined && !ofQos)
    problems.push({
      code: "slurm/wrong-value",
      message: "usage is that of accounts, users and QOS, and there are none",
      path: ["scheduler", "usage"],
      hint: "accounts: a file of sacctmgr dump, qos: a file of sacctmgr -P show qos",
    });
  if (options.accounts === undefined && options.qos === undefined) return undefined;
  const strangers: string[] = [];
  const accounting = readAccounting(all, options.qos !== undefined, problems, usage, strangers);
  if (strangers.length > 0)
    warnings.push({
      code: "slurm/usage-of-others",
      message: `usage of ${strangers.length} that are not among the accounts and QOS is left out: ${strangers.slice(0, 5).join(", ")}${strangers.length > 5 ? ", …" : ""}`,
      path: ["scheduler", "usage"],
      hint: "make both files at the same time",
    });
  return accounting;
}

function isDatabase([{ key, value }]: readonly [Setting, ...Setting[]]): boolean {
  return /^AccountingStorageType$/i.test(key) && /slurmdbd|ctld_relay/i.test(value);
}

/** Accounts as given; a database whose content is not given holds nothing that could be enforced. */
function settleAccounts(
  config: SlurmConfig,
  accounting: AccountingConfig | undefined,
  database: boolean,
  warnings: Problem[],
): void {
  config.accounting = accounting;
  if (accounting !== undefined || !database) return;
  config.accounting = readAccounting([], false, []);
  const { enforce } = config;
  if (!enforce.associations && !enforce.limits && !enforce.qos) return;
  config.enforce = { associations: false, limits: false, qos: false, safe: false, nojobs: enforce.nojobs };
  warnings.push({
    code: "slurm/no-accounts",
    message:
      "slurm.conf has an accounts database, but its accounts and QOS are not given: no limits are enforced, and all users share alike",
    path: ["scheduler"],
    hint: "accounts: a file of sacctmgr dump, qos: a file of sacctmgr -P show qos",
  });
}

/** Nodes of the configuration become the fleet, or those of the fleet the configuration's. */
function settleNodes(
  config: SlurmConfig,
  options: Readonly<Record<string, unknown>>,
  pools: readonly PoolSpec[] | undefined,
  gpuTypes: readonly GpuType[],
  { known, selectGiven }: { known: boolean; selectGiven: boolean },
): PoolSpec[] {
  const given = pools !== undefined && pools.length > 0;
  if (known && given)
    throw new InputError({
      code: "scenario/contradiction",
      message: "the nodes are given twice: by the fleet, and by NodeName lines of slurm.conf",
      path: ["fleet"],
      hint: "leave the fleet out, or the nodes",
    });
  if (!known && !given)
    throw new InputError({
      code: "scenario/missing-key",
      message: 'there are no nodes: neither a slurm.conf with NodeName lines nor a "fleet"',
      path: ["scheduler"],
      hint: "conf: slurm.conf, or fleet: { pools: [ … ] }",
    });
  if (config.partitions.length === 0) config.partitions = [onlyPartition(config.nodes)];
  if (!config.partitions.some((one) => one.default)) config.partitions[0]!.default = true;
  if (known) return poolsOf(config, options.gpu as GpuNames, gpuTypes);
  if (config.trackedTres.length === 0 && config.nodes.some(({ gres }) => gres.length > 0))
    config.trackedTres = ["gres/gpu"];
  // Jobs of such scenarios seldom say how much memory they need, which would give them all of it.
  if (!selectGiven) config.select.memory = false;
  return pools!.map((pool, i) => ({
    ...pool,
    cpus: config.nodes[i]!.cpus,
    memory: config.select.memory ? pool.memory : Number.POSITIVE_INFINITY,
  }));
}
