/**
 * What a job asks for, as sbatch's options say it. Workloads repeat few requests, so jobs share them: a request is
 * read-only after it was made. 0, empty and undefined mean that the option was not given, except where stated.
 */
export interface JobRequest {
  readonly id: number;
  /** --nodes=min-max. */
  readonly minNodes: number;
  /** Infinity without a maximum. */
  readonly maxNodes: number;
  /** --nodes was given. */
  readonly nodesGiven: boolean;
  /** --ntasks, given or implied by the options that sbatch resolves itself; 0 not given. */
  readonly ntasks: number;
  /** --ntasks-per-node. */
  readonly ntasksPerNode: number;
  readonly ntasksPerSocket: number;
  readonly ntasksPerCore: number;
  readonly cpusPerTask: number;
  /** --cpus-per-task was given. */
  readonly cpusPerTaskGiven: boolean;
  /** CPUs of the whole job at least. */
  readonly minCpus: number;
  /** --mincpus: on each node. */
  readonly minCpusPerNode: number;
  /** --mem, MiB per node; undefined not given, 0 all memory of the node. */
  readonly memPerNode: number | undefined;
  /** --mem-per-cpu, MiB. */
  readonly memPerCpu: number | undefined;
  readonly memPerGpu: number | undefined;
  readonly gres: readonly GresRequest[];
  readonly cpusPerGpu: number;
  /** --exclusive. */
  readonly exclusive: boolean;
  /** --exclusive=user. */
  readonly exclusiveUser: boolean;
  /** --oversubscribe. */
  readonly overSubscribe: boolean;
  readonly contiguous: boolean;
  readonly spread: boolean;
  /** --constraint as written; empty for none. */
  readonly constraint: string;
  /** --nodelist, --exclude: names. */
  readonly nodelist: readonly string[];
  readonly exclude: readonly string[];
  /** --switches=count@wait; count 0 not given, wait in seconds (Infinity: the cluster's cap). */
  readonly switches: { readonly count: number; readonly wait: number };
  /** --segment: nodes of a block-topology segment. */
  readonly segment: number;
  readonly licenses: readonly { readonly name: string; readonly count: number }[];
  /** --reboot. */
  readonly reboot?: boolean;
  /** --reservation. */
  readonly reservation: string;
}

/** GPUs (or other GRES) by job, node, task and socket; 0 not given. `--gres=gpu:2` is per node. */
export interface GresRequest {
  readonly name: string;
  /** Empty for any. */
  readonly type: string;
  readonly perJob: number;
  readonly perNode: number;
  readonly perTask: number;
  readonly perSocket: number;
}
