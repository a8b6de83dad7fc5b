import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Outcome, Task } from "../../point/point.js";

/** Names of arrays begin so, which tells them from the user's other jobs. */
const PREFIX = "whowaits-";

/** What a task of an array writes as it goes; results themselves go to the store. */
export type Word =
  | { readonly began: true }
  /** The store has the result. */
  | { readonly key: string; readonly kept: true }
  | { readonly key: string; readonly outcome: Outcome }
  | { readonly end: true };

/** What all tasks of an array need to know. */
interface Common {
  /** Folder of the store. */
  readonly store: string;
  /** Points at a time in each task. */
  readonly workers: number;
  /** Array indexes from 0. */
  readonly chunks: number;
}

/**
 * What a job array reads and writes, in a folder beside the results that it makes: `tasks/INDEX.jsonl` holds the points of
 * each task, `told/INDEX.jsonl` what it says of them, `log/INDEX.txt` what it printed. The array's job name is the
 * folder's, so that it is found again by whoever comes later.
 */
export class ArrayFolder {
  constructor(
    readonly path: string,
    readonly name: string,
  ) {}

  /** Makes a folder for an array of chunks. */
  static create(
    within: string,
    chunks: readonly (readonly Task[])[],
    common: Omit<Common, "chunks">,
  ): ArrayFolder {
    const name = PREFIX + randomBytes(6).toString("hex");
    const folder = new ArrayFolder(join(within, name), name);
    for (const room of ["tasks", "told", "log"]) mkdirSync(join(folder.path, room), { recursive: true });
    for (const [index, tasks] of chunks.entries())
      writeFileSync(folder.#file("tasks", index), tasks.map((task) => `${JSON.stringify(task)}\n`).join(""));
    const all: Common = { ...common, chunks: chunks.length };
    writeFileSync(join(folder.path, "array.json"), `${JSON.stringify(all)}\n`);
    return folder;
  }

  /** Folders of arrays that were submitted at some time and are not cleared away. */
  static all(within: string): ArrayFolder[] {
    if (!existsSync(within)) return [];
    return readdirSync(within)
      .filter((name) => name.startsWith(PREFIX) && existsSync(join(within, name, "array.json")))
      .map((name) => new ArrayFolder(join(within, name), name));
  }

  common(): Common {
    return JSON.parse(readFileSync(join(this.path, "array.json"), "utf8"));
  }

  /** Since it was made, ms. */
  age(): number {
    return Date.now() - statSync(join(this.path, "array.json")).mtimeMs;
  }

  tasks(index: number): Task[] {
    const lines = readFileSync(this.#file("tasks", index), "utf8").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line));
  }

  /** Keys of the points of each task. */
  keys(): string[][] {
    return Array.from({ length: this.common().chunks }, (_, index) =>
      this.tasks(index).map(({ key }) => key),
    );
  }

  tell(index: number, word: Word): void {
    appendFileSync(this.#file("told", index), `${JSON.stringify(word)}\n`);
  }

  /** What a task told from a place in its file on, and the place to go on from. A line that is not whole is left. */
  told(index: number, from: number): { words: Word[]; next: number } {
    const file = this.#file("told", index);
    if (!existsSync(file)) return { words: [], next: from };
    const descriptor = openSync(file, "r");
    try {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - from));
      const length = readSync(descriptor, bytes, 0, bytes.length, from);
      const whole = bytes.lastIndexOf(0x0a, length - 1) + 1;
      const lines = bytes.toString("utf8", 0, whole).split("\n").slice(0, -1);
      return { words: lines.map((line) => JSON.parse(line)), next: from + whole };
    } finally {
      closeSync(descriptor);
    }
  }

  /** The last line that a task printed; empty when it printed none. */
  lastPrinted(index: number): string {
    const file = this.log(index);
    if (!existsSync(file)) return "";
    return readFileSync(file, "utf8").trimEnd().split("\n").at(-1)!.trim();
  }

  log(index: number): string {
    return this.#file("log", index, "txt");
  }

  /** Sbatch's pattern for the files that tasks print to. */
  get logPattern(): string {
    return join(this.path.replaceAll("%", "%%"), "log", "%a.txt");
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #file(room: string, index: number, ending = "jsonl"): string {
    return join(this.path, room, `${index}.${ending}`);
  }
}
