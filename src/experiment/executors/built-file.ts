import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the build puts the entries of other processes, from the package's root. */
const BUILT = "dist/experiment/executors";

/**
 * The file that another process starts with: beside this one where files are compiled one by one, else in the package's
 * build, whose bundler moves this code about.
 */
export function builtFile(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, `${name}.js`);
  if (existsSync(beside)) return beside;
  let root = here;
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  return join(root, BUILT, `${name}.js`);
}
