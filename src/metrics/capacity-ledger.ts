import { InvariantError } from "../core/errors.js";
import { ExactSum } from "../core/exact-sum.js";
import { HOUR } from "../core/units.js";
import type { RunFacts } from "../journal/facts.js";
import type { JournalListener } from "../journal/journal.js";
import { roomFor } from "./grow.js";
import { TimeIntegral } from "./integral.js";
import type { MetricSink } from "./sink.js";
import { type Window, windowLength, within } from "./window.js";

/** Books of one resource: allocated and idle are integrated each on its own, so that their sum proves something. */
export class CapacityAccount {
  capacity = 0;
  readonly allocated: TimeIntegral;
  readonly idle: TimeIntegral;
  /** Allocated time whose work a preemption threw away. */
  readonly lost = new ExactSum();
  #held = new Int32Array(0);
  #now = 0;

  constructor(
    readonly resource: string,
    window: Window,
  ) {
    this.allocated = new TimeIntegral(window);
    this.idle = new TimeIntegral(window);
  }

  open(capacity: number): void {
    this.capacity = capacity;
    this.idle.level = capacity;
  }

  take(time: number, job: number, count: number): void {
    this.#held = roomFor(this.#held, job);
    this.#held[job] = count;
    this.#change(time, count);
  }

  /** Gives back what the job holds; nothing when it does not run. */
  give(time: number, job: number): number {
    const count = this.#held[job] ?? 0;
    if (count > 0) {
      this.#held[job] = 0;
      this.#change(time, -count);
    }
    return count;
  }

  /** Throws InvariantError when more was allocated than there is; one named tie rule may do so within an instant. */
  advance(time: number): void {
    if (time > this.#now && this.idle.level < 0)
      throw new InvariantError(
        `${this.allocated.level} ${this.resource}s are allocated at ${this.#now} µs, and the fleet has ${this.capacity}`,
      );
    this.#now = time;
    this.allocated.advance(time);
    this.idle.advance(time);
  }

  #change(time: number, count: number): void {
    this.advance(time);
    this.allocated.level += count;
    this.idle.level -= count;
  }
}

/** Where the fleet's GPU-time and core-time went, exactly, replicas' jobs included. */
export class CapacityLedger implements JournalListener {
  readonly gpus: CapacityAccount;
  readonly cpus: CapacityAccount;
  #facts!: RunFacts;
  #end = 0;

  constructor(readonly window: Window) {
    this.gpus = new CapacityAccount("gpu", window);
    this.cpus = new CapacityAccount("cpu", window);
  }

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
    this.gpus.open(facts.gpus);
    this.cpus.open(facts.cpus);
  }

  start(time: number, job: number): void {
    this.gpus.take(time, job, this.#facts.jobs.gpus(job));
    this.cpus.take(time, job, this.#facts.jobs.cpus(job));
  }

  preempt(time: number, job: number, lost: number): void {
    const gpus = this.gpus.give(time, job);
    const cpus = this.cpus.give(time, job);
    if (!within(this.window, time)) return;
    this.gpus.lost.addProduct(gpus, lost);
    this.cpus.lost.addProduct(cpus, lost);
  }

  end(time: number, job: number): void {
    this.gpus.give(time, job);
    this.cpus.give(time, job);
  }

  runEnd(time: number): void {
    this.#end = time;
    this.gpus.advance(time);
    this.cpus.advance(time);
  }

  collect(sink: MetricSink): void {
    const length = windowLength(this.window, this.#end);
    for (const [account, name] of [
      [this.gpus, "gpu-time"],
      [this.cpus, "core-time"],
    ] as const) {
      const { resource, capacity, allocated, idle, lost } = account;
      if (capacity === 0) continue;
      const method = "exact integral";
      const value = allocated.sum.toNumber() / (capacity * length);
      sink.add("utilisation", {
        value: length === 0 ? null : value,
        n: capacity,
        labels: { resource },
        method,
      });
      for (const [state, sum] of [
        ["allocated", allocated.sum],
        ["idle", idle.sum],
        ["lost", lost],
      ] as const)
        sink.add(name, { value: sum.toNumber() / HOUR, n: capacity, labels: { state }, method });
    }
  }
}
