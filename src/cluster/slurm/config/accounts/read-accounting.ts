import type { Problem } from "../../../../core/errors.js";
import { closest } from "../../../../core/suggest.js";
import {
  type AccountingConfig,
  type AssociationConfig,
  type PreemptMode,
  type QosConfig,
  qosFlags,
} from "../../model/config.js";
import { nearest } from "../read-nodes.js";
import { Section } from "../section.js";
import { ASSOCIATION_LIMITS, QOS_LIMITS, readLimits } from "./limits.js";
import type { AccountRecord } from "./records.js";
import { associationKey, layUsage, readUsage } from "./usage.js";

/** The number by which sacctmgr's dumps write `Fairshare=parent`. */
const USE_PARENT = "2147483647";

/** Settings of associations and QOS that are no limits; the last lines have no influence on scheduling. */
const ASSOCIATION_OTHER = `Account User Cluster ParentName Parent Partition Share Fairshare RawShares Priority QOS
  QosLevel DefaultQOS DefaultAccount
  QosRaw Admin AdminLevel Coordinator Coordinators Description Descr Organization Org DefaultWCKey WCKeys
  Classification ID ParentID LFT RGT Comment Flags Lineage RawUsage GrpTRESRaw GrpWallRaw`;
const QOS_OTHER = `Name Priority Preempt PreemptMode PreemptExemptTime GraceTime UsageFactor UsageThreshold
  LimitFactor Flags
  Description Descr ID RawUsage GrpTRESRaw GrpWallRaw ParentQOS`;

/**
 * The accounts database, from records of which later ones change what earlier ones say. Parents may come after their
 * children.
 *
 * @param qosGiven QOS were listed: a name that is not among them is an error
 * @param usage what was used before the run
 * @param strangers gets the names of associations and QOS that have used something and are not among those recorded
 */
export function readAccounting(
  records: readonly AccountRecord[],
  qosGiven: boolean,
  problems: Problem[],
  usage: readonly AccountRecord[] = [],
  strangers: string[] = [],
): AccountingConfig {
  const qos = new Map<string, Section>([["normal", new Section(problems)]]);
  const accounts = new Map<string, Section>([["root", new Section(problems)]]);
  const users = new Map<string, Section>();
  for (const record of records) {
    const { kind, name, settings } = record;
    const id = name.value.toLowerCase();
    const known = kind === "qos" ? QOS_KEYS : ASSOCIATION_KEYS;
    for (const setting of settings)
      if (!known.has(setting.key.toLowerCase())) unknown(setting, known, kind, problems);
    if (kind === "qos") put(qos, id, settings, problems);
    else if (kind === "user") {
      put(users, associationKey(record), [...settings, { ...name, key: "User" }], problems);
    } else put(accounts, kind === "cluster" ? "root" : id, settings, problems);
  }
  strangers.push(...layUsage(usage, { accounts, users, qos }, problems));
  const names = [...qos.keys()];
  const check = (section: Section, key: string) => qosNames(section, key, qosGiven ? names : undefined);
  const accountList = orderAccounts(accounts, check, problems);
  const userList = readUsers(users, new Map(accountList.map((one) => [one.account, one])), check);
  const list = [...qos].map(([name, section]) => readQos(name, section, check));
  for (const one of [...accountList, ...userList])
    for (const name of one.qos ?? [])
      if (!qos.has(name)) {
        qos.set(name, new Section(problems));
        list.push(readQos(name, qos.get(name)!, check));
      }
  return { qos: list, accounts: accountList, users: userList };
}

const ASSOCIATION_KEYS = keys(ASSOCIATION_LIMITS, ASSOCIATION_OTHER);
const QOS_KEYS = keys(QOS_LIMITS, QOS_OTHER);

/** Names by their small letters. */
function keys(limits: readonly { names: readonly string[] }[], others: string): ReadonlyMap<string, string> {
  const names = [...limits.flatMap((one) => one.names), ...others.split(/\s+/)];
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

function unknown(
  { key, place }: AccountRecord["settings"][number],
  known: ReadonlyMap<string, string>,
  kind: string,
  problems: Problem[],
): void {
  const near = closest(key, known.values());
  problems.push({
    code: "slurm/unknown-key",
    message: `${kind === "qos" ? "a QOS" : "an association"} has no "${key}"`,
    ...place.key(),
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  });
}

function put(
  map: Map<string, Section>,
  key: string,
  settings: AccountRecord["settings"],
  problems: Problem[],
): void {
  let section = map.get(key);
  if (section === undefined) {
    section = new Section(problems);
    map.set(key, section);
  }
  for (const setting of settings) section.set(setting);
}

type CheckNames = (section: Section, key: string) => string[] | undefined;

/** QOS names of a list; undefined when there is none. */
function qosNames(section: Section, key: string, known: readonly string[] | undefined): string[] | undefined {
  const parts = section.list(key);
  if (parts.length === 0) return undefined;
  return parts.flatMap(({ part, from, setting }) => {
    const sign = /^[+-]/.exec(part)?.[0] ?? "";
    const name = part.slice(sign.length).toLowerCase();
    if (known === undefined || known.includes(name)) return [sign + name];
    section.wrong(setting, `there is no QOS "${name}"`, nearest(name, known), part, from);
    return [];
  });
}

/** `+name` and `-name` change what the parent has. */
function inherit(names: string[] | undefined, above: readonly string[] | undefined): string[] | undefined {
  if (names === undefined || !names.some((name) => /^[+-]/.test(name))) return names;
  const result = new Set(above ?? []);
  for (const name of names)
    if (name.startsWith("-")) result.delete(name.slice(1));
    else result.add(name.replace(/^\+/, ""));
  return [...result];
}

function association(
  ids: Pick<AssociationConfig, "account" | "user" | "partition" | "parent">,
  section: Section,
  check: CheckNames,
  above: AssociationConfig | undefined,
): AssociationConfig {
  const share = section.get("Fairshare") ?? section.get("Share") ?? section.get("RawShares");
  const usesParent = share !== undefined && (/^parent$/i.test(share.value) || share.value === USE_PARENT);
  const names = check(section, "QOS") ?? check(section, "QosLevel");
  const defaultQos = (section.text("DefaultQOS") ?? "").toLowerCase();
  const qos = inherit(names, above?.qos);
  return {
    ...ids,
    fairshare: usesParent ? "parent" : share === undefined ? 1 : (section.integer(share.key) ?? 1),
    priority: section.text("Priority") ? (section.integer("Priority") ?? 0) : 0,
    ...(qos === undefined ? {} : { qos }),
    ...(defaultQos === "" ? {} : { defaultQos }),
    ...readUsage(section),
    ...readLimits<Partial<AssociationConfig>>(section, ASSOCIATION_LIMITS),
  };
}

/** Parents before children, else in the order given. */
function orderAccounts(
  accounts: ReadonlyMap<string, Section>,
  check: CheckNames,
  problems: Problem[],
): AssociationConfig[] {
  const done = new Map<string, AssociationConfig>();
  const parentOf = (name: string, section: Section) =>
    name === "root" ? "" : (section.text("ParentName") ?? section.text("Parent") ?? "root").toLowerCase();
  const add = (name: string, chain: readonly string[]): AssociationConfig | undefined => {
    const there = done.get(name);
    const section = accounts.get(name);
    if (there !== undefined || section === undefined) return there;
    const parent = parentOf(name, section);
    const setting = section.get("ParentName") ?? section.get("Parent");
    if (chain.includes(name)) {
      problems.push({
        code: "slurm/account-cycle",
        message: `the account ${name} is its own ancestor`,
        ...(setting?.place.value() ?? {}),
      });
      return undefined;
    }
    const above = parent === "" ? undefined : add(parent, [...chain, name]);
    if (
      parent !== "" &&
      above === undefined &&
      setting !== undefined &&
      !chain.includes(parent) &&
      !accounts.has(parent)
    )
      section.wrong(setting, `there is no account "${parent}"`, nearest(parent, accounts.keys()));
    const made = association({ account: name, user: "", partition: "", parent }, section, check, above);
    if (!done.has(name)) done.set(name, made);
    return made;
  };
  for (const name of accounts.keys()) add(name, []);
  return [...done.values()];
}

function readUsers(
  users: ReadonlyMap<string, Section>,
  accounts: ReadonlyMap<string, AssociationConfig>,
  check: CheckNames,
): AssociationConfig[] {
  const list: AssociationConfig[] = [];
  for (const [key, section] of users) {
    const [account, user, partition] = key.split("\n") as [string, string, string];
    const above = accounts.get(account);
    if (above === undefined) {
      const message = `the user ${user} is in the account "${account}", which there is not`;
      section.wrong(section.get("User")!, message, nearest(account, accounts.keys()));
      continue;
    }
    const made = association({ account, user, partition, parent: "" }, section, check, above);
    made.isDefault = section.text("DefaultAccount")?.toLowerCase() === account;
    list.push(made);
  }
  // A user whose default account is not told, or not among those given, has the first one.
  const settled = new Set(list.filter((one) => one.isDefault).map((one) => one.user));
  for (const one of list)
    if (!settled.has(one.user)) {
      one.isDefault = true;
      settled.add(one.user);
    }
  return list;
}

function readQos(name: string, section: Section, check: CheckNames): QosConfig {
  const optional = (key: string) => (section.text(key) ? section.number(key) : undefined);
  const threshold = optional("UsageThreshold");
  const limitFactor = optional("LimitFactor");
  const exempt = section.text("PreemptExemptTime") ? section.seconds("PreemptExemptTime") : undefined;
  return {
    name,
    priority: section.text("Priority") ? (section.integer("Priority") ?? 0) : 0,
    preempt: check(section, "Preempt") ?? [],
    preemptMode: preemptMode(section),
    graceTime: graceTime(section),
    preemptExemptTime: exempt,
    usageFactor: optional("UsageFactor") ?? 1,
    ...(threshold === undefined ? {} : { usageThreshold: threshold }),
    ...(limitFactor === undefined || limitFactor === 0 ? {} : { limitFactor }),
    flags: [...section.flags("Flags", qosFlags)],
    ...readUsage(section),
    ...readLimits<Partial<QosConfig>>(section, QOS_LIMITS),
  };
}

/** A bare number is seconds here, not minutes. */
function graceTime(section: Section): number {
  const text = section.text("GraceTime");
  if (text === undefined || text === "") return 0;
  return /^\d+$/.test(text) ? Number(text) : (section.seconds("GraceTime") ?? 0);
}

function preemptMode(section: Section): PreemptMode | undefined {
  if (/^(cluster|)$/i.test(section.text("PreemptMode") ?? "")) return undefined;
  const modes = section.flags("PreemptMode", ["OFF", "CANCEL", "REQUEUE", "SUSPEND", "GANG", "WITHIN"]);
  return (["CANCEL", "REQUEUE", "SUSPEND", "WITHIN", "OFF"] as const).find((mode) => modes.has(mode));
}
