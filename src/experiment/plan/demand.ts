import type { RunFacts } from "../../journal/facts.js";
import type { JournalListener } from "../../journal/journal.js";

/** Sums of what arrives, from which a queue's rate and variability follow. */
class Arrivals {
  n = 0;
  #last = 0;
  #sum = 0;
  #squares = 0;

  add(time: number): void {
    if (this.n++ > 0) {
      const gap = time - this.#last;
      this.#sum += gap;
      this.#squares += gap * gap;
    }
    this.#last = time;
  }

  /** Per µs; 0 when it cannot be told. */
  get rate(): number {
    return this.#sum === 0 ? 0 : (this.n - 1) / this.#sum;
  }

  get cv(): number {
    const mean = this.#sum / (this.n - 1);
    return this.rate === 0 ? 0 : Math.sqrt(Math.max(0, this.#squares / (this.n - 1) / mean ** 2 - 1));
  }
}

/** A weighted quantity: its mean and coefficient of variation. */
class Moments {
  #weight = 0;
  #sum = 0;
  #squares = 0;

  add(value: number, weight = 1): void {
    this.#weight += weight;
    this.#sum += weight * value;
    this.#squares += weight * value * value;
  }

  get mean(): number {
    return this.#weight === 0 ? 0 : this.#sum / this.#weight;
  }

  get cv(): number {
    const { mean } = this;
    return mean === 0 ? 0 : Math.sqrt(Math.max(0, this.#squares / this.#weight / mean ** 2 - 1));
  }
}

/** What jobs are counted in: GPUs, else cores, else whole nodes. */
export type Resource = "GPUs" | "cores" | "nodes";

/** The jobs that are counted in one resource. */
class JobDemand {
  readonly arrivals = new Arrivals();
  /** Of a job. */
  readonly size = new Moments();
  /** Run time of a job, weighted by its size, µs. */
  readonly run = new Moments();

  add(time: number, size: number, run: number): void {
    this.arrivals.add(time);
    this.size.add(size);
    this.run.add(run, size);
  }
}

/** What the work of a run asks for, whoever waits for it: the input of queueing formulas. */
export class Demand implements JournalListener {
  readonly jobs: Readonly<Record<Resource, JobDemand>> = {
    GPUs: new JobDemand(),
    cores: new JobDemand(),
    nodes: new JobDemand(),
  };
  /** GPUs that replicas ask for. */
  held = 0;
  /** By service: arrivals, and the time from the first pass to the end, µs. */
  readonly services: { name: string; arrivals: Arrivals; inService: Moments }[] = [];
  facts!: RunFacts;
  readonly #scheduled: number[] = [];

  runStart(_time: number, facts: RunFacts): void {
    this.facts = facts;
    for (const { name } of facts.services)
      this.services.push({ name, arrivals: new Arrivals(), inService: new Moments() });
  }

  submit(time: number, job: number): void {
    const { jobs } = this.facts;
    const [gpus, cores] = [jobs.gpus(job), jobs.cpus(job)];
    if (jobs.isReplica(job)) {
      this.held += gpus;
      return;
    }
    const resource = gpus > 0 ? "GPUs" : cores > 0 ? "cores" : "nodes";
    this.jobs[resource].add(time, gpus || cores || jobs.tasks(job), jobs.runTime(job));
  }

  requestArrive(time: number, request: number): void {
    this.services[this.facts.requests.service(request)]!.arrivals.add(time);
    this.#scheduled[request] = -1;
  }

  requestSchedule(time: number, request: number): void {
    if (this.#scheduled[request]! < 0) this.#scheduled[request] = time;
  }

  requestEnd(time: number, request: number): void {
    const from = this.#scheduled[request]!;
    if (from >= 0) this.services[this.facts.requests.service(request)]!.inService.add(time - from);
  }
}
