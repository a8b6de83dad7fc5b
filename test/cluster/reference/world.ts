import type { TieRule } from "../../../src/cluster/policy.js";
import type { PoolSpec } from "../../../src/fleet/fleet.js";
import type { ShapeSpec } from "../../../src/fleet/shape.js";
import type { PlainJob } from "../../support/cluster.js";
import { machine, type Part, place, type RefNode, without } from "./machine.js";

export interface RefJob {
  id: number;
  submit: number;
  run: number;
  estimate: number;
  cancel: number;
  shape: ShapeSpec;
  state: "future" | "pending" | "running" | "gone";
  start: number;
  end: number;
  parts: Part[];
}

export const expectedEnd = (job: RefJob) => job.start + job.estimate;

export interface Happening {
  kind: "submit" | "end" | "cancel" | "wake";
  job: RefJob;
}

interface Event extends Happening {
  time: number;
  phase: number;
  order: number;
}

/** A scheduler, told what happened since it was asked last. */
export type Scheduler = (world: World, happened: readonly Happening[]) => void;

export interface Setting {
  pools: readonly PoolSpec[];
  ties: TieRule;
  kill: boolean;
}

/** A slow world: a list of events sorted again and again, a list of nodes counted again and again. */
export class World {
  now = 0;
  queue: RefJob[] = [];
  running: RefJob[] = [];
  readonly capacity: RefNode[];
  readonly #events: Event[] = [];
  #order = 0;

  constructor(
    readonly jobs: readonly RefJob[],
    readonly setting: Setting,
  ) {
    this.capacity = machine(setting.pools);
    for (const job of jobs) this.#plan(job.submit, 1, "submit", job);
  }

  #plan(time: number, phase: number, kind: Event["kind"], job: RefJob): void {
    this.#events.push({ time, phase, order: this.#order++, kind, job });
  }

  /** The nodes as they would be if of the running jobs only those that `holds` is true for were there. */
  nodes(holds: (job: RefJob) => boolean): RefNode[] {
    return this.running.filter(holds).reduce((nodes, job) => without(nodes, job.parts), this.capacity);
  }

  free(): RefNode[] {
    const due = (job: RefJob) => expectedEnd(job) <= this.now && job.end === this.now;
    return this.nodes((job) => !(this.setting.ties === "pyss" && due(job)));
  }

  place(free: readonly RefNode[], job: RefJob): Part[] | undefined {
    return place(free, this.capacity, job.shape);
  }

  start(job: RefJob, parts: Part[]): void {
    job.parts = parts;
    job.state = "running";
    job.start = this.now;
    job.end = this.now + (this.setting.kill ? Math.min(job.run, job.estimate) : job.run);
    this.queue = this.queue.filter((other) => other !== job);
    this.running.push(job);
    if (job.end < Infinity) this.#plan(job.end, this.setting.ties === "pyss" ? 2 : 0, "end", job);
  }

  wake(time: number): void {
    this.#plan(time, 2, "wake", this.jobs[0]!);
  }

  simulate(scheduler: Scheduler): number[] {
    const happened: Happening[] = [];
    for (;;) {
      this.#events.sort((a, b) => a.time - b.time || a.phase - b.phase || a.order - b.order);
      const next = this.#events[0];
      const instantOver = happened.length > 0 && (next === undefined || next.time > this.now);
      if (instantOver || (happened.length > 0 && this.setting.ties !== "instant")) {
        scheduler(this, happened.splice(0));
        continue;
      }
      if (next === undefined) return this.jobs.map((job) => job.start);
      this.#events.shift();
      this.now = next.time;
      if (this.#apply(next)) happened.push({ kind: next.kind, job: next.job });
    }
  }

  #apply({ kind, job }: Event): boolean {
    if (kind === "submit") {
      job.state = "pending";
      this.queue.push(job);
      if (job.cancel < Infinity) this.#plan(Math.max(job.cancel, this.now), 0, "cancel", job);
    } else if (kind === "end") {
      job.state = "gone";
      this.running = this.running.filter((other) => other !== job);
    } else if (kind === "cancel") {
      if (job.state !== "pending") return false;
      job.state = "gone";
      this.queue = this.queue.filter((other) => other !== job);
    }
    return true;
  }
}

export function refStarts(jobs: readonly PlainJob[], setting: Setting, scheduler: Scheduler): number[] {
  const own = jobs.map((job, id): RefJob => {
    const shape = job.shape ?? { groups: [{ count: job.tasks!, gpus: 0, cpus: 1, memory: 0 }] };
    const { submit, run, estimate = Infinity, cancel = Infinity } = job;
    return { id, submit, run, estimate, cancel, shape, state: "future", start: -1, end: -1, parts: [] };
  });
  return new World(own, setting).simulate(scheduler);
}
