import { InvariantError } from "../core/errors.js";
import { ExactSum } from "../core/exact-sum.js";
import { HOUR } from "../core/units.js";
import type { RunFacts } from "../journal/facts.js";
import type { JournalListener } from "../journal/journal.js";
import { roomFor } from "./grow.js";
import { TimeIntegral } from "./integral.js";
import type { MetricSink } from "./sink.js";
import { overlap, type Window, windowLength, within } from "./window.js";

/** Books of one resource: allocated and idle are integrated each on its own, so that their sum proves something. */
export class CapacityAccount {
  capacity = 0;
  readonly allocated: TimeIntegral;
  readonly idle: TimeIntegral;
  /** Allocated time whose work a preemption threw away. */
  readonly lost = new ExactSum();
  #held = new Int32Array(0);

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

  take(job: number, count: number): void {
    if (job >= this.#held.length) this.#held = roomFor(this.#held, job);
    this.#held[job] = count;
    this.allocated.level += count;
    this.idle.level -= count;
  }

  /** Gives back what the job holds; nothing when it does not run. */
  give(job: number): number {
    if (job >= this.#held.length) return 0;
    const count = this.#held[job]!;
    this.#held[job] = 0;
    this.allocated.level -= count;
    this.idle.level += count;
    return count;
  }

  hold(duration: number): void {
    this.allocated.hold(duration);
    this.idle.hold(duration);
  }

  /** Throws InvariantError when more is allocated than there is. */
  check(time: number): void {
    if (this.idle.level < 0)
      throw new InvariantError(
        `${this.allocated.level} ${this.resource}s are allocated at ${time} µs, and the fleet has ${this.capacity}`,
      );
  }
}

/** Where the fleet's GPU-time and core-time went, exactly, replicas' jobs included. */
export class CapacityLedger implements JournalListener {
  readonly gpus: CapacityAccount;
  readonly cpus: CapacityAccount;
  #facts!: RunFacts;
  #now = 0;

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
    if (time > this.#now) this.#advance(time);
    this.gpus.take(job, this.#facts.jobs.gpus(job));
    this.cpus.take(job, this.#facts.jobs.cpus(job));
  }

  preempt(time: number, job: number, lost: number): void {
    if (time > this.#now) this.#advance(time);
    const gpus = this.gpus.give(job);
    const cpus = this.cpus.give(job);
    if (!within(this.window, time)) return;
    this.gpus.lost.addProduct(gpus, lost);
    this.cpus.lost.addProduct(cpus, lost);
  }

  /** Cores go back, GPUs stay with the job. */
  suspend(time: number, job: number): void {
    if (time > this.#now) this.#advance(time);
    this.cpus.give(job);
  }

  resume(time: number, job: number): void {
    if (time > this.#now) this.#advance(time);
    this.cpus.take(job, this.#facts.jobs.cpus(job));
  }

  end(time: number, job: number): void {
    if (time > this.#now) this.#advance(time);
    this.gpus.give(job);
    this.cpus.give(job);
  }

  runEnd(time: number): void {
    this.#advance(time);
  }

  collect(sink: MetricSink): void {
    const length = windowLength(this.window, this.#now);
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

  /** Only what lasts is checked: one named tie rule allocates twice within an instant. */
  #advance(time: number): void {
    this.gpus.check(this.#now);
    this.cpus.check(this.#now);
    const duration = overlap(this.window, this.#now, time);
    this.#now = time;
    if (duration === 0) return;
    this.gpus.hold(duration);
    this.cpus.hold(duration);
  }
}
