import type { SlurmJob } from "../model/job.js";
import type { SlurmState } from "../model/state.js";

/**
 * Jobs that have got nodes which are not up yet: CONFIGURING. Such a job is launched by the first check of running jobs,
 * each 30 s, that finds all its nodes up; its start and its limit count from there.
 *
 * `job_time_limit` and `job_config_fini` of src/slurmctld/job_mgr.c, 22.05; [run].
 */
export class Configuring {
  readonly #jobs = new Set<SlurmJob>();

  /** @param ready a job may be launched by the next check. */
  constructor(
    readonly state: SlurmState,
    readonly ready: () => void,
  ) {}

  get size(): number {
    return this.#jobs.size;
  }

  add(job: SlurmJob): void {
    job.configuring = true;
    this.#jobs.add(job);
  }

  delete(job: SlurmJob): void {
    job.configuring = false;
    this.#jobs.delete(job);
  }

  /** The node is up. */
  nodeIsUp(node: number): void {
    for (const job of this.#jobs)
      if (job.allocation!.nodes.has(node) && this.#isReady(job)) {
        this.ready();
        return;
      }
  }

  /** Those that can be launched now. */
  launchable(): SlurmJob[] {
    return [...this.#jobs].filter((job) => this.#isReady(job));
  }

  #isReady(job: SlurmJob): boolean {
    return !this.needsBoot(job);
  }

  /** Is one of the job's nodes without power, or booting? */
  needsBoot({ allocation }: SlurmJob): boolean {
    const { powerDown, booting } = this.state.nodes;
    for (const node of allocation!.node) if (powerDown.has(node) || booting.has(node)) return true;
    return false;
  }
}
