import type { RunFacts } from "../journal/facts.js";
import type { JournalListener } from "../journal/journal.js";
import { mser5 } from "./mser.js";
import { type Window, within } from "./window.js";

/** Fewer observations, twenty batches of five, tell nothing of where a warm-up ends. */
const FEWEST = 100;

/** Where the warm-up of a run ends. */
export interface WarmUpEnd {
  /** µs since the run's start; 0 when there is none. */
  from: number;
  /** What had not settled in the first half of what came: `jobs`, `requests to chat`. */
  unsettled: string[];
  /** Of what there was too little to tell. */
  short: string[];
}

/** What came, and how long it waited, in the order of coming. */
class Waits {
  readonly #arrivals: number[] = [];
  readonly #waits: number[] = [];

  arrive(time: number): number {
    this.#waits.push(-1);
    return this.#arrivals.push(time) - 1;
  }

  /** The first wait counts: what is preempted and waits again has started before. */
  start(time: number, index: number): void {
    if (this.#waits[index]! < 0) this.#waits[index] = time - this.#arrivals[index]!;
  }

  get n(): number {
    return this.#arrivals.length;
  }

  end(): { from: number; settled: boolean; short: boolean } {
    const started = this.#waits.flatMap((wait, i) => (wait < 0 ? [] : i));
    if (started.length < FEWEST) return { from: 0, settled: true, short: true };
    const { cut, settled } = mser5(started.map((i) => this.#waits[i]!));
    return { from: cut === 0 ? 0 : this.#arrivals[started[cut]!]!, settled, short: false };
  }
}

/**
 * Listens to a first run for where its warm-up ends: MSER-5 on the waits of jobs and on the times to first token of each
 * service, in the order of arrival; the latest of them all.
 */
export class WarmUpProbe implements JournalListener {
  readonly #window: Window;
  readonly #all = new Map<string, Waits>();
  #facts!: RunFacts;
  /** By job and by request: its place in its series. */
  readonly #jobs: number[] = [];
  readonly #requests: number[] = [];

  constructor(window: Window) {
    this.#window = window;
  }

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
    this.#all.set("jobs", new Waits());
    for (const { name } of facts.services) this.#all.set(`requests to ${name}`, new Waits());
  }

  submit(time: number, job: number): void {
    const counts = within(this.#window, time) && !this.#facts.jobs.isReplica(job);
    this.#jobs[job] = counts ? this.#all.get("jobs")!.arrive(time) : -1;
  }

  start(time: number, job: number): void {
    if (this.#jobs[job]! >= 0) this.#all.get("jobs")!.start(time, this.#jobs[job]!);
  }

  requestArrive(time: number, request: number): void {
    this.#requests[request] = within(this.#window, time) ? this.#waitsOf(request).arrive(time) : -1;
  }

  tokens(time: number, request: number): void {
    if (this.#requests[request]! >= 0) this.#waitsOf(request).start(time, this.#requests[request]!);
  }

  decode(requests: Int32Array, count: number, times: Float64Array): void {
    for (let i = 0; i < count; i++) this.tokens(times[0]!, requests[i]!);
  }

  /** After the run. */
  found(): WarmUpEnd {
    const ends = [...this.#all]
      .filter(([, waits]) => waits.n > 0)
      .map(([what, waits]) => ({ what, ...waits.end() }));
    return {
      from: Math.max(0, ...ends.map(({ from }) => from)),
      unsettled: ends.filter(({ settled }) => !settled).map(({ what }) => what),
      short: ends.filter(({ short }) => short).map(({ what }) => what),
    };
  }

  #waitsOf(request: number): Waits {
    const service = this.#facts.requests.service(request);
    return this.#all.get(`requests to ${this.#facts.services[service]!.name}`)!;
  }
}
