import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError, type Problem } from "../../../core/errors.js";
import type { SlurmConfig } from "../model/config.js";
import type { Where } from "./place.js";
import { type ConfSource, readConfig } from "./read-config.js";
import { applyGresConf } from "./read-gres-conf.js";
import { type ConfFile, type ConfPairs, readConfLines } from "./read-lines.js";

/** The lines of a slurm.conf, and of the topology.conf and gres.conf beside it if there are such. */
export interface ConfFiles {
  lines: ConfPairs[];
  topology: ConfPairs[];
  gres: ConfPairs[];
}

/** @param from what names the file, for when it cannot be read */
export function readConfFiles(file: ConfFile, problems: Problem[], from?: Where): ConfFiles {
  const beside = (name: string): ConfPairs[] => {
    const other = { path: join(dirname(file.path), name), name: join(dirname(file.name), name) };
    return existsSync(other.path) ? readConfLines(other, problems) : [];
  };
  return {
    lines: readConfLines(file, problems, from),
    topology: beside("topology.conf"),
    gres: beside("gres.conf"),
  };
}

/**
 * The cluster that a slurm.conf describes, without accounts.
 *
 * @param more settings that are laid over it
 * @throws InputError with everything that is wrong, located
 */
export function readSlurmConf(
  file: ConfFile,
  more: Partial<ConfSource> = {},
): { config: SlurmConfig; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const files = readConfFiles(file, problems);
  const config = readConfig(
    { topology: files.topology, ...more, lines: [...files.lines, ...(more.lines ?? [])] },
    problems,
    warnings,
  );
  applyGresConf(files.gres, config.nodes, problems);
  if (problems.length > 0) throw new InputError(problems);
  return { config, warnings };
}
