import { FirstFit } from "../../../fleet/first-fit.js";
import { FreeSpace } from "../../../fleet/free-space.js";
import { Placement } from "../../../fleet/placement.js";
import type { Shape } from "../../../fleet/shape.js";
import type { ClusterActions, ClusterView } from "../../policy.js";
import type { Endings } from "../endings.js";
import type { Plan } from "./plan.js";
import { Profile, type Step } from "./profile.js";
import { StartTimes } from "./start-times.js";

/**
 * The plan of nodes: a reservation names the nodes that it will hold. A start is found by first fit on what stays free
 * on each node for the whole estimate; a search costs O(steps of the profile × steps the job covers × nodes) at most.
 */
export class NodePlan implements Plan {
  readonly #profile: Profile;
  readonly #at = new StartTimes();
  /** By job, pending or running. */
  readonly #places: Placement[] = [];
  /** What stays free over the time under consideration. */
  readonly #space: FreeSpace;
  readonly #firstFit: FirstFit;
  readonly #found = new Placement();

  constructor(
    readonly view: ClusterView,
    readonly endings: Endings,
  ) {
    this.#space = new FreeSpace(view.fleet.pools);
    this.#firstFit = new FirstFit(this.#space);
    this.#profile = new Profile(this.#space);
    this.#profile.clear(view.now);
  }

  at(job: number): number {
    return this.#at.get(job);
  }

  reserve(job: number): void {
    this.#profile.advance(this.view.now);
    this.#places[job] ??= new Placement();
    this.#enter(job, this.#earliest(job, Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  }

  advance(job: number): void {
    const at = this.#at.get(job);
    if (at <= this.view.now) return;
    this.#profile.advance(this.view.now);
    this.#book(job, at, -1);
    this.#enter(job, this.#earliest(job, at), at);
  }

  withdraw(job: number): void {
    this.#profile.advance(this.view.now);
    const at = this.#at.get(job);
    if (at >= 0) this.#book(job, at, -1);
    this.#at.set(job, -1);
  }

  startAtOnce(): boolean {
    return false;
  }

  start(job: number, act: ClusterActions): boolean {
    const { view } = this;
    const place = this.#places[job]!;
    if (!view.fleet.has(place, view.jobs.shape(job).exclusive)) return false;
    this.#at.set(job, -1);
    return act.start(job, place);
  }

  ended(job: number): void {
    const { view } = this;
    this.#profile.advance(view.now);
    this.#profile.book(this.#places[job]!, view.now, view.jobs.expectedEnd(job), -1);
  }

  restart(): void {
    const { endings, view } = this;
    const { now } = view;
    this.#profile.clear(now);
    endings.order();
    for (let i = endings.first; i < endings.end; i++) {
      const until = endings.time[i]!;
      this.#profile.book(this.#places[endings.job[i]!]!, now, until < now ? now + 1 : until, 1);
    }
  }

  /** Enters the job at a time that was found; at `limit` it keeps its place. */
  #enter(job: number, at: number, limit: number): void {
    if (at < limit) this.#places[job]!.copyFrom(this.#found);
    this.#at.set(job, at);
    this.#book(job, at, 1);
  }

  #book(job: number, at: number, sign: 1 | -1): void {
    if (at < Number.POSITIVE_INFINITY)
      this.#profile.book(this.#places[job]!, at, at + this.view.jobs.estimate(job), sign);
  }

  /** The earliest start, its place in `#found`; `limit` when there is none before it. */
  #earliest(job: number, limit: number): number {
    const { steps } = this.#profile;
    const shape = this.view.jobs.shape(job);
    const length = this.view.jobs.estimate(job);
    for (let i = 0; i < steps.length && steps[i]!.time < limit; i++)
      if (this.#fitsFrom(i, shape, steps[i]!.time + length)) return steps[i]!.time;
    return limit;
  }

  #fitsFrom(first: number, shape: Shape, until: number): boolean {
    const { steps } = this.#profile;
    this.#load(steps[first]!);
    if (!this.#firstFit.place(shape, this.#found)) return false;
    for (let i = first + 1; i < steps.length && steps[i]!.time < until; i++)
      if (this.#lower(steps[i]!) && !this.#firstFit.place(shape, this.#found)) return false;
    return true;
  }

  #load(step: Step): void {
    const space = this.#space;
    for (let node = 0; node < space.nodes; node++) {
      space.change(
        node,
        step.gpus[node]! - space.freeGpus[node]!,
        step.cpus[node]! - space.freeCpus[node]!,
        0,
        step.jobs[node]! - space.tenants[node]!,
      );
      space.freeMemory[node] = step.memory[node]!;
    }
  }

  /** Takes away what is not free in the step too; true when that was anything. */
  #lower(step: Step): boolean {
    const space = this.#space;
    let any = false;
    for (let node = 0; node < space.nodes; node++) {
      const gpus = Math.min(0, step.gpus[node]! - space.freeGpus[node]!);
      const cpus = Math.min(0, step.cpus[node]! - space.freeCpus[node]!);
      const jobs = Math.max(0, step.jobs[node]! - space.tenants[node]!);
      const lessMemory = step.memory[node]! < space.freeMemory[node]!;
      if (lessMemory) space.freeMemory[node] = step.memory[node]!;
      if (gpus === 0 && cpus === 0 && jobs === 0 && !lessMemory) continue;
      space.change(node, gpus, cpus, 0, jobs);
      any = true;
    }
    return any;
  }
}
