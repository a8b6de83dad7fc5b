import { Phase, type Simulation } from "../core/simulation.js";
import { JobOutcome } from "../journal/journal.js";
import { JobState, type Jobs } from "./jobs.js";
import type { ClusterPolicy } from "./policy.js";

/** A job that was killed at its limit runs on, under a policy with limits of its own, for so many times that limit at most. */
const MOST_LIMITS = 10;

/** How far jobs have come: plans the end of each that runs, and stops and goes on with it. Times are µs. */
export class RunClock {
  readonly #simulation: Simulation;
  readonly #jobs: Jobs;
  readonly #enforcesLimits: boolean;
  readonly #phase: Phase;
  readonly #event: number;

  /** @param ended the planned end of a job has come */
  constructor(simulation: Simulation, jobs: Jobs, policy: ClusterPolicy, ended: (job: number) => void) {
    this.#simulation = simulation;
    this.#jobs = jobs;
    this.#enforcesLimits = policy.enforcesLimits ?? false;
    this.#phase = policy.ties === "pyss" ? Phase.Timer : Phase.End;
    this.#event = simulation.handler(ended);
  }

  /** A job starts from the beginning. */
  start(job: number): void {
    this.#runFor(job, this.#duration(job));
  }

  /** A running job stands still from now on. */
  stop(job: number): void {
    this.cancel(job);
    this.#jobs.event[job] = -1;
    this.#jobs.end[job]! -= this.#simulation.now;
  }

  /** One that stood still goes on where it was. */
  goOn(job: number): void {
    this.#runFor(job, this.#jobs.end[job]!);
  }

  /** What is planned of a job, whatever it is, will not happen. */
  cancel(job: number): void {
    const event = this.#jobs.event[job]!;
    if (event >= 0) this.#simulation.cancel(event);
  }

  /** Work done since the start, µs of run time. */
  done(job: number): number {
    const { end, start, state } = this.#jobs;
    const { now } = this.#simulation;
    const duration = this.#duration(job);
    if (duration === Number.POSITIVE_INFINITY) return now - start[job]!;
    const left = state[job] === JobState.Suspended ? end[job]! : end[job]! - now;
    return duration - left;
  }

  /** Of a job whose planned end has come. */
  outcome(job: number): JobOutcome {
    const { run, requested, exitCodes, timedOut } = this.#jobs;
    if (this.#killsAtLimit(job) && (run[job]! > requested[job]! || timedOut[job] === 1))
      return JobOutcome.TimedOut;
    return exitCodes[job] === 0 ? JobOutcome.Completed : JobOutcome.Failed;
  }

  /** How long the job runs when nothing stops it. */
  #duration(job: number): number {
    const { run, requested, timedOut, killed } = this.#jobs;
    if (timedOut[job] === 1 && this.#enforcesLimits && killed[job] === 1)
      return MOST_LIMITS * requested[job]!;
    return this.#killsAtLimit(job) ? Math.min(run[job]!, requested[job]!) : run[job]!;
  }

  #killsAtLimit(job: number): boolean {
    return this.#jobs.killed[job] === 1 && !this.#enforcesLimits;
  }

  #runFor(job: number, duration: number): void {
    const { end, event } = this.#jobs;
    const at = this.#simulation.now + duration;
    end[job] = at;
    event[job] =
      duration === Number.POSITIVE_INFINITY ? -1 : this.#simulation.at(at, this.#phase, this.#event, job);
  }
}
