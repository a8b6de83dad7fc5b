import type { RunFacts } from "../journal/facts.js";
import type { MetricSink } from "./sink.js";

/** How much work the arriving jobs bring, as a share of what the fleet could do while they arrive. */
export class OfferedLoad {
  readonly #facts: RunFacts;
  #n = 0;
  #first = 0;
  #last = 0;
  #gpuTime = 0;
  #coreTime = 0;

  constructor(facts: RunFacts) {
    this.#facts = facts;
  }

  add(time: number, job: number): void {
    const { jobs } = this.#facts;
    if (this.#n++ === 0) this.#first = time;
    this.#last = time;
    const run = jobs.runTime(job);
    this.#gpuTime += run * jobs.gpus(job);
    this.#coreTime += run * jobs.cpus(job);
  }

  /** Load on the scarcer resource; 0 when it cannot be said (one arrival, or demands in whole nodes). */
  get value(): number {
    return Math.max(this.#on("gpu"), this.#on("cpu"));
  }

  collect(sink: MetricSink): void {
    for (const resource of ["gpu", "cpu"] as const) {
      const value = this.#on(resource);
      if (value > 0) sink.add("offered-load", { value, n: this.#n, labels: { resource }, method: "exact" });
    }
  }

  #on(resource: "gpu" | "cpu"): number {
    const capacity = resource === "gpu" ? this.#facts.gpus : this.#facts.cpus;
    const demand = resource === "gpu" ? this.#gpuTime : this.#coreTime;
    const available = capacity * (this.#last - this.#first);
    return available === 0 ? 0 : demand / available;
  }
}
