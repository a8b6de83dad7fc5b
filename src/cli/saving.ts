import { stringify } from "yaml";
import type { JournalListener } from "../journal/journal.js";
import type { RunFile } from "../report/manifest.js";
import { SavedRun } from "../report/saved-run.js";
import type { LoadedScenario } from "../scenario/load.js";

/** A saved run in the making. */
export interface Saving {
  run: SavedRun;
  /** Those who write its files as the run goes. */
  listeners: JournalListener[];
  /** What it will hold, for people. */
  files: RunFile[];
}

/**
 * Prepares `--out`: refuses a folder that cannot be written before anything has run.
 *
 * @throws InputError
 */
export async function startSaving(folder: string, loaded: LoadedScenario, journal: boolean): Promise<Saving> {
  const run = new SavedRun(folder);
  const files: RunFile[] = ["result.json"];
  const listeners: JournalListener[] = [];
  try {
    if (loaded.scenario.jobs.length > 0) {
      const { JobsCsv } = await import("../report/jobs-csv.js");
      listeners.push(new JobsCsv(run.sink("jobs.csv")));
      files.push("jobs.csv");
    }
    if (loaded.scenario.services.length > 0) {
      const { RequestsCsv } = await import("../report/requests-csv.js");
      listeners.push(new RequestsCsv(run.sink("requests.csv")));
      files.push("requests.csv");
    }
    if (journal) {
      const { journalWriter } = await import("../report/journal-jsonl.js");
      listeners.push(journalWriter(run.sink("journal.jsonl")));
      files.push("journal.jsonl");
    }
    run.write("scenario.resolved.yaml", stringify(loaded.data));
    files.push("scenario.resolved.yaml");
  } catch (error) {
    run.discard();
    throw error;
  }
  return { run, listeners, files };
}
