import { CoreMap } from "./gang/active-row.js";
import type { JobAllocation } from "./model/job.js";
import type { SlurmState } from "./model/state.js";
import { sharesCores } from "./select/job-test.js";

/**
 * Which running job counts as the user of a core that several share, so that the cluster's books never give out more
 * cores than there are: rows of a partition (OverSubscribe) are laid anew as jobs end, and jobs that take turns do not
 * come and go row by row. The first that runs there claims a core; when it leaves or is stopped, the next that starts or
 * goes on does.
 */
export class CoreClaims {
  private readonly owner: Int32Array;
  /** By the cluster's number of the job. */
  private readonly running = new Map<number, JobAllocation>();

  constructor(private readonly map: CoreMap) {
    this.owner = new Int32Array(map.total).fill(-1);
  }

  /** Undefined where no two jobs can run on one core. `resumes`: the administrator lets jobs go on that were stopped. */
  static for({ config, nodes, partitions }: SlurmState, resumes: boolean): CoreClaims | undefined {
    const shared = config.preempt.gang || resumes || partitions.some(sharesCores);
    return shared ? new CoreClaims(new CoreMap(nodes, config.select.consumes)) : undefined;
  }

  /** The job runs from now on: CPUs that it uses and nobody else does, by node of its allocation. */
  take(host: number, allocation: JobAllocation): number[] {
    this.running.set(host, allocation);
    return Array.from(allocation.node, (_, i) => {
      let all = 0;
      let own = 0;
      this.map.eachCore(allocation, i, (core) => {
        all++;
        if (this.owner[core]! >= 0) return;
        this.owner[core] = host;
        own++;
      });
      const cpus = allocation.cpus[i]!;
      return own === all ? cpus : Math.floor((cpus * own) / all);
    });
  }

  /** The job stops running: it is suspended, or it has ended. */
  give(host: number): void {
    const allocation = this.running.get(host);
    if (allocation === undefined) return;
    this.running.delete(host);
    for (let i = 0; i < allocation.node.length; i++)
      this.map.eachCore(allocation, i, (core) => {
        if (this.owner[core] === host) this.owner[core] = -1;
      });
  }
}
