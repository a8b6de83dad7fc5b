import type { Problem } from "../../../../core/errors.js";
import { placeInScenario, type Setting } from "../place.js";
import type { AccountRecord } from "./records.js";

type Path = readonly (string | number)[];

/** A value of the scenario as Slurm's text: lists with commas, mappings as `key=value`. */
export function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(",");
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([key, one]) => `${key}=${asText(one)}`)
      .join(",");
  if (value === true) return "YES";
  return value === false ? "NO" : String(value ?? "");
}

/** The settings of a mapping of the scenario, each with its path. */
export function inlineSettings(
  mapping: Readonly<Record<string, unknown>>,
  path: Path,
  skip: readonly string[] = [],
): Setting[] {
  return Object.entries(mapping)
    .filter(([key]) => !skip.includes(key))
    .map(([key, value]) => ({ key, value: asText(value), place: placeInScenario([...path, key]) }));
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Accounts as a scenario writes them: `lab: {Parent: org, Fairshare: 40, Users: {anna: {Fairshare: 2}}}`.
 *
 * @param path keys from the scenario's root
 */
export function inlineAccounts(
  accounts: Readonly<Record<string, unknown>>,
  path: Path,
  problems: Problem[],
): AccountRecord[] {
  const records: AccountRecord[] = [];
  for (const [account, value] of Object.entries(accounts)) {
    const at = [...path, account];
    const name = { key: "Account", value: account, place: placeInScenario(at) };
    if (!checkMapping(value, at, problems)) continue;
    records.push({ kind: "account", name, settings: inlineSettings(value ?? {}, at, ["Users"]) });
    const users = value?.Users;
    if (Array.isArray(users))
      for (const [i, user] of users.entries())
        records.push(userOf(String(user), {}, name, [...at, "Users", i]));
    else if (isMapping(users))
      for (const [user, settings] of Object.entries(users)) {
        const own = [...at, "Users", user];
        if (checkMapping(settings, own, problems)) records.push(userOf(user, settings ?? {}, name, own));
      }
    else if (users !== undefined && users !== null)
      problems.push({
        code: "slurm/wrong-value",
        message: '"Users" must be a list of names, or a mapping of names to their settings',
        path: [...at, "Users"],
      });
  }
  return records;
}

function userOf(
  user: string,
  settings: Readonly<Record<string, unknown>>,
  account: Setting,
  path: Path,
): AccountRecord {
  return {
    kind: "user",
    name: { key: "User", value: user, place: placeInScenario(path) },
    settings: [...inlineSettings(settings, path), account],
  };
}

/** QOS as a scenario writes them: `high: {Priority: 100, Preempt: [normal]}`. */
export function inlineQos(
  qos: Readonly<Record<string, unknown>>,
  path: Path,
  problems: Problem[],
): AccountRecord[] {
  return Object.entries(qos).flatMap(([name, value]) => {
    const at = [...path, name];
    if (!checkMapping(value, at, problems)) return [];
    const setting = { key: "Name", value: name, place: placeInScenario(at) };
    return [{ kind: "qos", name: setting, settings: inlineSettings(value ?? {}, at) }];
  });
}

function checkMapping(
  value: unknown,
  path: Path,
  problems: Problem[],
): value is Readonly<Record<string, unknown>> | null | undefined {
  if (value === null || value === undefined || isMapping(value)) return true;
  problems.push({
    code: "slurm/wrong-value",
    message: `"${path.at(-1)}" must be a mapping of settings`,
    path: [...path],
    hint: "such as { Fairshare: 40, GrpTRES: cpu=100 }",
  });
  return false;
}
