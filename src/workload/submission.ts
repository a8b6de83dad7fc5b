import type { ShapeSpec } from "../fleet/shape.js";

/**
 * Understands how jobs were submitted, in their scheduler's own words (sbatch's options). Traces carry such texts;
 * whoever reads one gives the reader that knows the language.
 */
export interface SubmissionReader {
  /** @param gpusPerNode GPUs of the largest node: a total of GPUs is packed into such nodes */
  read(text: string, gpusPerNode: number): SubmissionFacts | SubmissionMistake;
}

/** What every scheduler needs to know of a submission. */
export interface SubmissionFacts {
  /** Components of a heterogeneous job, each with what it alone was submitted with; else one. */
  parts: readonly { text: string; shape: ShapeSpec }[];
  /** Tasks of an array; undefined when the job is none. */
  tasks: readonly number[] | undefined;
  /** Requested time, µs; Infinity when it is not limited, undefined when nothing is said. */
  estimate: number | undefined;
  /** Names of the jobs that it waits for, in any way, as written. */
  dependencies: readonly string[];
  /** Empty when nothing is said. */
  account: string;
  queue: string;
}

/** What is wrong with a text: the part, and the index at which it starts. */
export interface SubmissionMistake {
  wrong: string;
  part: string;
  from: number;
  hint?: string;
}
