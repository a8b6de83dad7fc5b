/** Marks a folder as a saved run. */
export const KIND = "whowaits-run";

/** The files that a saved run may hold. */
export const RUN_FILES = [
  "manifest.json",
  "result.json",
  "scenario.resolved.yaml",
  "jobs.csv",
  "requests.csv",
  "journal.jsonl",
] as const;
export type RunFile = (typeof RUN_FILES)[number];
