import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { InputError } from "../../core/errors.js";
import { closest } from "../../core/suggest.js";
import { problems } from "../problems.js";

const TRACE = /\.(swf|csv|jsonl|ndjson)(\.gz)?$/;
const SHOWN = 5;

/** Says why a path could not be opened or read, in terms of what the user can do. */
export async function openProblem(path: string, name: string, error: unknown): Promise<InputError> {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ENOTDIR") return problems.notFound(name, await nearMatches(path));
  if (code === "EISDIR") {
    const inside = traces(await list(path));
    return problems.isFolder(name, inside === "" ? "name a file" : `name one of its files: ${inside}`);
  }
  if (code === "EACCES" || code === "EPERM") return problems.unreadable(name, "permission denied");
  return problems.unreadable(name, error instanceof Error ? error.message : String(error));
}

async function nearMatches(path: string): Promise<string> {
  const folder = dirname(path);
  const files = await list(folder);
  if (files === undefined) {
    const near = closest(basename(folder), (await list(dirname(folder))) ?? []);
    return `there is no folder ${basename(folder)}${near === undefined ? "" : `; did you mean ${near}?`}`;
  }
  const near = closest(basename(path), files);
  if (near !== undefined) return `did you mean ${near}?`;
  const others = traces(files);
  return others === "" ? "no trace lies in that folder" : `traces in that folder: ${others}`;
}

async function list(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return undefined;
  }
}

function traces(files: string[] = []): string {
  const names = files.filter((file) => TRACE.test(file));
  return names.slice(0, SHOWN).join(", ") + (names.length > SHOWN ? ", …" : "");
}
