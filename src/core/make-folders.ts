import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and the parents it lacks; the topmost one that was made. Node's own recursive mkdir (20.20) never
 * returns on a file system that answers ENOENT for ever, such as /proc. Another process may make the same at once.
 */
export function makeFolders(folder: string): string | undefined {
  if (existsSync(folder)) return undefined;
  const made = makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return made ?? folder;
}
