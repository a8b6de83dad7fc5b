import type { ClusterActions, ClusterView } from "../../policy.js";
import type { Endings } from "../endings.js";
import type { Plan } from "./plan.js";
import { StartTimes } from "./start-times.js";
import { Timeline } from "./timeline.js";

/**
 * The plan of equal processors: what is free now, what running jobs give back (`endings`), and what reservations take
 * and give back. A search walks these in order of time, O(running + reservations) at most.
 */
export class CountPlan implements Plan {
  readonly #reserved = new Timeline();
  readonly #at = new StartTimes();

  constructor(
    readonly view: ClusterView,
    readonly endings: Endings,
  ) {}

  at(job: number): number {
    return this.#at.get(job);
  }

  reserve(job: number): void {
    this.#enter(job, this.#earliest(job, Number.POSITIVE_INFINITY));
  }

  advance(job: number): void {
    const at = this.#at.get(job);
    if (at <= this.view.now) return;
    const earlier = this.#earliest(job, at);
    if (earlier === at) return;
    this.#book(job, at, -1);
    this.#enter(job, earlier);
  }

  withdraw(job: number): void {
    this.#book(job, this.#at.get(job), -1);
    this.#at.set(job, -1);
  }

  startAtOnce(job: number, act: ClusterActions): boolean {
    return (
      this.#reserved.length === 0 && this.view.jobs.shape(job).tasks <= this.view.free() && act.start(job)
    );
  }

  start(job: number, act: ClusterActions): boolean {
    if (this.view.jobs.shape(job).tasks > this.view.free()) return false;
    this.withdraw(job);
    return act.start(job);
  }

  ended(): void {}

  restart(): void {
    const { endings, view } = this;
    this.#reserved.clear();
    endings.order();
    for (let i = endings.first; i < endings.end && endings.time[i]! < view.now; i++)
      this.#reserved.add(view.now + 1, view.jobs.shape(endings.job[i]!).tasks);
  }

  #enter(job: number, at: number): void {
    this.#at.set(job, at);
    this.#book(job, at, 1);
  }

  /** Books (1) or cancels (-1) a stay; one of no length, or that never begins, takes nothing. */
  #book(job: number, at: number, sign: 1 | -1): void {
    const { jobs } = this.view;
    const until = at + jobs.estimate(job);
    if (at < 0 || until === at) return;
    const tasks = jobs.shape(job).tasks * sign;
    this.#reserved.add(at, -tasks);
    if (until < Number.POSITIVE_INFINITY) this.#reserved.add(until, tasks);
  }

  /**
   * The earliest start at which enough stay free for the job's estimate; `limit` when there is none before it. A `limit`
   * before Infinity is the job's own reservation, which does not stand in its way.
   */
  #earliest(job: number, limit: number): number {
    const { view, endings } = this;
    const { now } = view;
    const tasks = view.jobs.shape(job).tasks;
    const length = view.jobs.estimate(job);
    const reserved = this.#reserved;
    endings.order();
    const { time: endTime, job: endJob, end } = endings;
    let i = endings.first;
    // Those past their expected end stand in `reserved`, by `restart`.
    while (i < end && endTime[i]! < now) i++;
    let j = 0;
    let free = view.free();
    let start = -1;
    for (let time = now; ; ) {
      for (; i < end && endTime[i]! <= time; i++) free += view.jobs.shape(endJob[i]!).tasks;
      for (; j < reserved.length && reserved.time[j]! <= time; j++) free += reserved.delta[j]!;
      // A stay that begins before the job's own reservation ends before it, too.
      if (free + (time >= limit ? tasks : 0) < tasks) start = -1;
      else if (start < 0) start = time;
      const next = Math.min(
        i < end ? endTime[i]! : Number.POSITIVE_INFINITY,
        j < reserved.length ? reserved.time[j]! : Number.POSITIVE_INFINITY,
      );
      if (start < 0 ? next >= limit : start >= limit || next >= start + length)
        return start < 0 ? limit : start;
      time = next;
    }
  }
}
