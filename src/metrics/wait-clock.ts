import { ExactSum } from "../core/exact-sum.js";
import type { RunFacts } from "../journal/facts.js";
import { roomFor } from "./grow.js";
import type { MetricSink } from "./sink.js";
import { overlap, type Window } from "./window.js";

/** The reason of waiting that came before the scheduler gave one. */
export const UNEXPLAINED = "unexplained";

/** Waiting time by the reason that stood for it; reason -1 stands for none yet. */
export class WaitClock {
  /** By reason + 1: µs within the window, and of how many stretches of waiting. */
  readonly totals: { sum: ExactSum; stretches: number }[] = [];
  end = 0;
  #waits = new Uint8Array(0);
  #reason = new Int32Array(0);
  #since = new Float64Array(0);

  constructor(readonly window: Window) {}

  waits(entity: number): boolean {
    return entity < this.end && this.#waits[entity] === 1;
  }

  begin(time: number, entity: number): void {
    if (entity >= this.end) {
      this.end = entity + 1;
      this.#waits = roomFor(this.#waits, entity);
      this.#reason = roomFor(this.#reason, entity);
      this.#since = roomFor(this.#since, entity);
    }
    this.#waits[entity] = 1;
    this.#reason[entity] = -1;
    this.#since[entity] = time;
  }

  change(time: number, entity: number, reason: number): void {
    if (!this.waits(entity)) return;
    this.#book(time, entity);
    this.#reason[entity] = reason;
    this.#since[entity] = time;
  }

  stop(time: number, entity: number): void {
    if (!this.waits(entity)) return;
    this.#book(time, entity);
    this.#waits[entity] = 0;
  }

  /** Accounts for the wait up to `time` under the present reason. */
  #book(time: number, entity: number): void {
    const duration = overlap(this.window, this.#since[entity]!, time);
    if (duration === 0) return;
    const index = this.#reason[entity]! + 1;
    let total = this.totals[index];
    if (total === undefined) {
      total = { sum: new ExactSum(), stretches: 0 };
      this.totals[index] = total;
    }
    total.sum.addProduct(1, duration);
    total.stretches++;
  }

  bookAll(time: number): void {
    for (let entity = 0; entity < this.end; entity++) if (this.waits(entity)) this.#book(time, entity);
  }

  collect(sink: MetricSink, facts: RunFacts, labels: Record<string, string>): void {
    this.totals.forEach(({ sum, stretches }, index) => {
      const reason = index === 0 ? UNEXPLAINED : facts.reasonName(index - 1);
      const method = "exact integral";
      sink.add("wait-reason", { value: sum.toNumber(), n: stretches, labels: { ...labels, reason }, method });
    });
  }
}
