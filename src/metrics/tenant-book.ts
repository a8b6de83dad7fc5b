import { ExactSum } from "../core/exact-sum.js";
import type { JobFacts } from "../journal/facts.js";
import { type JobTenant, tenantId, tenantName } from "./job-groups.js";

interface Tenant {
  name: string;
  /** GPU-µs and core-µs received in the window. */
  gpuTime: ExactSum;
  coreTime: ExactSum;
  /** Sums over the jobs that ended. */
  wait: number;
  slowdown: number;
  n: number;
}

/** What each user, account or queue received, and how its jobs fared. Jobs without one are in nobody's book. */
export class TenantBook {
  readonly #tenants: Tenant[] = [];

  constructor(readonly key: JobTenant) {}

  enter(jobs: JobFacts, job: number): void {
    this.#tenant(jobs, job);
  }

  ran(jobs: JobFacts, job: number, gpus: number, cpus: number, duration: number): void {
    const tenant = this.#tenant(jobs, job);
    if (tenant === undefined) return;
    tenant.gpuTime.addProduct(gpus, duration);
    tenant.coreTime.addProduct(cpus, duration);
  }

  ended(jobs: JobFacts, job: number, wait: number, slowdown: number): void {
    const tenant = this.#tenant(jobs, job);
    if (tenant === undefined) return;
    tenant.wait += wait;
    tenant.slowdown += slowdown;
    tenant.n++;
  }

  /** Service by tenant: GPU-µs, or core-µs where nobody held a GPU. */
  service(): { name: string; value: number; exact: bigint }[] {
    const known = this.#tenants.filter((tenant) => tenant !== undefined);
    const onGpus = known.some((tenant) => tenant.gpuTime.toNumber() > 0);
    return known.map((tenant) => {
      const sum = onGpus ? tenant.gpuTime : tenant.coreTime;
      return { name: tenant.name, value: sum.toNumber(), exact: sum.toBigInt() };
    });
  }

  /** Mean over the ended jobs of each tenant that has any. */
  means(total: (tenant: Tenant) => number): { name: string; value: number; n: number }[] {
    return this.#tenants
      .filter((tenant) => tenant !== undefined && tenant.n > 0)
      .map((tenant) => ({ name: tenant.name, value: total(tenant) / tenant.n, n: tenant.n }));
  }

  #tenant(jobs: JobFacts, job: number): Tenant | undefined {
    const id = tenantId(jobs, this.key, job);
    if (id < 0) return undefined;
    this.#tenants[id] ??= {
      name: tenantName(jobs, this.key, job),
      gpuTime: new ExactSum(),
      coreTime: new ExactSum(),
      wait: 0,
      slowdown: 0,
      n: 0,
    };
    return this.#tenants[id];
  }
}
