import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../core/errors.js";
import { makeFolders } from "../core/make-folders.js";
import { KIND, RUN_FILES, type RunFile } from "./manifest.js";

/**
 * A folder that holds a whole run or nothing: files are written into a folder with a temporary name beside the target,
 * which takes the target's name when all are complete.
 */
export class SavedRun {
  readonly #target: string;
  readonly #folder: string;
  /** The topmost parent that had to be made, to be taken away again when nothing is saved. */
  readonly #madeParent: string | undefined;
  readonly #open = new Map<RunFile, number>();

  /**
   * Prepares the target, before the simulation starts. Throws InputError `out/not-empty` for a folder that holds
   * anything but an earlier saved run, and `out/unwritable` when nothing can be written there.
   */
  constructor(target: string) {
    this.#target = resolve(target);
    refuseForeignFiles(target, this.#target);
    const parent = dirname(this.#target);
    try {
      this.#madeParent = makeFolders(parent);
      this.#folder = mkdtempSync(join(parent, `.${basename(this.#target)}.partial-`));
    } catch (error) {
      throw unwritable(target, error);
    }
  }

  /** Where a file of the run goes; opens it. */
  sink(name: RunFile): (chunk: string) => void {
    const file = this.#guard(name, () => openSync(join(this.#folder, name), "wx"));
    this.#open.set(name, file);
    return (chunk) => this.#guard(name, () => writeAll(file, Buffer.from(chunk)));
  }

  /** Writes a file in one go. */
  write(name: RunFile, text: string): void {
    this.#guard(name, () => writeFileSync(join(this.#folder, name), text, { flag: "wx" }));
  }

  /** The run is whole: writes its manifest and gives the folder its name. An earlier saved run there is replaced. */
  finish(manifest: { tool: { name: string; version: string }; scenario: string; seed: string }): void {
    this.#closeFiles();
    const files = [...readdirSync(this.#folder), "manifest.json"].sort();
    this.write(
      "manifest.json",
      `${JSON.stringify({ kind: KIND, version: "1.0", ...manifest, files }, null, 2)}\n`,
    );
    this.#guard("manifest.json", () => this.#takeName());
  }

  /** Nothing of the run is to be kept; safe to call at any time before `finish`, and twice. */
  discard(): void {
    this.#closeFiles();
    rmSync(this.#folder, { recursive: true, force: true });
    this.#removeMadeParents();
  }

  #takeName(): void {
    if (!existsSync(this.#target)) {
      renameSync(this.#folder, this.#target);
      return;
    }
    const old = mkdtempSync(join(dirname(this.#target), `.${basename(this.#target)}.old-`));
    renameSync(this.#target, join(old, "run"));
    try {
      renameSync(this.#folder, this.#target);
    } catch (error) {
      renameSync(join(old, "run"), this.#target);
      throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }

  #closeFiles(): void {
    for (const file of this.#open.values()) closeSync(file);
    this.#open.clear();
  }

  /** From the innermost out, as far as nothing else has come to lie there. */
  #removeMadeParents(): void {
    if (this.#madeParent === undefined) return;
    let made = dirname(this.#target);
    while (made.length >= this.#madeParent.length && existsSync(made) && readdirSync(made).length === 0) {
      rmdirSync(made);
      made = dirname(made);
    }
  }

  #guard<T>(name: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw unwritable(join(this.#target, name), error);
    }
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

function refuseForeignFiles(asGiven: string, target: string): void {
  const refuse = (message: string) => {
    throw new InputError({ code: "out/not-empty", message, hint: "name a folder that does not exist yet" });
  };
  let entries: string[];
  try {
    if (!existsSync(target)) return;
    if (!statSync(target).isDirectory()) refuse(`${asGiven} is a file, and a run is saved as a folder`);
    entries = readdirSync(target);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw unwritable(asGiven, error);
  }
  if (entries.length === 0) return;
  if (!isSavedRun(target))
    refuse(`${asGiven} is not empty, and does not hold a saved run that could be replaced`);
  const foreign = entries.filter((name) => !(RUN_FILES as readonly string[]).includes(name));
  if (foreign.length > 0) refuse(`${asGiven} holds a saved run, but also ${foreign[0]}, which would be lost`);
}

function isSavedRun(folder: string): boolean {
  try {
    return JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")).kind === KIND;
  } catch {
    return false;
  }
}

function unwritable(path: string, error: unknown): InputError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason: Record<string, string> = {
    EACCES: "permission denied",
    EPERM: "operation not permitted",
    EROFS: "the file system is read-only",
    ENOSPC: "no space is left",
    ENOTDIR: "a part of the path is not a folder",
    EEXIST: "a part of the path is not a folder",
    ENAMETOOLONG: "the name is too long",
  };
  return new InputError({
    code: "out/unwritable",
    message: `cannot write ${path}: ${reason[code ?? ""] ?? message}`,
    hint: "name a folder that can be written to",
  });
}
