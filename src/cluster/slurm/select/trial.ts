import type { BitVector } from "../../../core/bit-vector.js";
import type { SlurmJob } from "../model/job.js";
import type { SlurmState } from "../model/state.js";
import type { Holdings } from "./holdings.js";
import type { Found, JobTest, TestOptions } from "./job-test.js";
import type { Need } from "./need.js";
import type { Resources } from "./resources.js";

/** What the tests of one selector work with. */
export interface Bench {
  readonly state: SlurmState;
  readonly holdings: Holdings;
  readonly test: JobTest;
  /** Scratch: what would be held after some jobs are gone. */
  readonly future: Resources;
}

/** One job tried on the nodes that it is offered. */
export interface Trial {
  readonly job: SlurmJob;
  readonly need: Need;
  readonly offered: BitVector;
  readonly required: BitVector | undefined;
  readonly options: TestOptions;
}

export function attempt(
  bench: Bench,
  trial: Trial,
  resources: Resources,
  extra?: TestOptions,
): Found | undefined {
  const options = extra === undefined ? trial.options : { ...trial.options, ...extra };
  return bench.test.run(trial.need, trial.offered, trial.required, resources, options);
}
