import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { InputError } from "../core/errors.js";
import { closest } from "../core/suggest.js";
import { formatBytes } from "../core/units.js";

const LARGEST = 4 * 2 ** 20;

/**
 * The text of a scenario file.
 *
 * @throws InputError when it is missing, a folder, not readable, far too large, or not UTF-8 text
 */
export async function readScenario(path: string): Promise<string> {
  const at = { file: path, line: 1, column: 1, length: 1 };
  const wrong = (code: string, message: string, hint: string) =>
    new InputError({ code: `scenario/${code}`, message, at, hint });
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > LARGEST)
      throw wrong(
        "not-a-scenario",
        `${formatBytes(size)} is too large for a scenario`,
        "a trace goes into its jobs: or requests: key",
      );
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw wrong("missing-file", "there is no such file", await nearby(path));
    if (code === "EISDIR") throw wrong("missing-file", "this is a folder", "name a scenario in it");
    throw wrong("unreadable", `it cannot be read: ${code ?? String(error)}`, "check its permissions");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw wrong("not-a-scenario", "this is not UTF-8 text", "a scenario is a YAML or JSON file");
  }
}

async function nearby(path: string): Promise<string> {
  let files: string[];
  try {
    files = (await readdir(dirname(path))).filter((file) => /\.(ya?ml|json)$/.test(file)).sort();
  } catch {
    return `there is no folder ${dirname(path)}`;
  }
  const near = closest(basename(path), files);
  return near === undefined ? "whowaits init writes one to begin with" : `did you mean ${near}?`;
}
