import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SECOND } from "../../../../src/core/units.js";
import type { RunFacts } from "../../../../src/journal/facts.js";
import type { JournalListener } from "../../../../src/journal/journal.js";
import { loadScenario } from "../../../../src/scenario/load.js";
import { simulate } from "../../../../src/scenario/simulate.js";

/** What became of a job, in seconds. */
export interface Life {
  starts: number[];
  end?: number;
  reasons: string[];
}

/**
 * Runs jobs, each a line `id,submit,run,user,sbatch`, under the policy `slurm` with these options, on two nodes of 16
 * cores (or so many), `n-0` and so on.
 */
export async function simulated(
  options: Record<string, unknown>,
  jobs: readonly string[],
  listener: JournalListener = {},
  nodes = 2,
): Promise<Record<string, Life>> {
  const lives: Record<string, Life> = {};
  let facts: RunFacts;
  const life = (job: number) => {
    const id = facts.jobs.id(job);
    lives[id] ??= { starts: [], reasons: [] };
    return lives[id];
  };
  const watch: JournalListener = {
    runStart: (_time, given) => {
      facts = given;
    },
    start: (time, job) => life(job).starts.push(time / SECOND),
    reason: (_time, job, reason) => life(job).reasons.push(facts.reasonName(reason)),
    end: (time, job) => {
      life(job).end = time / SECOND;
    },
  };
  const folder = mkdtempSync(join(tmpdir(), "whowaits-slurm-"));
  try {
    const trace = join(folder, "jobs.csv");
    writeFileSync(trace, `${["id,submit,run,user,sbatch", ...jobs].join("\n")}\n`);
    const fleet = { pools: [{ name: "n", nodes, cpus: 16 }] };
    const object = { name: "slurm", fleet, jobs: { trace }, scheduler: { policy: "slurm", ...options } };
    await simulate(await loadScenario({ object, name: "slurm" }), {
      listeners: [watch, listener],
      checkInvariants: true,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return lives;
}
