import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { InputError } from "../core/errors.js";
import type { PolicyInfo } from "../core/policy-info.js";

/** What an object of each kind must be able to do. */
const METHODS: Record<PolicyInfo["kind"], readonly string[]> = {
  cluster: ["pass"],
  request: ["schedule", "complete"],
  router: ["pick"],
};

/** A scenario names a module by a path, a policy of ours by a bare name. */
export function isModulePath(name: string): boolean {
  return /^\.{0,2}\//.test(name) || /\.[cm]?js$/.test(name);
}

/**
 * Loads a user's own policy: a JavaScript module whose default export is an entry like those of our registries,
 * `{ create(options, random), info? }`. Without `info.options` it takes whatever options the scenario gives.
 *
 * @param file the module's absolute path
 * @param name the path as the user wrote it
 * @throws InputError when there is no such file, it cannot be loaded, or it exports no policy
 */
export async function loadUserModule<Entry extends { info: PolicyInfo; create: unknown }>(
  file: string,
  name: string,
  kind: PolicyInfo["kind"],
  path: readonly (string | number)[],
): Promise<{ entry: Entry; checked: boolean }> {
  const problem = (code: string, message: string, hint: string) =>
    new InputError({ code, message, hint, path });
  if (!existsSync(file))
    throw problem(
      "scenario/missing-module",
      `there is no module ${name}`,
      "paths are relative to the scenario's folder",
    );
  let exported: unknown;
  try {
    exported = ((await import(pathToFileURL(file).href)) as { default?: unknown }).default;
  } catch (error) {
    throw problem(
      "scenario/broken-module",
      `the module ${name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      "try it alone: node --check on the module",
    );
  }
  const entry = exported as Partial<Entry> | undefined;
  if (typeof entry !== "object" || entry === null || typeof entry.create !== "function")
    throw problem(
      "scenario/no-policy",
      `the module ${name} exports no policy`,
      `export default { create(options, random) { return { ${METHODS[kind].map((name) => `${name}(…) { … }`).join(", ")} } } }`,
    );
  const info: PolicyInfo = {
    name,
    kind,
    summary: "a user's own policy",
    follows: name,
    simplifies: [],
    options: [],
    ...(entry.info ?? {}),
  };
  const make = entry.create.bind(entry) as (...args: unknown[]) => unknown;
  const create = (...args: unknown[]) => {
    const made = make(...args) as Record<string, unknown> | undefined;
    const missing = METHODS[kind].filter((method) => typeof made?.[method] !== "function");
    if (missing.length === 0) return made;
    throw problem(
      "scenario/no-policy",
      `what the module ${name} creates has no ${missing.join(" and no ")}`,
      `create must return { ${METHODS[kind].map((method) => `${method}(…) { … }`).join(", ")} }`,
    );
  };
  return {
    entry: { ...entry, info, create } as Entry,
    checked: entry.info?.options !== undefined,
  };
}
