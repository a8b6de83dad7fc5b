import { SECOND } from "../core/units.js";
import { roomFor } from "./grow.js";
import { EXACT_SAMPLES, type HeadAndRest, headAndRest, Samples, type Summary, summarise } from "./samples.js";

export const JOB_DISTRIBUTIONS = ["wait", "turnaround", "bounded-slowdown", "run-time"] as const;
export type JobDistribution = (typeof JOB_DISTRIBUTIONS)[number];

/** Below this run time a job's slowdown is bounded: 10 s as in pyss (schedulers/simulator.py) and RLScheduler. */
export const DEFAULT_TAU = 10 * SECOND;

/** `max((wait + run) / max(run, tau), 1)` (Feitelson and Rudolph 1998); all in µs. */
export function boundedSlowdown(wait: number, run: number, tau: number): number {
  return Math.max((wait + run) / Math.max(run, tau), 1);
}

/** Waits and run times of jobs in 16 bytes a job; turnaround and slowdown follow from the pair. */
export class JobSamples {
  #wait = new Float64Array(0);
  /** -1 for a job that had not ended when the run did: only its wait is known. */
  #run = new Float64Array(0);
  #n = 0;
  #waited = 0;
  #sketches: Record<JobDistribution, Samples> | undefined;

  constructor(
    readonly tau = DEFAULT_TAU,
    readonly limit = EXACT_SAMPLES,
  ) {}

  /** Jobs that waited at all. */
  get waited(): number {
    return this.#waited;
  }

  /** A job that ended. */
  add(wait: number, run: number): void {
    if (wait > 0) this.#waited++;
    if (this.#n < this.limit) {
      this.#wait = roomFor(this.#wait, this.#n);
      this.#run = roomFor(this.#run, this.#n);
      this.#wait[this.#n] = wait;
      this.#run[this.#n++] = run;
      return;
    }
    this.#sketches ??= this.#toSketches();
    this.#sketch(this.#sketches, wait, run);
  }

  /** A job that started but has not ended. */
  addRunning(wait: number): void {
    this.add(wait, -1);
  }

  summary(of: JobDistribution): Summary {
    if (this.#sketches !== undefined) return this.#sketches[of].summary();
    const values = new Float64Array(this.#n);
    let n = 0;
    for (let i = 0; i < this.#n; i++) {
      const wait = this.#wait[i]!;
      const run = this.#run[i]!;
      if (of === "wait") values[n++] = wait;
      else if (run < 0) continue;
      else if (of === "run-time") values[n++] = run;
      else if (of === "turnaround") values[n++] = wait + run;
      else values[n++] = boundedSlowdown(wait, run, this.tau);
    }
    return summarise(values.subarray(0, n));
  }

  /** Mean waits, µs; undefined when they are sketched. */
  headAndRest(): HeadAndRest | undefined {
    return this.#sketches === undefined ? headAndRest(this.#wait.subarray(0, this.#n)) : undefined;
  }

  /** Waits, µs, in the order in which jobs ended; undefined when they are sketched. */
  waits(): Float64Array | undefined {
    return this.#sketches === undefined ? this.#wait.subarray(0, this.#n) : undefined;
  }

  #toSketches(): Record<JobDistribution, Samples> {
    const sketches = {
      wait: new Samples(0),
      turnaround: new Samples(0),
      "bounded-slowdown": new Samples(0),
      "run-time": new Samples(0),
    };
    for (let i = 0; i < this.#n; i++) this.#sketch(sketches, this.#wait[i]!, this.#run[i]!);
    this.#wait = new Float64Array(0);
    this.#run = new Float64Array(0);
    return sketches;
  }

  #sketch(sketches: Record<JobDistribution, Samples>, wait: number, run: number): void {
    sketches.wait.add(wait);
    if (run < 0) return;
    sketches.turnaround.add(wait + run);
    sketches["bounded-slowdown"].add(boundedSlowdown(wait, run, this.tau));
    sketches["run-time"].add(run);
  }
}
