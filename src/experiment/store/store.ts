import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { InputError } from "../../core/errors.js";
import { makeFolders } from "../../core/make-folders.js";
import type { Result } from "../../metrics/result.js";

/** A temporary file that old was left behind by a process that was killed. */
const STALE_MS = 24 * 3600 * 1000;
const UNFINISHED = "unfinished";

/**
 * Results by the key of their content, one packed file each. Several processes, on several machines that share the
 * folder, may read and write at once: a result appears under its name when it is whole, and a file that is torn anyway
 * (a disk that lost power) fails gzip's checksum and counts as absent.
 */
export class ResultStore {
  readonly folder: string;
  #made = new Set<string>();

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  /**
   * Makes the folder and shows that it can be written.
   *
   * @throws InputError `store/unwritable`, `store/full`
   */
  open(): this {
    const unfinished = join(this.folder, UNFINISHED);
    const probe = join(unfinished, this.#temporary("probe"));
    this.guard(() => {
      makeFolders(unfinished);
      for (const name of readdirSync(unfinished)) {
        const file = join(unfinished, name);
        const stat = statSync(file, { throwIfNoEntry: false });
        if (stat !== undefined && Date.now() - stat.mtimeMs > STALE_MS) rmSync(file, { force: true });
      }
      writeFileSync(probe, "");
      rmSync(probe);
    });
    return this;
  }

  /** The result that is kept under a key; undefined when there is none that is whole. */
  get(key: string): Result | undefined {
    const file = this.#file(key);
    if (!existsSync(file)) return undefined;
    try {
      const result = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Result;
      return Array.isArray(result.metrics) ? result : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether there is a file for a key; `get` alone tells whether it is whole. */
  has(key: string): boolean {
    return existsSync(this.#file(key));
  }

  /** @throws InputError `store/unwritable`, `store/full`; nothing is left half-written */
  put(key: string, result: Result): void {
    const temporary = join(this.folder, UNFINISHED, this.#temporary(key));
    const file = this.#file(key);
    const shelf = join(file, "..");
    this.guard(() => {
      try {
        if (!this.#made.has(shelf)) makeFolders(shelf);
        this.#made.add(shelf);
        writeFileSync(temporary, gzipSync(JSON.stringify(result), { level: 1 }));
        renameSync(temporary, file);
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
    });
  }

  #file(key: string): string {
    return join(this.folder, key.slice(0, 2), `${key}.json.gz`);
  }

  #temporary(key: string): string {
    return `${key}.${randomUUID()}`;
  }

  /**
   * Writes something into the folder.
   *
   * @throws InputError `store/unwritable`, `store/full`
   */
  guard<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      const full = code === "ENOSPC" || code === "EDQUOT";
      throw new InputError({
        code: full ? "store/full" : "store/unwritable",
        message: full
          ? `there is no room left for results in ${this.folder}`
          : `cannot write results to ${this.folder}: ${message}`,
        hint: full
          ? "make room and run the same command again: what was kept is not run twice"
          : "name another folder with --store",
      });
    }
  }
}
