import { roomFor } from "./grow.js";

const Absent = 0;
const Pending = 1;
const Running = 2;

/**
 * How long each live job has waited and run so far, by its (recycled) number. A job that lost its GPUs waits again:
 * wait = turnaround - time running, over all attempts. What was never submitted here (a replica's job) stays absent.
 * The numbers of a job that has left stay readable until the next one takes its number.
 */
export class JobTimes {
  /** Job numbers seen so far are below this. */
  end = 0;
  #state = new Uint8Array(0);
  #submitted = new Float64Array(0);
  #since = new Float64Array(0);
  #waited = new Float64Array(0);
  #ran = new Float64Array(0);
  #lastStart = new Float64Array(0);
  #preemptions = new Int32Array(0);

  submit(time: number, job: number): void {
    if (job >= this.end) {
      this.end = job + 1;
      this.#state = roomFor(this.#state, job);
      this.#submitted = roomFor(this.#submitted, job);
      this.#since = roomFor(this.#since, job);
      this.#waited = roomFor(this.#waited, job);
      this.#ran = roomFor(this.#ran, job);
      this.#lastStart = roomFor(this.#lastStart, job);
      this.#preemptions = roomFor(this.#preemptions, job);
    }
    this.#state[job] = Pending;
    this.#submitted[job] = time;
    this.#since[job] = time;
    this.#waited[job] = 0;
    this.#ran[job] = 0;
    this.#lastStart[job] = -1;
    this.#preemptions[job] = 0;
  }

  start(time: number, job: number): void {
    this.#waited[job]! += time - this.#since[job]!;
    this.#since[job] = time;
    this.#lastStart[job] = time;
    this.#state[job] = Running;
  }

  preempt(time: number, job: number): void {
    this.#ran[job]! += time - this.#since[job]!;
    this.#since[job] = time;
    this.#state[job] = Pending;
    this.#preemptions[job]!++;
  }

  /** The job leaves, from wherever it is. */
  leave(time: number, job: number): void {
    if (this.#state[job] === Running) this.#ran[job]! += time - this.#since[job]!;
    else this.#waited[job]! += time - this.#since[job]!;
    this.#since[job] = time;
    this.#state[job] = Absent;
  }

  isLive(job: number): boolean {
    return job < this.end && this.#state[job] !== Absent;
  }

  isPending(job: number): boolean {
    return job < this.end && this.#state[job] === Pending;
  }

  isRunning(job: number): boolean {
    return job < this.end && this.#state[job] === Running;
  }

  submitted(job: number): number {
    return this.#submitted[job]!;
  }

  /** When the job came into its present state, µs. */
  since(job: number): number {
    return this.#since[job]!;
  }

  /** -1 before the first start. */
  lastStart(job: number): number {
    return this.#lastStart[job]!;
  }

  /** Up to the last change of state, µs. */
  waited(job: number): number {
    return this.#waited[job]!;
  }

  /** Up to the last change of state, µs. */
  ran(job: number): number {
    return this.#ran[job]!;
  }

  preemptions(job: number): number {
    return this.#preemptions[job]!;
  }
}
