/**
 * Power saving and reboots of nodes. Seconds unless stated; `Infinity` is never. Partitions may have a SuspendTime,
 * SuspendTimeout and ResumeTimeout of their own.
 */
export interface PowerConfig {
  /** SuspendTime is set somewhere, and both programs are named: else no node is ever suspended. */
  enabled: boolean;
  /** A node that has been idle for longer is suspended. */
  suspendTime: number;
  /** From the suspension on a node is given to nobody for so long. */
  suspendTimeout: number;
  /** A node that takes longer to come up is DOWN. */
  resumeTimeout: number;
  /** Nodes in a minute; 0 is any number. */
  suspendRate: number;
  resumeRate: number;
  excludedNodes: readonly ExcludedNodes[];
  excludedPartitions: readonly string[];
  /** The power thread looks as often when nothing changes, and no more often than that. */
  interval: number;
  minInterval: number;
  /** idle_on_node_suspend: a suspended node is no longer DOWN or drained. */
  idleOnSuspend: boolean;
  /** RebootProgram is given. */
  rebootProgram: boolean;
  boot: BootTimes;
}

/** An item of SuspendExcNodes: so many of these nodes, of those that are up, are not suspended. */
export interface ExcludedNodes {
  nodes: readonly string[];
  /** Infinity: all. */
  count: number;
}

/**
 * How long nodes take from the call of ResumeProgram, or of RebootProgram, until their slurmd registers. Slurm does not
 * know this: the scenario says it. Infinity: never.
 */
export interface BootTimes {
  nodes: Readonly<Record<string, number>>;
  /** Of the others; undefined: half of their ResumeTimeout. */
  others: number | undefined;
}
