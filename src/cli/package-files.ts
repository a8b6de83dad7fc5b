import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Files that are shipped with the package: this file's own place depends on how it was built. */
function root(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

export function packagePath(...parts: string[]): string {
  return join(root(), ...parts);
}

export function packageText(...parts: string[]): string {
  return readFileSync(packagePath(...parts), "utf8");
}

/** Names of the shipped scenarios, without their ending. */
export function templates(): string[] {
  return readdirSync(packagePath("scenarios"))
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length))
    .sort();
}
