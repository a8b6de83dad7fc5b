import { renameSync, rmSync, writeFileSync } from "node:fs";
import { InputError } from "../core/errors.js";

/**
 * Writes a file that appears when it is complete.
 *
 * @throws InputError `out/unwritable`
 */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const partial = `${file}.partial`;
  try {
    writeFileSync(partial, content);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw unwritable(file, error);
  }
}

/** What the system says of a file, as a mistake of the user's; other errors stay what they are. */
export function unwritable(file: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code === undefined) return error;
  return new InputError({
    code: "out/unwritable",
    message: `cannot write ${file}: ${(error as Error).message}`,
    hint: "name a file that can be written",
  });
}
