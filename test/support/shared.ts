import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** The folder of public traces, measurements and large recordings, which never live in this repository. */
const data = process.env.WHOWAITS_DATA ?? join(root, "../shared");

/** A file of that folder, or undefined when this machine does not have it: such tests report themselves as skipped. */
export function sharedPath(path: string): string | undefined {
  const full = join(data, path);
  return existsSync(full) ? full : undefined;
}

/** A file of this repository. */
export function repoPath(path: string): string {
  return join(root, path);
}
