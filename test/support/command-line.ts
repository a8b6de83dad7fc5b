import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { repoPath } from "./shared.js";

/** The command line as a process, as it is built: `npm test` builds first. */
export const BIN = repoPath("bin/whowaits.js");

export interface Ended {
  status: number | null;
  out: string;
  err: string;
}

/** Runs the command in a folder to its end, in an environment that has nothing but the path and `env`. */
export function whowaits(cwd: string, args: readonly string[], env: Record<string, string> = {}): Ended {
  const done = spawnSync(process.execPath, [BIN, ...args], {
    encoding: "utf8",
    cwd,
    env: { PATH: process.env.PATH, ...env },
    timeout: 150_000,
  });
  return { status: done.status, out: done.stdout, err: done.stderr };
}

/**
 * Starts the command, and sends it Ctrl-C so many times once it is busy: `ready` is asked every few milliseconds. A
 * later one follows when the first was answered on standard error.
 */
export async function interrupted(
  cwd: string,
  args: readonly string[],
  ready: () => boolean,
  times: 1 | 2,
): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: { PATH: process.env.PATH } });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  // A signal that comes when all is over ends the process by itself, which a shell shows as 130 too.
  const ended = new Promise<number | null>((resolve) =>
    child.on("close", (code, signal) => resolve(signal === "SIGINT" ? 130 : code)),
  );
  const until = async (what: () => boolean) => {
    while (!what() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await until(ready);
  child.kill("SIGINT");
  if (times === 2) {
    await until(() => err !== "");
    child.kill("SIGINT");
  }
  return { status: await ended, out, err };
}

/** Results that a store holds so far. */
export function keptResults(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder)
    .filter((shelf) => shelf.length === 2)
    .reduce((sum, shelf) => sum + readdirSync(join(folder, shelf)).length, 0);
}
