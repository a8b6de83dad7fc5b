import type { SlurmConfig } from "../model/config.js";
import type { Section } from "./section.js";

/** AccountingStorageEnforce; `limits` and `qos` imply `associations`, `safe` implies `limits`. */
export function readEnforce(conf: Section): SlurmConfig["enforce"] {
  const flags = conf.flags("AccountingStorageEnforce", [
    "associations",
    "limits",
    "nojobs",
    "nosteps",
    "qos",
    "safe",
    "wckeys",
    "all",
    "none",
    "0",
    "1",
    "2",
  ]);
  const all = flags.has("all");
  const safe = all || flags.has("safe");
  const limits = safe || flags.has("limits") || flags.has("2");
  const qos = all || flags.has("qos");
  const associations = limits || qos || flags.has("associations") || flags.has("wckeys") || flags.has("1");
  return { associations, limits, qos, safe, nojobs: flags.has("nojobs") };
}

/** Licenses, such as `matlab:4,ansys`; without a count there is one. */
export function readLicenses(conf: Section): Record<string, number> {
  const licenses: Record<string, number> = {};
  for (const { part, from, setting } of conf.list("Licenses")) {
    const [, name, count = "1"] = /^([^\s:*]+)(?:[:*](\d+))?$/.exec(part) ?? [];
    if (name === undefined) conf.wrong(setting, `"${part}" is not a licence`, "such as matlab:4", part, from);
    else licenses[name] = Number(count);
  }
  return licenses;
}
