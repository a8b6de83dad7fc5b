import { roomFor } from "./grow.js";
import { ALWAYS, overlap } from "./window.js";

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
  #gpuTime = new Float64Array(0);
  #coreTime = new Float64Array(0);
  #preemptions = new Int32Array(0);
  #gpus = new Int32Array(0);
  #cpus = new Int32Array(0);

  /** GPU-time and core-time are counted within the window; waits and runs are not cut. */
  constructor(readonly window = ALWAYS) {}

  submit(time: number, job: number): void {
    if (job >= this.end) this.#grow(job);
    this.#state[job] = Pending;
    this.#submitted[job] = time;
    this.#since[job] = time;
    this.#waited[job] = 0;
    this.#ran[job] = 0;
    this.#lastStart[job] = -1;
    this.#gpuTime[job] = 0;
    this.#coreTime[job] = 0;
    this.#preemptions[job] = 0;
  }

  /** The job starts and holds so much until it stops. */
  start(time: number, job: number, gpus: number, cpus: number): void {
    this.#waited[job]! += time - this.#since[job]!;
    this.#since[job] = time;
    this.#lastStart[job] = time;
    this.#state[job] = Running;
    this.#gpus[job] = gpus;
    this.#cpus[job] = cpus;
  }

  preempt(time: number, job: number): void {
    this.#stop(time, job);
    this.#state[job] = Pending;
    this.#preemptions[job]!++;
  }

  /** The job stands still and waits to go on; what it keeps holding is not counted as received. */
  suspend(time: number, job: number): void {
    this.#stop(time, job);
    this.#state[job] = Pending;
  }

  resume(time: number, job: number): void {
    this.#waited[job]! += time - this.#since[job]!;
    this.#since[job] = time;
    this.#state[job] = Running;
  }

  /** The job leaves, from wherever it is. */
  leave(time: number, job: number): void {
    if (this.#state[job] === Running) this.#stop(time, job);
    else this.#waited[job]! += time - this.#since[job]!;
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

  /** GPU-µs received within the window, up to the last change of state. */
  gpuTime(job: number): number {
    return this.#gpuTime[job]!;
  }

  coreTime(job: number): number {
    return this.#coreTime[job]!;
  }

  /** What the job held when it ran last. */
  gpus(job: number): number {
    return this.#gpus[job]!;
  }

  cpus(job: number): number {
    return this.#cpus[job]!;
  }

  preemptions(job: number): number {
    return this.#preemptions[job]!;
  }

  #stop(time: number, job: number): void {
    const since = this.#since[job]!;
    const duration = overlap(this.window, since, time);
    this.#ran[job]! += time - since;
    this.#gpuTime[job]! += this.#gpus[job]! * duration;
    this.#coreTime[job]! += this.#cpus[job]! * duration;
    this.#since[job] = time;
  }

  #grow(job: number): void {
    this.end = job + 1;
    this.#state = roomFor(this.#state, job);
    this.#submitted = roomFor(this.#submitted, job);
    this.#since = roomFor(this.#since, job);
    this.#waited = roomFor(this.#waited, job);
    this.#ran = roomFor(this.#ran, job);
    this.#lastStart = roomFor(this.#lastStart, job);
    this.#gpuTime = roomFor(this.#gpuTime, job);
    this.#coreTime = roomFor(this.#coreTime, job);
    this.#preemptions = roomFor(this.#preemptions, job);
    this.#gpus = roomFor(this.#gpus, job);
    this.#cpus = roomFor(this.#cpus, job);
  }
}
