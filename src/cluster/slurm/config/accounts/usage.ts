import type { Problem } from "../../../../core/errors.js";
import { closest } from "../../../../core/suggest.js";
import type { UsedBefore } from "../../model/config.js";
import type { ConfFile } from "../read-lines.js";
import type { Section } from "../section.js";
import { readTresNumbers } from "../tres.js";
import { isAssocMgr, readAssocMgr } from "./assoc-mgr.js";
import { inlineAccounts, inlineQos, isMapping } from "./inline.js";
import { type AccountRecord, readRecords } from "./records.js";

/** What says how much was used: columns of sshare, and GrpWall as it is called there for TRES. */
const USAGE = ["RawUsage", "GrpTRESRaw", "GrpWallRaw"];

/** The name by which associations are found: of an account its own, of a user with account and partition. */
export function associationKey({ kind, name, settings }: AccountRecord): string {
  const get = (key: string) => settings.find((one) => one.key.toLowerCase() === key)?.value ?? "";
  if (kind !== "user") return name.value.toLowerCase();
  return `${get("account").toLowerCase()}\n${name.value}\n${get("partition")}`;
}

/** A file of `scontrol show assoc_mgr` or of `sshare -a -l -P`, told apart by what it says. */
export function readUsageFile(text: string, file: ConfFile, problems: Problem[]): AccountRecord[] {
  return isAssocMgr(text) ? readAssocMgr(text, file.name, problems) : readRecords(text, file, problems);
}

/**
 * Usage as a scenario writes it: `lab: {RawUsage: 90, Users: {anna: {RawUsage: 30}}}`, and that of QOS under `qos`.
 *
 * @param path keys from the scenario's root
 */
export function inlineUsage(
  { qos, ...accounts }: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
  problems: Problem[],
): AccountRecord[] {
  const records = inlineAccounts(accounts, path, problems);
  if (isMapping(qos)) records.push(...inlineQos(qos, [...path, "qos"], problems));
  else if (qos !== undefined && qos !== null)
    problems.push({
      code: "slurm/wrong-value",
      message: '"qos" must be a mapping of QOS to what was used',
      path: [...path, "qos"],
      hint: 'such as { high: { GrpTRESRaw: "cpu=600", GrpWallRaw: 90 } }',
    });
  for (const { kind, settings } of records)
    for (const setting of settings)
      if (!isUsage(setting) && !(kind === "user" && setting.key === "Account")) {
        const near = closest(setting.key, USAGE);
        problems.push({
          code: "slurm/unknown-key",
          message: `usage has no "${setting.key}"`,
          ...setting.place.key(),
          hint: near === undefined ? `there are ${USAGE.join(", ")}` : `did you mean ${near}?`,
        });
      }
  return records;
}

/** The associations and QOS that there are, by name. */
export interface Owners {
  accounts: ReadonlyMap<string, Section>;
  users: ReadonlyMap<string, Section>;
  qos: ReadonlyMap<string, Section>;
}

/**
 * Lays what was used before the run over the associations and QOS that there are.
 *
 * @returns names of those that have used something and are not among them
 */
export function layUsage(records: readonly AccountRecord[], owners: Owners, problems: Problem[]): string[] {
  const [first] = records;
  const told = records.some(({ settings }) => settings.some(isUsage));
  if (first !== undefined && !told)
    problems.push({
      code: "slurm/wrong-value",
      message: "nothing here says what was used: there is no RawUsage",
      ...first.name.place.value(),
      hint: "make it by scontrol show assoc_mgr or sshare -a -l -P, or write { lab: { RawUsage: 3600 } }",
    });
  return records.flatMap((record) => {
    const { kind, name, settings } = record;
    const all = kind === "user" ? owners.users : kind === "qos" ? owners.qos : owners.accounts;
    const section = all.get(associationKey(record));
    const usage = settings.filter(isUsage);
    for (const setting of usage) section?.set(setting);
    if (section !== undefined || usage.every(({ value }) => isNothing(value))) return [];
    if (kind === "qos") return [`QOS ${name.value}`];
    const account = settings.find(({ key }) => key.toLowerCase() === "account")?.value;
    return [kind === "user" ? `${name.value} in ${account}` : name.value];
  });
}

function isUsage({ key }: { key: string }): boolean {
  return USAGE.some((one) => one.toLowerCase() === key.toLowerCase());
}

function isNothing(value: string): boolean {
  return value.split(",").every((part) => /^[0.]*$/.test(part.slice(part.indexOf("=") + 1)));
}

/** RawUsage, GrpTRESRaw and GrpWallRaw of an association or a QOS. */
export function readUsage(section: Section): UsedBefore {
  const raw = notNegative(section, "RawUsage", "billing seconds");
  const wall = notNegative(section, "GrpWallRaw", "minutes");
  const tres = readTresNumbers(section, "GrpTRESRaw");
  return {
    ...(raw === undefined ? {} : { rawUsage: raw }),
    ...(wall === undefined ? {} : { grpWallRaw: wall }),
    ...(tres === undefined ? {} : { grpTresRaw: tres }),
  };
}

function notNegative(section: Section, key: string, unit: string): number | undefined {
  const setting = section.get(key);
  const value = setting === undefined || setting.value === "" ? undefined : section.number(key);
  if (value === undefined || value >= 0) return value;
  section.wrong(setting!, `${key} is a number of ${unit} from 0 on`);
  return undefined;
}
