import type { PartitionConfig, SlurmConfig } from "../model/config.js";
import type { Nodes } from "../model/nodes.js";

/** How long it takes each node to be suspended, to go and to come up: seconds, by node. */
export interface PowerTimes {
  readonly suspendTime: Float64Array;
  readonly suspendTimeout: Float64Array;
  readonly resumeTimeout: Float64Array;
}

/** How long a boot of a node takes, seconds; Infinity never. `nth`: so many it has had before. */
export type BootTime = (node: string, nth: number) => number;

/** Of several partitions that set a time the longest holds; where none does, the cluster's. `power_save_set_timeouts`. */
export function powerTimes(config: SlurmConfig, nodes: Nodes): PowerTimes {
  const { power } = config;
  const longest = (of: (partition: PartitionConfig) => number | undefined, standard: number) => {
    const times = new Float64Array(nodes.count).fill(-1);
    for (const partition of config.partitions) {
      const time = of(partition);
      if (time === undefined) continue;
      for (const name of partition.nodes) {
        const node = nodes.index(name);
        if (node >= 0) times[node] = Math.max(times[node]!, time);
      }
    }
    return times.map((time) => (time < 0 ? standard : time));
  };
  const resumeTimeout = longest((partition) => partition.resumeTimeout, power.resumeTimeout);
  return {
    suspendTime: longest((partition) => partition.suspendTime, power.suspendTime),
    suspendTimeout: longest((partition) => partition.suspendTimeout, power.suspendTimeout),
    resumeTimeout,
  };
}

/** From the call of ResumeProgram or RebootProgram to the registration, as the scenario says. */
export function bootTimes({ power }: SlurmConfig, nodes: Nodes, { resumeTimeout }: PowerTimes): BootTime {
  const half = (timeout: number) => (Number.isFinite(timeout) ? timeout / 2 : 60);
  return (name) => power.boot.nodes[name] ?? power.boot.others ?? half(resumeTimeout[nodes.index(name)]!);
}
