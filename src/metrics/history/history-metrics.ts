import { timeOrder } from "../../core/time-order.js";
import { HOUR, MINUTE } from "../../core/units.js";
import type { RunFacts } from "../../journal/facts.js";
import type { JournalListener } from "../../journal/journal.js";
import { roomFor } from "../grow.js";
import type { MetricSink } from "../sink.js";
import type { Window } from "../window.js";
import { movingAverageError } from "./moving-average.js";

const BOUNDS = [
  ["1m", MINUTE],
  ["15m", 15 * MINUTE],
  ["1h", HOUR],
] as const;
/** Starts further apart are told by day and by reason, for what may explain them. */
const FAR = 15 * MINUTE;
const DAY_US = 24 * HOUR;
/** Groups with fewer jobs say nothing. */
const FEWEST = 10;

/** How the starts of some jobs compare with those that were recorded. */
class Comparison {
  n = 0;
  readonly within = BOUNDS.map(() => 0);
  error = 0;
  recorded = 0;
  simulated = 0;

  add(difference: number, recorded: number, simulated: number): void {
    this.n++;
    const distance = Math.abs(difference);
    BOUNDS.forEach(([, bound], i) => {
      if (distance <= bound) this.within[i]!++;
    });
    this.error += distance;
    this.recorded += recorded;
    this.simulated += simulated;
  }

  collect(sink: MetricSink, labels: Record<string, string>): void {
    const { n } = this;
    BOUNDS.forEach(([name], i) => {
      sink.add("history-starts", {
        value: this.within[i]! / n,
        n,
        labels: { ...labels, within: name },
        method: "exact",
      });
    });
    sink.add("history-error", { value: this.error / n, n, labels, method: "mean" }, "mean");
    sink.add(
      "history-wait",
      { value: this.recorded / n, n, labels: { ...labels, of: "history" }, method: "mean" },
      "mean",
    );
    sink.add(
      "history-wait",
      { value: this.simulated / n, n, labels: { ...labels, of: "replay" }, method: "mean" },
      "mean",
    );
  }
}

/**
 * Compares the replay of a trace that knows when its jobs really started with that history: shares of starts close to
 * the recorded ones, error of the moving average wait, and where they part: by QOS, size and user, by day, and by
 * the reason for which late jobs waited.
 */
export class HistoryMetrics implements JournalListener {
  readonly #window: Window;
  readonly #all = new Comparison();
  readonly #groups = new Map<string, { labels: Record<string, string>; comparison: Comparison }>();
  readonly #days = new Map<number, number>();
  readonly #late = new Map<number, number>();
  #early = 0;
  #facts!: RunFacts;
  #reason = new Int32Array(0);
  #started = new Uint8Array(0);
  #submit = new Float64Array(0);
  #recorded = new Float64Array(0);
  #simulated = new Float64Array(0);

  constructor(window: Window) {
    this.#window = window;
  }

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
  }

  submit(_time: number, job: number): void {
    this.#reason = roomFor(this.#reason, job);
    this.#started = roomFor(this.#started, job);
    this.#reason[job] = -1;
    this.#started[job] = 0;
  }

  reason(_time: number, job: number, reason: number): void {
    this.#reason[job] = reason;
  }

  start(time: number, job: number): void {
    const { jobs } = this.#facts;
    if (this.#started[job] === 1) return;
    this.#started[job] = 1;
    const recorded = jobs.recordedStart(job);
    const submit = jobs.submitTime(job);
    if (recorded < 0 || jobs.isReplica(job) || submit < this.#window.from || submit >= this.#window.to)
      return;
    const difference = time - recorded;
    const n = this.#all.n;
    this.#submit = roomFor(this.#submit, n);
    this.#recorded = roomFor(this.#recorded, n);
    this.#simulated = roomFor(this.#simulated, n);
    this.#submit[n] = submit;
    this.#recorded[n] = recorded - submit;
    this.#simulated[n] = time - submit;
    this.#all.add(difference, recorded - submit, time - submit);
    for (const [key, name] of [
      ["qos", jobs.qos(job)],
      ["user", jobs.user(job)],
      ["size", sizeOf(jobs.gpus(job) || jobs.cpus(job))],
    ] as const)
      if (name !== "") this.#group(key, name).add(difference, recorded - submit, time - submit);
    if (Math.abs(difference) <= FAR) return;
    const day = Math.floor(recorded / DAY_US);
    this.#days.set(day, (this.#days.get(day) ?? 0) + Math.abs(difference));
    if (difference < 0) this.#early++;
    else this.#late.set(this.#reason[job]!, (this.#late.get(this.#reason[job]!) ?? 0) + 1);
  }

  #group(key: string, name: string): Comparison {
    const id = `${key}\n${name}`;
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = { labels: { [key]: name }, comparison: new Comparison() };
      this.#groups.set(id, group);
    }
    return group.comparison;
  }

  collect(sink: MetricSink): void {
    const { n } = this.#all;
    if (n === 0) return;
    this.#all.collect(sink, {});
    const submit = this.#submit.subarray(0, n);
    const { error, n: points } = movingAverageError(
      timeOrder(submit),
      submit,
      this.#recorded,
      this.#simulated,
    );
    sink.add("history-mape", { value: error, n: points, method: "exact" });
    const sized = [...this.#groups.values()].filter(({ comparison }) => comparison.n >= FEWEST);
    for (const { labels, comparison } of sized) comparison.collect(sink, labels);
    sink.add("history-far", { value: this.#early / n, n, labels: { side: "earlier" }, method: "exact" });
    for (const [reason, count] of this.#late) {
      const labels = { side: "later", reason: reason < 0 ? "None" : this.#facts.reasonName(reason) };
      sink.add("history-far", { value: count / n, n, labels, method: "exact" });
    }
    const total = [...this.#days.values()].reduce((sum, one) => sum + one, 0);
    const worst = [...this.#days].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 5);
    for (const [day, sum] of worst)
      sink.add("history-day", { value: sum / total, n, labels: { day: String(day + 1) }, method: "exact" });
  }
}

/** `1`, `2-7`, `8-63`, `64-511`, …: a class of sizes. */
function sizeOf(processors: number): string {
  if (processors <= 1) return "1";
  let from = 2;
  let to = 7;
  while (processors > to) {
    from = to + 1;
    to = (to + 1) * 8 - 1;
  }
  return `${from}-${to}`;
}
