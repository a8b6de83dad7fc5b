import type { JobFacts } from "../journal/facts.js";
import { roomFor } from "./grow.js";
import { Fate, type JobRows } from "./job-rows.js";
import { boundedSlowdown } from "./job-samples.js";

/** Whom jobs belong to. */
export const JOB_TENANTS = ["user", "account", "queue"] as const;
export type JobTenant = (typeof JOB_TENANTS)[number];

export interface TenantMean {
  name: string;
  value: number;
  n: number;
}

/** What each user, account or queue received, and how its jobs fared. Jobs without one are in nobody's book. */
export class TenantBook {
  /** By tenant. */
  readonly names: string[] = [];
  /** 1 for a tenant with a job of the population, whatever became of it. */
  #present = new Uint8Array(0);
  /** GPU-µs and core-µs received in the window. */
  #gpuTime = new Float64Array(0);
  #coreTime = new Float64Array(0);
  /** Sums over the jobs that ended. */
  #wait = new Float64Array(0);
  #slowdown = new Float64Array(0);
  #n = new Int32Array(0);

  constructor(
    readonly key: JobTenant,
    readonly tau: number,
  ) {}

  /** Learns the name of a job's tenant while the job can still be asked. */
  meet(jobs: JobFacts, job: number): void {
    const id =
      this.key === "user"
        ? jobs.userId(job)
        : this.key === "account"
          ? jobs.accountId(job)
          : jobs.queueId(job);
    if (id < this.names.length && (id < 0 || this.names[id] !== undefined)) return;
    this.names[id] =
      this.key === "user" ? jobs.user(job) : this.key === "account" ? jobs.account(job) : jobs.queue(job);
    this.#present = roomFor(this.#present, id);
    this.#gpuTime = roomFor(this.#gpuTime, id);
    this.#coreTime = roomFor(this.#coreTime, id);
    this.#wait = roomFor(this.#wait, id);
    this.#slowdown = roomFor(this.#slowdown, id);
    this.#n = roomFor(this.#n, id);
  }

  add(rows: JobRows): void {
    const ids = rows[this.key];
    for (let i = 0; i < rows.length; i++) {
      const id = ids[i]!;
      if (id < 0) continue;
      this.#gpuTime[id]! += rows.gpuTime[i]!;
      this.#coreTime[id]! += rows.coreTime[i]!;
      if (rows.fate[i] !== Fate.Outside) this.#present[id] = 1;
      if (rows.fate[i] !== Fate.Ended) continue;
      this.#wait[id]! += rows.wait[i]!;
      this.#slowdown[id]! += boundedSlowdown(rows.wait[i]!, rows.run[i]!, this.tau);
      this.#n[id]!++;
    }
  }

  /** Service by tenant: GPU-µs, or core-µs where nobody held a GPU. */
  service(): { name: string; value: number }[] {
    const sums = this.#gpuTime.some((time) => time > 0) ? this.#gpuTime : this.#coreTime;
    return this.#ids()
      .filter((id) => this.#present[id] === 1 || sums[id]! > 0)
      .map((id) => ({ name: this.names[id]!, value: sums[id]! }));
  }

  meanWaits(): TenantMean[] {
    return this.#means(this.#wait);
  }

  meanSlowdowns(): TenantMean[] {
    return this.#means(this.#slowdown);
  }

  /** Of the tenants of whom a job ended. */
  #means(sums: Float64Array): TenantMean[] {
    return this.#ids()
      .filter((id) => this.#n[id]! > 0)
      .map((id) => ({ name: this.names[id]!, value: sums[id]! / this.#n[id]!, n: this.#n[id]! }));
  }

  #ids(): number[] {
    return [...this.names.keys()].filter((id) => this.names[id] !== undefined);
  }
}
