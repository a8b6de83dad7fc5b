import type { CommonLimits, QosConfig, TresLimits } from "../../model/config.js";
import type { Setting } from "../place.js";
import type { Section } from "../section.js";
import { parseMebibytes, parseSlurmMinutes } from "../time.js";
import { isTres, meantTres, tresName } from "../tres.js";

type Kind = "count" | "minutes" | "tres";

/** A limit under all names that sacctmgr has for it, in its options, its tables and its dumps. */
interface LimitName<K> {
  key: K;
  kind: Kind;
  names: readonly string[];
  /** Of a name from before TRES: which TRES it limits. */
  tres?: string;
}

type AnyLimit = keyof CommonLimits | "maxJobs" | "maxSubmitJobs" | keyof QosConfig;

const limit = (key: AnyLimit, kind: Kind, names: string, tres?: string): LimitName<AnyLimit> => ({
  key,
  kind,
  names: names.split(" "),
  ...(tres === undefined ? {} : { tres }),
});

/** Of associations and QOS. */
const COMMON = [
  limit("grpJobs", "count", "GrpJobs"),
  limit("grpSubmitJobs", "count", "GrpSubmitJobs GrpSubmit"),
  limit("grpJobsAccrue", "count", "GrpJobsAccrue"),
  limit("grpTres", "tres", "GrpTRES"),
  limit("grpTres", "tres", "GrpCPUs", "cpu"),
  limit("grpTres", "tres", "GrpNodes", "node"),
  limit("grpTres", "tres", "GrpMem", "mem"),
  limit("grpTresMins", "tres", "GrpTRESMins GrpTRESMin"),
  limit("grpTresMins", "tres", "GrpCPUMins", "cpu"),
  limit("grpTresRunMins", "tres", "GrpTRESRunMins GrpTRESRunMin"),
  limit("grpTresRunMins", "tres", "GrpCPURunMins", "cpu"),
  limit("grpWall", "minutes", "GrpWall"),
  limit("maxTresPerJob", "tres", "MaxTRESPerJob MaxTRES MaxTRESPJ"),
  limit("maxTresPerJob", "tres", "MaxCPUsPerJob MaxCPUs MaxCPUsPJ", "cpu"),
  limit("maxTresPerJob", "tres", "MaxNodesPerJob MaxNodes MaxNodesPJ", "node"),
  limit("maxTresPerNode", "tres", "MaxTRESPerNode MaxTRESPN"),
  limit("maxTresMinsPerJob", "tres", "MaxTRESMinsPerJob MaxTRESMins MaxTRESMinsPJ"),
  limit("maxTresMinsPerJob", "tres", "MaxCPUMinsPerJob MaxCPUMins", "cpu"),
  limit("maxWall", "minutes", "MaxWallDurationPerJob MaxWall MaxWallPJ MaxWallDuration"),
  limit("minPrioThreshold", "count", "MinPrioThreshold MinPrioThresh MinPrioThres MinPrio"),
] as const;

export const ASSOCIATION_LIMITS = [
  ...COMMON,
  limit("maxJobs", "count", "MaxJobs"),
  limit("maxJobsAccrue", "count", "MaxJobsAccrue"),
  limit("maxSubmitJobs", "count", "MaxSubmitJobs MaxSubmit"),
];

export const QOS_LIMITS = [
  ...COMMON,
  limit("maxJobsPerUser", "count", "MaxJobsPerUser MaxJobsPU MaxJobs"),
  limit("maxJobsPerAccount", "count", "MaxJobsPerAccount MaxJobsPA"),
  limit(
    "maxSubmitPerUser",
    "count",
    "MaxSubmitJobsPerUser MaxSubmitJobsPU MaxSubmitPU MaxSubmitJobs MaxSubmit",
  ),
  limit("maxSubmitPerAccount", "count", "MaxSubmitJobsPerAccount MaxSubmitJobsPA MaxSubmitPA"),
  limit("maxTresPerUser", "tres", "MaxTRESPerUser MaxTRESPU"),
  limit("maxTresPerUser", "tres", "MaxCPUsPerUser MaxCPUsPU", "cpu"),
  limit("maxTresPerUser", "tres", "MaxNodesPerUser MaxNodesPU", "node"),
  limit("maxTresPerAccount", "tres", "MaxTRESPerAccount MaxTRESPA"),
  limit("maxTresRunMinsPerUser", "tres", "MaxTRESRunMinsPerUser MaxTRESRunMinsPU"),
  limit("maxTresRunMinsPerAccount", "tres", "MaxTRESRunMinsPerAccount MaxTRESRunMinsPA"),
  limit("maxJobsAccrue", "count", "MaxJobsAccruePerUser MaxJobsAccruePU"),
  limit("minTresPerJob", "tres", "MinTRESPerJob MinTRES MinTRESPJ"),
  limit("minTresPerJob", "tres", "MinCPUs MinCPUsPerJob", "cpu"),
];

/** The limits that a record sets; -1 and an empty value are none. */
export function readLimits<T extends object>(section: Section, table: readonly LimitName<AnyLimit>[]): T {
  const limits: Record<string, number | TresLimits> = {};
  for (const { key, kind, names, tres } of table)
    for (const name of names) {
      const setting = section.get(name);
      if (setting === undefined || /^(-1|n\/a|none|)$/i.test(setting.value.trim())) continue;
      if (tres !== undefined)
        addTres(limits, key, `${tres}=${setting.value}`, setting, section, tres.length + 1);
      else if (kind === "tres") addTres(limits, key, setting.value, setting, section, 0);
      else {
        const value =
          kind === "minutes" ? parseSlurmMinutes(setting.value) : Number(setting.value.trim() || "x");
        if (value === undefined || !(value >= 0) || (kind === "count" && !Number.isInteger(value)))
          section.wrong(
            setting,
            `${setting.key} must be ${kind === "minutes" ? "a time" : "a whole number"}, not "${setting.value}"`,
            kind === "minutes" ? "minutes, H:M:S or D-H:M:S" : undefined,
          );
        else if (Number.isFinite(value)) limits[key] = value;
      }
    }
  return limits as T;
}

function addTres(
  limits: Record<string, number | TresLimits>,
  key: string,
  text: string,
  setting: Setting,
  section: Section,
  before: number,
): void {
  const found = readTres(text, setting, section, before);
  if (Object.keys(found).length > 0) limits[key] = { ...(limits[key] as TresLimits | undefined), ...found };
}

/** `cpu=60,mem=100G,gres/gpu=4`; memory in MiB. An amount of -1 is none. */
function readTres(text: string, setting: Setting, section: Section, before: number): TresLimits {
  const limits: TresLimits = {};
  let from = 0;
  for (const part of text.split(",")) {
    const at = Math.max(0, from - before);
    from += part.length + 1;
    if (part.trim() === "") continue;
    const equals = part.indexOf("=");
    const name = tresName(part.slice(0, Math.max(0, equals)));
    const amount = part.slice(equals + 1).trim();
    if (!isTres(name)) {
      const hint = meantTres(name);
      section.wrong(
        setting,
        `${setting.key} limits ${name === "" ? `"${part}"` : name}, which is not a TRES`,
        hint,
        part,
        at,
      );
      continue;
    }
    if (amount === "-1" || amount === "") continue;
    const value = /^(mem|bb\/|vmem)/.test(name) ? parseMebibytes(amount) : Number(amount);
    if (value === undefined || !(value >= 0))
      section.wrong(setting, `"${amount}" is not an amount of ${name}`, undefined, part, at);
    else limits[name] = value;
  }
  return limits;
}
