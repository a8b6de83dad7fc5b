import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and the parents it lacks; the topmost one that was made. Node's own recursive mkdir (20.20) never
 * returns on a file system that answers ENOENT for ever, such as /proc.
 */
export function makeFolders(folder: string): string | undefined {
  if (existsSync(folder)) return undefined;
  const made = makeFolders(dirname(folder));
  mkdirSync(folder);
  return made ?? folder;
}
