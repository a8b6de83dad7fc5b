import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtFile } from "../built-file.js";
import type { ArrayFolder } from "./array-folder.js";

/** What a user says of the jobs. */
export interface SbatchOptions {
  readonly partition?: string;
  readonly account?: string;
  /** Limit of each task, in Slurm's own form. */
  readonly time?: string;
  /** Tasks of an array at a time: Slurm's `%`. */
  readonly throttle?: number;
  /** Any other options of sbatch, such as `--qos=low`. */
  readonly sbatch?: readonly string[];
}

/** Writes the batch script of an array, and returns the arguments that submit it. */
export function sbatchArguments(
  folder: ArrayFolder,
  { partition, account, time, throttle, sbatch = [] }: SbatchOptions,
): string[] {
  const { chunks, workers } = folder.common();
  const script = join(folder.path, "job.sh");
  writeFileSync(script, batchScript(folder));
  const given = Object.entries({ partition, account, time }).filter(([, value]) => value !== undefined);
  return [
    "--nodes=1",
    "--ntasks=1",
    `--cpus-per-task=${workers}`,
    ...given.map(([name, value]) => `--${name}=${value}`),
    ...sbatch,
    // The last one wins, and these must be ours.
    `--array=0-${chunks - 1}${throttle === undefined ? "" : `%${throttle}`}`,
    `--job-name=${folder.name}`,
    `--output=${folder.logPattern}`,
    `--error=${folder.logPattern}`,
    "--open-mode=append",
    script,
  ];
}

/** The shell becomes Node, so that signals to the batch script reach it. */
function batchScript(folder: ArrayFolder): string {
  const words = [process.execPath, builtFile("slurm/chunk"), folder.path].map(quoted);
  return `#!/bin/sh\nexec ${words.join(" ")} "$SLURM_ARRAY_TASK_ID"\n`;
}

/** As one word of the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
