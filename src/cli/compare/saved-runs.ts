import { basename, resolve } from "node:path";
import { InputError } from "../../core/errors.js";
import type { DecisionLog } from "../../experiment/compare/decision-log.js";
import { type Divergence, diverge } from "../../experiment/compare/divergence.js";
import { readDecisions } from "../../report/read-decisions.js";
import { readSavedRun } from "../../report/read-run.js";
import type { CompareCliOptions } from "../commands/compare.js";
import { baselineFirst, type Compared } from "./compared.js";

/** Compares runs that were saved with `--out`, one replication each. */
export async function compareSavedRuns(
  folders: readonly string[],
  options: CompareCliOptions,
): Promise<Compared> {
  const runs = folders.map((folder) => ({
    ...readSavedRun(folder),
    folder,
    name: basename(resolve(folder)),
  }));
  if (runs.length < 2)
    throw new InputError({
      code: "compare/nothing",
      message: `there is nothing to compare ${folders[0]} with`,
      hint: "name a second folder",
    });
  const [base, ...others] = baselineFirst(runs, options.baseline) as [(typeof runs)[0], ...typeof runs];
  const stranger = others.find(({ result }) => result.seed !== base.result.seed);
  if (stranger !== undefined)
    throw new InputError({
      code: "compare/other-seed",
      message: `${base.folder} was run with seed ${base.result.seed} and ${stranger.folder} with ${stranger.result.seed}: two single runs that met different random numbers tell nothing apart`,
      hint: "run one of them with the other's --seed, or compare the scenarios over replications",
    });
  const sides = [base, ...others].map(({ name, result }) => ({ name, runs: [result] }));
  return { sides, divergences: options.decisions ? await divergences(base, others) : [], partial: false };
}

async function divergences(
  base: { journal: string | undefined },
  others: readonly { journal: string | undefined }[],
): Promise<(Divergence | undefined)[]> {
  const log = await decisions(base);
  const found: (Divergence | undefined)[] = [];
  for (const other of others) {
    const theirs = log === undefined ? undefined : await decisions(other);
    found.push(log === undefined || theirs === undefined ? undefined : diverge(log, theirs));
  }
  return found;
}

async function decisions({ journal }: { journal: string | undefined }): Promise<DecisionLog | undefined> {
  return journal === undefined ? undefined : readDecisions(journal);
}
