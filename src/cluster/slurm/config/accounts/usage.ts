import type { Problem } from "../../../../core/errors.js";
import type { Section } from "../section.js";
import { readTresNumbers } from "../tres.js";
import type { AccountRecord } from "./records.js";

/** Columns of sshare that say what was used. */
const USAGE = ["rawusage", "grptresraw"];

/** The name by which associations are found: of an account its own, of a user with account and partition. */
export function associationKey({ kind, name, settings }: AccountRecord): string {
  const get = (key: string) => settings.find((one) => one.key.toLowerCase() === key)?.value ?? "";
  if (kind !== "user") return name.value.toLowerCase();
  return `${get("account").toLowerCase()}\n${name.value}\n${get("partition")}`;
}

/**
 * Lays what was used before the run over the associations that there are: rows of `sshare -a -l -P`, or the same inline.
 *
 * @returns names of associations that have used something and are not among them
 */
export function layUsage(
  records: readonly AccountRecord[],
  accounts: ReadonlyMap<string, Section>,
  users: ReadonlyMap<string, Section>,
  problems: Problem[],
): string[] {
  const [first] = records;
  const told = records.some(({ settings }) => settings.some(isUsage));
  if (first !== undefined && !told)
    problems.push({
      code: "slurm/wrong-value",
      message: "nothing here says what was used: there is no RawUsage",
      ...first.name.place.value(),
      hint: "make it by sshare -a -l -P, or write { lab: { RawUsage: 3600 } }",
    });
  return records.flatMap((record) => {
    const { kind, name, settings } = record;
    const section = (kind === "user" ? users : accounts).get(associationKey(record));
    const usage = settings.filter(isUsage);
    for (const setting of usage) section?.set(setting);
    if (section !== undefined || usage.every(({ value }) => /^0*$/.test(value))) return [];
    const account = settings.find(({ key }) => key.toLowerCase() === "account")?.value;
    return [kind === "user" ? `${name.value} in ${account}` : name.value];
  });
}

function isUsage({ key }: { key: string }): boolean {
  return USAGE.includes(key.toLowerCase());
}

/** RawUsage and GrpTRESRaw of an association. */
export function readUsage(section: Section): { rawUsage?: number; grpTresRaw?: Record<string, number> } {
  const setting = section.get("RawUsage");
  const raw = setting === undefined || setting.value === "" ? undefined : section.number("RawUsage");
  if (raw !== undefined && raw < 0)
    section.wrong(setting!, "RawUsage is a number of billing seconds from 0 on");
  const tres = readTresNumbers(section, "GrpTRESRaw");
  return {
    ...(raw === undefined || raw < 0 ? {} : { rawUsage: raw }),
    ...(tres === undefined ? {} : { grpTresRaw: tres }),
  };
}
