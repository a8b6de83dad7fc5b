import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../core/errors.js";
import { RESULT_SCHEMA_VERSION, type Result } from "../metrics/result.js";
import { KIND } from "./manifest.js";

/**
 * The result of a folder that `--out` wrote, and where its journal lies.
 *
 * @throws InputError `run/not-a-run`, and `run/version` for a result that a later program wrote
 */
export function readSavedRun(folder: string): { result: Result; journal: string | undefined } {
  const wrong = (code: string, message: string, hint: string) => new InputError({ code, message, hint });
  if (readJson(join(folder, "manifest.json"))?.kind !== KIND)
    throw wrong(
      "run/not-a-run",
      `${folder} does not hold a saved run`,
      "whowaits run SCENARIO --out FOLDER makes one",
    );
  const result = readJson(join(folder, "result.json")) as Result | undefined;
  if (!Array.isArray(result?.metrics))
    throw wrong("run/not-a-run", `${folder}/result.json is damaged`, "run the scenario again");
  const major = (version: string) => version.split(".")[0];
  if (major(result.schemaVersion) !== major(RESULT_SCHEMA_VERSION))
    throw wrong(
      "run/version",
      `${folder} holds a result of version ${result.schemaVersion}, and this program reads ${RESULT_SCHEMA_VERSION}`,
      "run the scenario again with this program",
    );
  const journal = join(folder, "journal.jsonl");
  return { result, journal: existsSync(journal) ? journal : undefined };
}

function readJson(file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
