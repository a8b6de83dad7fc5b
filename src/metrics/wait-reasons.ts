import type { RunFacts } from "../journal/facts.js";
import type { JournalListener } from "../journal/journal.js";
import { roomFor } from "./grow.js";
import type { MetricSink } from "./sink.js";
import { WaitClock } from "./wait-clock.js";
import type { Window } from "./window.js";

/** Where the waiting went: of the jobs, and of each service's requests. Replicas' jobs are left out. */
export class WaitReasons implements JournalListener {
  readonly jobs: WaitClock;
  readonly services: WaitClock[] = [];
  #facts!: RunFacts;
  #service = new Int32Array(0);

  constructor(readonly window: Window) {
    this.jobs = new WaitClock(window);
  }

  runStart(_time: number, facts: RunFacts): void {
    this.#facts = facts;
    for (const _ of facts.services) this.services.push(new WaitClock(this.window));
  }

  submit(time: number, job: number): void {
    if (!this.#facts.jobs.isReplica(job)) this.jobs.begin(time, job);
  }

  reason(time: number, job: number, reason: number): void {
    this.jobs.change(time, job, reason);
  }

  start(time: number, job: number): void {
    this.jobs.stop(time, job);
  }

  preempt(time: number, job: number): void {
    if (!this.#facts.jobs.isReplica(job)) this.jobs.begin(time, job);
  }

  suspend(time: number, job: number): void {
    if (!this.#facts.jobs.isReplica(job)) this.jobs.begin(time, job);
  }

  resume(time: number, job: number): void {
    this.jobs.stop(time, job);
  }

  end(time: number, job: number): void {
    this.jobs.stop(time, job);
  }

  cancel(time: number, job: number): void {
    this.jobs.stop(time, job);
  }

  requestArrive(time: number, request: number): void {
    this.#service = roomFor(this.#service, request);
    this.#service[request] = this.#facts.requests.service(request);
    this.services[this.#service[request]!]!.begin(time, request);
  }

  requestReason(time: number, request: number, reason: number): void {
    this.services[this.#service[request]!]!.change(time, request, reason);
  }

  requestSchedule(time: number, request: number): void {
    this.services[this.#service[request]!]!.stop(time, request);
  }

  requestPreempt(time: number, request: number): void {
    this.services[this.#service[request]!]!.begin(time, request);
  }

  requestEnd(time: number, request: number): void {
    this.services[this.#service[request]!]!.stop(time, request);
  }

  runEnd(time: number): void {
    this.jobs.bookAll(time);
    for (const clock of this.services) clock.bookAll(time);
  }

  collect(sink: MetricSink): void {
    this.jobs.collect(sink, this.#facts, {});
    this.services.forEach((clock, s) => {
      clock.collect(sink, this.#facts, { service: this.#facts.services[s]!.name });
    });
  }
}
