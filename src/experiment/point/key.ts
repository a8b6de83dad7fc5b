import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { basename, isAbsolute, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { canonicalJson } from "../../core/canonical.js";
import { VERSION } from "../../core/version.js";
import type { LoadedScenario } from "../../scenario/load.js";

/** SHA-256 of files by absolute path: an experiment reads each of them once, however many points use it. */
export class FileHashes {
  readonly #known = new Map<string, Promise<string> | undefined>();

  /** SHA-256, in hex, of a file's bytes; undefined when the path names none. */
  of(path: string): Promise<string> | undefined {
    if (!this.#known.has(path)) this.#known.set(path, isFile(path) ? hashFile(path) : undefined);
    return this.#known.get(path);
  }
}

/**
 * Names the result of a scenario by everything that it depends on: the resolved scenario with its seed, this program's
 * version, and the content of every file that a value of the scenario names (traces, models, a user's policies; not what
 * those read in turn). SHA-256 in hex.
 */
export async function keyOf(loaded: LoadedScenario, hashes: FileHashes): Promise<string> {
  const files = await filesOf(loaded, hashes);
  return createHash("sha256")
    .update(canonicalJson({ version: VERSION, scenario: loaded.hash, files }))
    .digest("hex");
}

/** SHA-256 of the files that values of a scenario name, by the path as it is given; of an absolute one by its last part. */
export async function filesOf(
  { scenario, folder }: LoadedScenario,
  hashes: FileHashes,
): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const text of texts(scenario)) {
    const content = hashes.of(resolve(folder, text));
    if (content !== undefined) contents[isAbsolute(text) ? basename(text) : text] = await content;
  }
  return contents;
}

function* texts(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) yield* texts(inner);
}

function isFile(path: string): boolean {
  return !path.includes("\u0000") && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
