import type { Problem } from "../../../core/errors.js";
import { compareNames, expandHostlist, splitOutside } from "../../../core/hostlist.js";
import type { PartitionConfig } from "../model/config.js";
import type { ExcludedNodes, PowerConfig } from "../model/power.js";
import type { Setting } from "./place.js";
import { nearest, type ReadNodes } from "./read-nodes.js";
import { meant, type Range, type Section } from "./section.js";

const MOST_SHORT = 65_533;

/** SuspendTime, and its like of partitions: seconds; -1 and INFINITE are never. */
export const suspendTimeRange: Range = { unlimited: true };
export const timeoutRange: Range = { most: MOST_SHORT };

/**
 * Power saving of slurm.conf, `_init_power_config` of power_save.c, 22.05. What keeps slurmctld from it, as it logs it, is
 * a warning here: the nodes stay up.
 */
export function readPower(
  conf: Section,
  nodes: ReadNodes,
  partitions: readonly PartitionConfig[],
  warnings: Problem[],
): PowerConfig {
  const suspendTime = conf.integer("SuspendTime", suspendTimeRange) ?? Number.POSITIVE_INFINITY;
  const asked = [suspendTime, ...partitions.map((one) => one.suspendTime ?? Number.POSITIVE_INFINITY)];
  const wanted = asked.some(Number.isFinite);
  const missing = ["SuspendProgram", "ResumeProgram"].filter((name) => !isProgram(conf.get(name)));
  if (wanted && missing.length > 0) warnings.push(withoutProgram(conf, missing));
  const parameters = conf.names("SlurmctldParameters");
  const parameter = (name: string, standard: number) =>
    Number(parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? standard) || 0;
  return {
    enabled: wanted && missing.length === 0,
    suspendTime,
    suspendTimeout: conf.integer("SuspendTimeout", timeoutRange) ?? 30,
    resumeTimeout: conf.integer("ResumeTimeout", { ...timeoutRange, unlimited: true }) ?? 60,
    suspendRate: conf.integer("SuspendRate", { most: MOST_SHORT }) ?? 60,
    resumeRate: conf.integer("ResumeRate", { most: MOST_SHORT }) ?? 300,
    excludedNodes: excludedNodes(conf, nodes),
    excludedPartitions: excludedPartitions(conf, partitions),
    interval: parameter("power_save_interval", 10),
    minInterval: parameter("power_save_min_interval", 0),
    idleOnSuspend: parameters.includes("idle_on_node_suspend"),
    rebootProgram: isProgram(conf.get("RebootProgram")),
    boot: { nodes: {}, others: undefined },
  };
}

function isProgram(setting: Setting | undefined): boolean {
  return setting?.value.startsWith("/") === true;
}

function withoutProgram(conf: Section, missing: readonly string[]): Problem {
  const [first] = missing;
  const given = conf.get(first!);
  return {
    code: "slurm/no-power-saving",
    message: `power saving is off, as slurmctld has it: ${given === undefined ? `there is no ${missing.join(" and no ")}` : `${first} is not an absolute path`}`,
    ...((given ?? conf.get("SuspendTime"))?.place.key() ?? { path: ["scheduler"] }),
    hint: "its programs are not run, but must be named: SuspendProgram=/usr/local/sbin/suspend, ResumeProgram=/usr/local/sbin/resume",
  };
}

/** `n[1-4]`, and with a count `n[1-4]:2`: so many of them that are up are kept up. */
function excludedNodes(conf: Section, { names, sets }: ReadNodes): ExcludedNodes[] {
  const setting = conf.get("SuspendExcNodes");
  if (setting === undefined) return [];
  const known = new Set(names);
  const counted = setting.value.includes(":");
  return splitOutside(setting.value).flatMap(({ part, from }) => {
    const [list = "", count] = counted ? part.split(":") : [part];
    if (count !== undefined && !/^\d+$/.test(count))
      conf.wrong(
        setting,
        `"${count}" is not a number of nodes`,
        "such as n[1-4]:2",
        count,
        from + list.length + 1,
      );
    const members = (
      sets.get(list) ??
      expandHostlist(list, (message, inner, at, hint) => conf.wrong(setting, message, hint, inner, from + at))
    ).filter((name) => {
      if (known.has(name)) return true;
      conf.wrong(setting, `there is no node ${name}`, nearest(name, [...names, ...sets.keys()]), list, from);
      return false;
    });
    return [{ nodes: [...members].sort(compareNames), count: Number(count) || Number.POSITIVE_INFINITY }];
  });
}

function excludedPartitions(conf: Section, partitions: readonly PartitionConfig[]): string[] {
  const names = partitions.map(({ name }) => name);
  return conf.list("SuspendExcParts").flatMap(({ part, from, setting }) => {
    if (names.includes(part)) return [part];
    conf.wrong(setting, `there is no partition ${part}`, meant(part, names), part, from);
    return [];
  });
}
