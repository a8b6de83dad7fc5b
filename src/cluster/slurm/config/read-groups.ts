import { join } from "node:path";
import type { Problem } from "../../../core/errors.js";
import { isMapping } from "./accounts/inline.js";
import { readText } from "./read-lines.js";

/** Users by Unix group, those whose primary group it is included. */
export type Groups = ReadonlyMap<string, ReadonlySet<string>>;

const PATH = ["scheduler", "groups"];
const FORM = "name:x:id:user,user from `getent group`, or a line of `getent passwd`";

/**
 * `groups:` of the scenario's scheduler, for AllowGroups: a mapping of groups to users, or a file of `getent group`, with the
 * lines of `getent passwd` in it for primary groups. Undefined when it is not given. What is wrong goes into `problems`.
 */
export function readGroups(value: unknown, folder: string, problems: Problem[]): Groups | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string") return ofFile(value, folder, problems);
  if (isMapping(value)) return ofMapping(value, problems);
  const message = '"groups" must be a file that getent wrote, or a mapping of groups to lists of users';
  problems.push({ code: "slurm/wrong-value", message, path: PATH });
  return undefined;
}

function ofMapping(value: Readonly<Record<string, unknown>>, problems: Problem[]): Groups {
  const groups = new Map<string, Set<string>>();
  for (const [name, users] of Object.entries(value)) {
    const list = Array.isArray(users) ? users : [users];
    const wrong = list.find((user) => typeof user !== "string" || !isName(user));
    if (wrong === undefined) groups.set(name, new Set(list as string[]));
    else
      problems.push({
        code: "slurm/wrong-value",
        message: `the group ${name} must be a list of users, not ${JSON.stringify(wrong)}`,
        path: [...PATH, name],
      });
  }
  return groups;
}

function ofFile(name: string, folder: string, problems: Problem[]): Groups | undefined {
  const file = { path: name.startsWith("/") ? name : join(folder, name), name };
  const text = readText(file, problems, { path: PATH });
  if (text === undefined) return undefined;
  const groups = new Map<string, Set<string>>();
  const byId = new Map<string, string>();
  const primary: [user: string, id: string][] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const fields = line.split(":");
    if (fields.length === 4 && isName(fields[0]!)) {
      const [group, , id, users] = fields as [string, string, string, string];
      byId.set(id, group);
      groups.set(group, new Set(users.split(",").filter((user) => user !== "")));
    } else if (fields.length === 7 && isName(fields[0]!)) primary.push([fields[0]!, fields[3]!]);
    else
      problems.push({
        code: "slurm/syntax",
        message: "this is no line of groups or users",
        hint: FORM,
        at: { file: file.name, line: i + 1, column: 1, length: line.length, text: line },
      });
  }
  for (const [user, id] of primary) groups.get(byId.get(id) ?? "")?.add(user);
  return groups;
}

function isName(text: string): boolean {
  return /^[^\s:,]+$/.test(text);
}
